/** Reads what a bounce says: which address, which status, which of our messages. Text in, values out. */
import { BOUNCE_BODY, BOUNCE_SENDERS, BOUNCE_SUBJECT, POSTMASTERS } from "./bounce-signs.ts";
import type { BounceReport, EmailAddress, MailHeaders } from "./inbound.ts";

/** A report longer than this is read up to here. */
const FIELDS_LENGTH_MAX = 100_000;
const ORIGINAL_LENGTH_MAX = 100_000;
const TEXT_LENGTH_MAX = 50_000;
const SIGNS_LENGTH_MAX = 4_000;

interface RecipientFields {
  action: "failed" | "delayed" | "done";
  status: string | null;
  recipient: string | null;
}

/**
 * Reads the text of a message/delivery-status part (RFC 3464). `original` is the returned message or its headers, for
 * the Message-ID; `text` the words for people, read where the part names no recipient. Null where it reports no
 * failure or delay (delivered, relayed, expanded). Where several recipients failed, the first that failed counts.
 */
export function parseDeliveryStatus(fields: string, original?: string, text?: string): BounceReport | null {
  const blocks = readBlocks(fields.slice(0, FIELDS_LENGTH_MAX));
  const recipients = blocks.map(readRecipientFields).filter((one) => one !== null);
  const stated = blocks.map((block) => readId(block.get("original-message-id")));
  const originalMessageId = findMessageId(original ?? "") ?? stated.find((id) => id !== null) ?? null;
  const chosen =
    recipients.find((one) => one.action === "failed") ?? recipients.find((one) => one.action === "delayed");
  if (chosen !== undefined)
    return {
      status: chosen.status,
      recipient: chosen.recipient,
      originalMessageId,
      kind: decideKind(chosen),
    };
  if (recipients.length > 0 || text === undefined || !BOUNCE_BODY.test(text.slice(0, SIGNS_LENGTH_MAX)))
    return null;
  const { status, recipient, kind } = readWords("", text, null);
  return { status, recipient, originalMessageId, kind };
}

/** Field blocks, divided by blank lines, with folded lines joined; the first value of a name counts. */
function readBlocks(fields: string): Map<string, string>[] {
  const blocks: Map<string, string>[] = [new Map()];
  let name = "";
  for (const line of fields.split(/\r\n|\r|\n/)) {
    const block = blocks[blocks.length - 1] as Map<string, string>;
    if (line.trim() === "") {
      if (block.size > 0) blocks.push(new Map());
      name = "";
    } else if (/^[ \t]/.test(line)) {
      if (name !== "") block.set(name, `${block.get(name) ?? ""} ${line.trim()}`);
    } else {
      const colon = line.indexOf(":");
      name = colon > 0 ? line.slice(0, colon).trim().toLowerCase() : "";
      if (block.has(name)) name = "";
      if (name !== "") block.set(name, line.slice(colon + 1).trim());
    }
  }
  return blocks;
}

function readRecipientFields(block: Map<string, string>): RecipientFields | null {
  const stated = readStatus(block.get("status") ?? "");
  const action = readAction(block.get("action") ?? "", stated, block.has("final-recipient"));
  if (action === null) return null;
  const diagnostic = block.get("diagnostic-code") ?? "";
  const isVague = stated === null || /^[45]\.0\.0$/.test(stated);
  const recipients = ["original-recipient", "final-recipient", "x-actual-recipient"].map((name) =>
    readRecipient(block.get(name)),
  );
  return {
    action,
    status: (isVague ? readStatus(diagnostic) : null) ?? stated ?? readSmtpStatus(diagnostic),
    recipient: recipients.find((one) => one !== null) ?? findAddress(diagnostic),
  };
}

/** The Action field, or what the status says where there is none; null where the block is about no recipient. */
function readAction(
  action: string,
  status: string | null,
  hasRecipient: boolean,
): RecipientFields["action"] | null {
  const word = /[a-z]+/.exec(action.toLowerCase())?.[0] ?? "";
  if (/^(?:fail|error|expired|undeliver|reject|bounce)/.test(word)) return "failed";
  if (/^(?:delay|defer)/.test(word)) return "delayed";
  if (/^(?:deliver|relay|expand|success)/.test(word)) return "done";
  if (status !== null) return status.startsWith("5") ? "failed" : status.startsWith("4") ? "delayed" : "done";
  return hasRecipient && word === "" ? "failed" : null;
}

/** The first enhanced status code (RFC 3463) in a text, e.g. `5.1.1`; an IP address is none. */
function readStatus(text: string): string | null {
  return /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/.exec(text)?.[0] ?? null;
}

/** `550 no such user` without an enhanced code: the class only. */
function readSmtpStatus(text: string): string | null {
  const code = /(?:^|[^\d.])([45])[0-5]\d[ -](?=[^\d])/m.exec(text);
  return code === null ? null : `${code[1]}.0.0`;
}

function readRecipient(value: string | undefined): string | null {
  if (value === undefined) return null;
  return findAddress(value.slice(value.indexOf(";") + 1).replace(/\+(2B|3D)/g, decodeXtext));
}

/** RFC 3461: `+2B` stands for `+`, `+3D` for `=`. */
function decodeXtext(_: string, hex: string): string {
  return hex === "2B" ? "+" : "=";
}

const ADDRESS = /[^\s<>()[\]{}"',;:@|\\]{1,128}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,251}[\p{L}\p{N}])?/u;

function findAddress(text: string): string | null {
  return ADDRESS.exec(text.slice(0, 2000))?.[0].toLowerCase() ?? null;
}

function readId(value: string | undefined): string | null {
  return value === undefined ? null : (/<[^<>\s]{3,990}>/.exec(value)?.[0] ?? null);
}

/** The Message-ID header of a returned message, wherever it stands in the text. */
function findMessageId(text: string): string | null {
  const header = /^[ \t>]*Message-ID[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{3,990}>)/im;
  return header.exec(text.slice(0, ORIGINAL_LENGTH_MAX))?.[1] ?? null;
}

/** Class 5 is for good (RFC 3463), but a full mailbox (x.2.2) may empty itself. */
function decideKind({ action, status }: Pick<RecipientFields, "action" | "status">): "hard" | "soft" {
  if (action === "delayed" || status?.startsWith("4")) return "soft";
  return status !== null && /^\d\.2\.2$/.test(status) ? "soft" : "hard";
}

export interface BounceLike {
  from: EmailAddress | null;
  subject: string;
  text: string;
  headers: MailHeaders;
}

/**
 * Reads a bounce that has no delivery-status part, from its words. Null unless the sender or a header says that a
 * mail system wrote it: a person who forwards or complains about a bounce is not one.
 */
export function parseBounceText(mail: BounceLike): BounceReport | null {
  if (!looksLikeBounce(mail)) return null;
  const text = mail.text.slice(0, TEXT_LENGTH_MAX);
  const named = (mail.headers["x-failed-recipients"] ?? []).join(",");
  const words = readWords(mail.subject, text, findAddress(named));
  const originalMessageId = findMessageId(text) ?? readId(mail.headers["in-reply-to"]?.[0]);
  return { ...words, originalMessageId };
}

const DELAY =
  /\b(?:delayed|will (?:keep|continue) (?:trying|to try|retrying)|still being retried|warning message only|do(?:es)? not need to resend|temporary (?:failure|problem|error)|verzögert|différée|retrasad|ritard|vertraagd)\b/i;
const FAILED =
  /\b(?:permanent|given up|giving up|undeliverable|user unknown|unknown user|no such user|does not exist|could not be delivered|returned to sender|failed permanently)\b/i;

function readWords(
  subject: string,
  text: string,
  named: string | null,
): Omit<BounceReport, "originalMessageId"> {
  const status = readStatus(text) ?? readSmtpStatus(text);
  const isDelay = DELAY.test(`${subject}\n${text}`) && !FAILED.test(`${subject}\n${text}`);
  const recipient = named ?? findFailedRecipient(text);
  return { status, recipient, kind: decideKind({ action: isDelay ? "delayed" : "failed", status }) };
}

/** The address behind the words that introduce it, else the first in the text that is no mail system's. */
function findFailedRecipient(text: string): string | null {
  const introduced =
    /(?:recipient|address(?:es|\(es\))?|delivered to|user|mailbox|to:|an:|empf[äa]nger|destinatai?r\p{L}+|adressat)[^@]{0,300}/iu.exec(
      text,
    );
  const near =
    introduced === null ? null : findRecipient(text.slice(introduced.index, introduced.index + 800));
  return (
    near ??
    findRecipient(text.slice(0, 5000)) ??
    /emailAddress\\?"\s*:\s*\\?"([^"\\\s]{3,254})/.exec(text)?.[1] ??
    null
  );
}

function findRecipient(text: string): string | null {
  for (const [address] of text.matchAll(new RegExp(ADDRESS.source, "gu")))
    if (!/^(?:post-?master|mailer-?daemon|abuse|support)@/i.test(address)) return address.toLowerCase();
  return null;
}

/** True where the sender, a header or the words together say that a mail system returned a message. */
export function looksLikeBounce(mail: BounceLike): boolean {
  const { headers } = mail;
  if ((headers["x-failed-recipients"] ?? []).some((value) => value.includes("@"))) return true;
  const start = mail.text.slice(0, SIGNS_LENGTH_MAX);
  if (isCloudNotice(mail, start)) return true;
  const sender = mail.from === null ? "" : `${mail.from.name} <${mail.from.address}>`;
  const subject = mail.subject.slice(0, 500).trim();
  const hasSubject = BOUNCE_SUBJECT.test(subject);
  const isAnswer = /^(?:re|aw|sv|fwd?|wg)\s*:/i.test(subject);
  if (BOUNCE_SENDERS.some((pattern) => pattern.test(sender))) return true;
  if (POSTMASTERS.some((pattern) => pattern.test(sender)))
    return hasSubject || (isNullSender(headers) && !isAnswer) || BOUNCE_BODY.test(start);
  if (isNullSender(headers) || mail.from === null) return hasSubject || BOUNCE_BODY.test(start);
  return (
    hasSubject &&
    BOUNCE_BODY.test(start) &&
    /^(?:auto|no-?_?reply|system|admin|bounce|mail|smtp)/i.test(mail.from?.address ?? "")
  );
}

/** Amazon's notification service wraps bounces into JSON. */
function isCloudNotice(mail: BounceLike, start: string): boolean {
  return (
    mail.from?.address === "no-reply@sns.amazonaws.com" && /notificationType\\?"\s*:\s*\\?"Bounce/.test(start)
  );
}

/** The null reverse-path: no person's mail program sends with it (RFC 5321, 4.5.5). */
export function isNullSender(headers: MailHeaders): boolean {
  return (headers["return-path"] ?? []).some((value) => /^<?\s*>?$/.test(value.trim()));
}
