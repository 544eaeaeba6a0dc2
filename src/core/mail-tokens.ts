/**
 * The tokens that our mails carry to find their way back: in Message-IDs, in plus-addresses and in the envelope sender.
 * This is their form; `desk/mail-tokens.ts` signs and verifies them. All of it is lower case and case does not matter,
 * since some mail systems fold it: `t1042.<message>.<mac>`, `t1042.<mac>`, `d<delivery>.<mac>`.
 */

/** 20 characters of base32: 100 bits of the HMAC. */
export const MAC_LENGTH = 20;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
/** A UUID in base32. */
const ID = "[a-z2-7]{26}";
const MAC = `[a-z2-7]{${MAC_LENGTH}}`;
const NUMBER = "[1-9]\\d{0,14}";

export interface MessageIdClaim {
  number: number;
  messageId: string;
  mac: string;
}

export interface PlusTokenClaim {
  number: number;
  mac: string;
}

export interface BounceTokenClaim {
  deliveryId: string;
  mac: string;
}

/** What is signed. The first word keeps a token of one sort from passing as another. */
export function messageIdText(number: number, messageId: string): string {
  return `message-id ${number} ${encodeUuid(messageId)}`;
}

export function plusTokenText(number: number): string {
  return `plus-address ${number}`;
}

export function bounceTokenText(deliveryId: string): string {
  return `bounce ${encodeUuid(deliveryId)}`;
}

export function formatMessageId(number: number, messageId: string, mac: string, domain: string): string {
  return `<t${number}.${encodeUuid(messageId)}.${mac}@${domain}>`;
}

export function formatPlusToken(number: number, mac: string): string {
  return `t${number}.${mac}`;
}

export function formatBounceToken(deliveryId: string, mac: string): string {
  return `d${encodeUuid(deliveryId)}.${mac}`;
}

const MESSAGE_ID = new RegExp(`^<t(${NUMBER})\\.(${ID})\\.(${MAC})@[^<>\\s@]+>$`, "i");
const PLUS_TOKEN = new RegExp(`^t(${NUMBER})\\.(${MAC})$`, "i");
const BOUNCE_TOKEN = new RegExp(`^d(${ID})\\.(${MAC})$`, "i");

/** What a Message-ID of our form claims, or null. The domain is not part of it: MAIL_FROM may have changed since. */
export function parseMessageId(id: string): MessageIdClaim | null {
  const [, number, message, mac] = MESSAGE_ID.exec(id) ?? [];
  const messageId = message === undefined ? null : decodeUuid(message);
  if (number === undefined || mac === undefined || messageId === null) return null;
  return { number: Number(number), messageId, mac: mac.toLowerCase() };
}

export function parsePlusToken(token: string): PlusTokenClaim | null {
  const [, number, mac] = PLUS_TOKEN.exec(token) ?? [];
  return number === undefined || mac === undefined
    ? null
    : { number: Number(number), mac: mac.toLowerCase() };
}

export function parseBounceToken(token: string): BounceTokenClaim | null {
  const [, id, mac] = BOUNCE_TOKEN.exec(token) ?? [];
  const deliveryId = id === undefined ? null : decodeUuid(id);
  return deliveryId === null || mac === undefined ? null : { deliveryId, mac: mac.toLowerCase() };
}

/** The first `MAC_LENGTH` characters of a MAC in base32. */
export function encodeMac(mac: Uint8Array): string {
  return encodeBase32(mac).slice(0, MAC_LENGTH);
}

/** Takes as long for a wrong first character as for a wrong last one. */
export function isSameMac(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}

/** `local+token@domain`. */
export function addPlusToken(address: string, token: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, at)}+${token}${address.slice(at)}`;
}

/** The longest local part that leaves room for a token: RFC 5321, 4.5.3.1.1, allows 64 octets. */
export const PLUS_LOCAL_LENGTH_MAX = 64 - 1 - (1 + 26 + 1 + MAC_LENGTH);

function encodeUuid(id: string): string {
  const hex = id.replaceAll("-", "");
  return encodeBase32(
    Uint8Array.from({ length: 16 }, (_none, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)),
  );
}

function decodeUuid(text: string): string | null {
  const bytes = decodeBase32(text);
  if (encodeBase32(bytes) !== text.toLowerCase()) return null;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32[(held >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + BASE32[(held << (5 - bits)) & 31];
}

function decodeBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const char of text.toLowerCase()) {
    held = ((held << 5) | BASE32.indexOf(char)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 255);
  }
  return Uint8Array.from(bytes);
}
