/** Reads what a bounce says: which address, which status, which of our messages. Text in, values out. */
import { BOUNCE_SENDERS, BOUNCE_SUBJECTS } from "./bounce-signs.ts";
import type { BounceReport, EmailAddress, MailHeaders } from "./inbound.ts";

/** A report longer than this is read up to here. */
const FIELDS_LENGTH_MAX = 100_000;
const ORIGINAL_LENGTH_MAX = 100_000;
const TEXT_LENGTH_MAX = 50_000;

interface RecipientFields {
  action: string;
  status: string | null;
  recipient: string | null;
}

/**
 * Reads the text of a message/delivery-status part (RFC 3464). `original` is the returned message or its headers,
 * for the Message-ID. Null where it reports no failure or delay (delivered, relayed, expanded), or is no report.
 * Where several recipients failed, the first that failed for good counts.
 */
export function parseDeliveryStatus(fields: string, original?: string): BounceReport | null {
  const blocks = readBlocks(fields.slice(0, FIELDS_LENGTH_MAX));
  const recipients = blocks.map(readRecipientFields).filter((one) => one !== null);
  const failed = recipients.find((one) => one.action === "failed");
  const chosen = failed ?? recipients.find((one) => one.action === "delayed");
  if (chosen === undefined) return null;
  const originalMessageId =
    findMessageId(original ?? "") ??
    blocks.map((block) => readId(block.get("original-message-id"))).find(Boolean) ??
    null;
  return {
    status: chosen.status,
    recipient: chosen.recipient,
    originalMessageId,
    kind: decideKind(chosen.status, chosen.action),
  };
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
      if (name !== "" && !block.has(name)) block.set(name, line.slice(colon + 1).trim());
    }
  }
  return blocks;
}

function readRecipientFields(block: Map<string, string>): RecipientFields | null {
  const stated = readStatus(block.get("status") ?? "");
  const action = readAction(block.get("action") ?? "", stated);
  if (action === null) return null;
  const diagnostic = readStatus(block.get("diagnostic-code") ?? "");
  const isVague = stated === null || /^[45]\.0\.0$/.test(stated);
  return {
    action,
    status: isVague && diagnostic !== null ? diagnostic : stated,
    recipient:
      readRecipient(block.get("original-recipient")) ??
      readRecipient(block.get("final-recipient")) ??
      readRecipient(block.get("x-actual-recipient")),
  };
}

function readAction(action: string, status: string | null): string | null {
  const word = /[a-z]+/.exec(action.toLowerCase())?.[0];
  if (word === "failed" || word === "failure" || word === "error") return "failed";
  if (word === "delayed" || word === "deferred") return "delayed";
  if (word !== undefined && word !== "unknown") return word;
  if (status === null) return null;
  return status.startsWith("5") ? "failed" : status.startsWith("4") ? "delayed" : "delivered";
}

/** The first enhanced status code (RFC 3463) in a text, e.g. `5.1.1`. */
function readStatus(text: string): string | null {
  return /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)/.exec(text)?.[0] ?? null;
}

function readRecipient(value: string | undefined): string | null {
  if (value === undefined) return null;
  const address = value.slice(value.indexOf(";") + 1).replace(/\+([0-9A-F]{2})/g, decodeXtext);
  return findAddress(address);
}

/** RFC 3461: `+2B` stands for `+`. */
function decodeXtext(whole: string, hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code === 0x2b || code === 0x3d ? String.fromCharCode(code) : whole;
}

function findAddress(text: string): string | null {
  const found = /[^\s<>()[\]{}"',;:@]{1,128}@[\p{L}\p{N}.-]{1,253}/u.exec(text.slice(0, 1000))?.[0];
  return found === undefined ? null : found.replace(/\.+$/, "").toLowerCase();
}

function readId(value: string | undefined): string | null {
  return value === undefined ? null : (/<[^<>\s]{3,990}>/.exec(value)?.[0] ?? null);
}

/** The Message-ID header of a returned message, wherever it stands in the text. */
function findMessageId(text: string): string | null {
  return (
    /^[ \t>]*Message-ID:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{3,990}>)/im.exec(
      text.slice(0, ORIGINAL_LENGTH_MAX),
    )?.[1] ?? null
  );
}

/** Class 5 is for good (RFC 3463), but a full mailbox (x.2.2) may empty itself. */
function decideKind(status: string | null, action: string): "hard" | "soft" {
  if (action === "delayed" || status?.startsWith("4")) return "soft";
  return status !== null && /^\d\.2\.2$/.test(status) ? "soft" : "hard";
}

/**
 * Reads a bounce that has no delivery-status part, from its words. Null unless the sender or a header says that a
 * mail system wrote it: a person who forwards or complains about a bounce is not one.
 */
export function parseBounceText(mail: {
  from: EmailAddress | null;
  subject: string;
  text: string;
  headers: MailHeaders;
}): BounceReport | null {
  if (!looksLikeBounce(mail)) return null;
  const text = mail.text.slice(0, TEXT_LENGTH_MAX);
  const failedRecipients = (mail.headers["x-failed-recipients"] ?? []).join(",");
  const status = readStatus(text) ?? readSmtpStatus(text);
  const isDelay =
    /\b(?:delayed|will (?:keep|continue) (?:trying|to try)|still being retried|warning message only|do not need to resend)\b/i.test(
      `${mail.subject}\n${text}`,
    );
  return {
    status,
    recipient: findAddress(failedRecipients) ?? findFailedRecipient(text),
    originalMessageId: findMessageId(text) ?? readId(mail.headers["in-reply-to"]?.[0]),
    kind: decideKind(status, isDelay ? "delayed" : "failed"),
  };
}

/** True where the sender or a header says that a mail system returned a message. */
export function looksLikeBounce(mail: {
  from: EmailAddress | null;
  subject: string;
  headers: MailHeaders;
}): boolean {
  if ((mail.headers["x-failed-recipients"] ?? []).some((value) => value.includes("@"))) return true;
  const subject = mail.subject.slice(0, 500);
  const hasSubject = BOUNCE_SUBJECTS.some((pattern) => pattern.test(subject));
  const nullSender = (mail.headers["return-path"] ?? []).some((value) => /^<?\s*>?$/.test(value.trim()));
  const from = mail.from;
  const bySystem =
    from !== null && BOUNCE_SENDERS.some((pattern) => pattern.test(`${from.name} <${from.address}>`));
  if (bySystem) return hasSubject || nullSender || !/^(?:re|fwd?)\s*:/i.test(subject);
  return hasSubject && nullSender;
}

/** `550 no such user` without an enhanced code. */
function readSmtpStatus(text: string): string | null {
  const code = /(?:^|[^\d.])([45])([0-5])\d[ -](?=[^\d])/m.exec(text);
  return code === null ? null : `${code[1]}.0.0`;
}

function findFailedRecipient(text: string): string | null {
  const near =
    /(?:recipient|address(?:es)?|deliver(?:ed|y)?|user|empf[äa]nger|destinataire|destinatario)\b[^@\n]{0,200}\n?[^@\n]{0,200}/i.exec(
      text,
    );
  return findAddress(near === null ? text : text.slice(near.index)) ?? findAddress(text);
}
