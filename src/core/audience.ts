/** Who receives a reply, and what looks wrong before it leaves. */
import { findInternalSigns } from "./audience-signs.ts";
import type { EmailAddress } from "./inbound.ts";

export interface ReplyRecipients {
  to: EmailAddress[];
  cc: EmailAddress[];
}

/**
 * A reply goes to Reply-To, else From, of the requester's last mail, and keeps the others of its To and CC, without
 * our own addresses (plus-addressed ones too) and without anybody twice. Where nothing of that is a far end,
 * it goes to the requester.
 */
export function decideReplyRecipients(
  lastInbound: { from: EmailAddress; replyTo: EmailAddress[]; to: EmailAddress[]; cc: EmailAddress[] },
  requesterAddress: string,
  ownAddresses: string[],
): ReplyRecipients {
  const isOurs = createOwnAddressTest(ownAddresses);
  const seen = new Set<string>();
  const take = (list: EmailAddress[]): EmailAddress[] =>
    list.filter(({ address }) => {
      const key = address.toLowerCase();
      if (!looksLikeAddress(key) || isOurs(key) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  let to = take(lastInbound.replyTo);
  if (to.length === 0) to = take([lastInbound.from]);
  if (to.length === 0) to = take([{ address: requesterAddress.toLowerCase(), name: "" }]);
  return { to, cc: take([...lastInbound.to, ...lastInbound.cc]) };
}

/** Knows our own addresses, with whatever stands behind a `+` in them. Addresses are given in lower case. */
export function createOwnAddressTest(ownAddresses: string[]): (address: string) => boolean {
  const own = new Set(ownAddresses.map((address) => withoutPlus(address.toLowerCase())));
  const exact = new Set(ownAddresses.map((address) => address.toLowerCase()));
  return (address) => exact.has(address) || own.has(withoutPlus(address));
}

function withoutPlus(address: string): string {
  const at = address.lastIndexOf("@");
  const plus = address.indexOf("+");
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : address;
}

function looksLikeAddress(address: string): boolean {
  const at = address.lastIndexOf("@");
  // RFC 6761, 6.4: such a name leads nowhere.
  const leadsNowhere = address.endsWith(".invalid");
  return at > 0 && at < address.length - 1 && !leadsNowhere && !/[\s<>,]/.test(address);
}

/** The people without ourselves, and without what is no address. */
export function withoutOwnAddresses(people: EmailAddress[], ownAddresses: string[]): EmailAddress[] {
  const isOurs = createOwnAddressTest(ownAddresses);
  return people.filter(({ address }) => looksLikeAddress(address) && !isOurs(address.toLowerCase()));
}

export interface ReplyAddressees {
  recipients: ReplyRecipients;
  /** Who wrote or received the customer's last message, without ourselves; empty where that is not known. */
  previousRecipients: ReplyRecipients;
  /** Everybody who took part in the ticket before that message; null where there was nothing before. */
  earlier: string[] | null;
}

export interface ReplyWords {
  text: string;
  /** Names of moderators and admins, without the author's own. */
  staffNames: string[];
  /** Whoever else is called like one of the staff is not meant by the name. */
  customerNames: string[];
  /** Host names that only work inside, such as `wiki.corp.example`; a leading dot means every host below. */
  internalHosts: string[];
}

/** What is not as it was in whom a reply goes to: one sentence each, for the moderator to read before it leaves. */
export function warnAboutRecipients(addressees: ReplyAddressees): string[] {
  const { recipients, previousRecipients, earlier } = addressees;
  const now = addressesOf(recipients);
  const before = addressesOf(previousRecipients);
  const warnings: string[] = [];
  if (recipients.to.length === 0) warnings.push("Nobody would receive it: there is no recipient.");
  if (before.length === 0) return warnings;
  const added = now.filter((address) => !before.includes(address));
  const missing = before.filter((address) => !now.includes(address));
  if (added.length > 0) warnings.push(`New since the customer's last message: ${added.join(", ")}.`);
  if (missing.length > 0) warnings.push(`Left out since the customer's last message: ${missing.join(", ")}.`);
  if (earlier === null) return warnings;
  const known = new Set(earlier.map((address) => address.toLowerCase()));
  const joined = now.filter((address) => before.includes(address) && !known.has(address));
  if (joined.length > 0) warnings.push(`Joined with the customer's last message: ${joined.join(", ")}.`);
  return warnings;
}

function addressesOf({ to, cc }: ReplyRecipients): string[] {
  return [...new Set([...to, ...cc].map(({ address }) => address.toLowerCase()))];
}

/** A short name of a warning, the same for the same words: what a form carries to say which ones were read. FNV-1a. */
export function fingerprintWarning(warning: string): string {
  let hash = 0x811c9dc5;
  for (const character of warning) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash.toString(36);
}

/** What looks internal in the text of a reply: one sentence each. */
export function warnAboutText({ text, staffNames, customerNames, internalHosts }: ReplyWords): string[] {
  if (text.trim() === "") return ["It is empty."];
  const warnings = findInternalSigns(text);
  const host = internalHosts.find((one) => one !== "" && namesHost(text, one));
  if (host !== undefined) warnings.push(`It names an internal host (${host.replace(/^\./, "")}).`);
  const customers = new Set(customerNames.flatMap((name) => [fold(name), firstName(name)]));
  const staff = staffNames.find((name) => !customers.has(firstName(name)) && opensWith(text, name));
  if (staff !== undefined) warnings.push(`It is addressed to ${staff}, who is not the customer.`);
  const named = staffNames.filter(
    (name) => name !== staff && !customers.has(fold(name)) && names(text, name),
  );
  if (named.length > 0) warnings.push(`It names ${named.slice(0, 5).join(", ")} of the desk.`);
  return warnings;
}

function fold(name: string): string {
  return name.trim().replace(/\s+/g, " ").toLowerCase();
}

function firstName(name: string): string {
  return fold(name).split(" ")[0] ?? "";
}

/** A full name, of two words or more, as whole words: first names alone are everybody's. */
function names(text: string, name: string): boolean {
  const wanted = fold(name);
  if (!wanted.includes(" ")) return false;
  const folded = ` ${text.toLowerCase().replace(/\s+/g, " ")} `;
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1)) {
    const around = `${folded[at - 1] ?? " "}${folded[at + wanted.length] ?? " "}`;
    if (!/[\p{L}\p{N}]/u.test(around)) return true;
  }
  return false;
}

/** The host, or where it starts with a dot any host below it, as a whole word. */
function namesHost(text: string, host: string): boolean {
  const lower = text.toLowerCase();
  const wanted = host.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    const before = lower[at - 1] ?? " ";
    const opens = wanted.startsWith(".") ? /[\w-]/.test(before) : !/[\w-]/.test(before);
    const goesOn = /^(?:[\w-]|\.\w)/.test(lower.slice(at + wanted.length, at + wanted.length + 2));
    if (opens && !goesOn) return true;
  }
  return false;
}

/** "Hi Ada, ..." or "Ada: ..." or "@Ada ..." where Ada is staff. */
function opensWith(text: string, name: string): boolean {
  const opening = text.trimStart().slice(0, 120).toLowerCase();
  const words = opening
    .replace(/^(?:hi|hey|hello|dear|hallo|liebe[rs]?|moin|bonjour|salut|hola|ciao)\s+/u, "")
    .replace(/^@/, "");
  return [fold(name), firstName(name)].some(
    (one) => one.length > 1 && words.startsWith(one) && /^\s*[,:!–—-]/u.test(words.slice(one.length)),
  );
}
