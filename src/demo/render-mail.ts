/** Turns a sample file into the bytes that are sent: dated now, and tied to the acknowledgement that it answers. */
import { simpleParser } from "mailparser";
import type { StoredMail } from "./mail-store.ts";

/** What a customer's mail program knows of the acknowledgement that it answers. */
export interface ReceivedAcknowledgement {
  /** With angle brackets. */
  messageId: string;
  /** As it stands in the header, encoded words and all. */
  subject: string;
  date: Date;
  text: string;
}

/** All work is done on `latin1` strings, one character for each byte: a sample may be in any charset. */
export function renderMail(
  template: Uint8Array,
  sentAt: Date,
  acknowledgement: ReceivedAcknowledgement | null,
): Uint8Array {
  const source = Buffer.from(template).toString("latin1");
  const dated = source.replace(/^Date: .*$/m, `Date: ${formatMailDate(sentAt)}`);
  const filled = dated.replace(/\{\{acknowledgement\.(\w+)\}\}/g, (placeholder, field: string) => {
    const value = acknowledgement === null ? undefined : placeholderValues(acknowledgement)[field];
    if (value === undefined) throw new Error(`Nothing is known to fill ${placeholder} with.`);
    return Buffer.from(value, "utf8").toString("latin1");
  });
  return Buffer.from(filled, "latin1");
}

function placeholderValues(acknowledgement: ReceivedAcknowledgement): Record<string, string> {
  const { messageId, subject, date, text } = acknowledgement;
  const lines = text.trimEnd().split(/\r?\n/);
  return {
    messageId,
    subject,
    date: formatMailDate(date),
    text: lines.join("\r\n"),
    quoted: lines.map((line) => (line === "" ? ">" : `> ${line}`)).join("\r\n"),
    html: lines.map((line) => `${escapeHtml(line)}<br>`).join("\r\n"),
  };
}

/** RFC 5322 date-time in UTC, e.g. `Sun, 22 Nov 2026 08:00:00 +0000`. */
export function formatMailDate(date: Date): string {
  return date.toUTCString().replace("GMT", "+0000");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The Message-ID of a mail, with angle brackets; null where its header has none. */
export function readMessageId(raw: Uint8Array): string | null {
  return readHeader(raw, "message-id")?.match(/<[^<>\s]+>/)?.[0] ?? null;
}

/** The bare address of From. */
export function readSender(raw: Uint8Array): string | null {
  const from = readHeader(raw, "from");
  return from?.match(/<([^<>\s]+@[^<>\s]+)>/)?.[1] ?? from?.match(/[^\s<>"]+@[^\s<>"]+/)?.[0] ?? null;
}

/** Who wrote it and about what, decoded as a mail program shows it. */
export async function readMailHead(raw: Uint8Array): Promise<{ from: string; subject: string }> {
  const { from, subject } = await simpleParser(Buffer.from(raw));
  const { name = "", address = "" } = from?.value[0] ?? {};
  return { from: name === "" ? address : `${name} <${address}>`, subject: subject ?? "" };
}

/** The first mail in a mailbox that answers `messageId`, as the mailbox's owner sees it; null while there is none. */
export async function findAcknowledgement(
  mailbox: readonly StoredMail[],
  messageId: string,
): Promise<ReceivedAcknowledgement | null> {
  const found = mailbox.find(({ raw }) => readHeader(raw, "in-reply-to") === messageId);
  if (found === undefined) return null;
  const ownId = readMessageId(found.raw);
  if (ownId === null) throw new Error(`The acknowledgement of ${messageId} has no Message-ID.`);
  const { text, date } = await simpleParser(Buffer.from(found.raw));
  return {
    messageId: ownId,
    subject: readHeader(found.raw, "subject") ?? "",
    date: date ?? found.receivedAt,
    text: text ?? "",
  };
}

/** The first header of that name (lower case), unfolded and otherwise as it stands. */
function readHeader(raw: Uint8Array, name: string): string | null {
  const source = Buffer.from(raw).toString("latin1");
  const end = source.indexOf("\r\n\r\n");
  const head = (end < 0 ? source : source.slice(0, end)).replace(/\r\n(?=[ \t])/g, "");
  const line = head.split("\r\n").find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1).trim();
}
