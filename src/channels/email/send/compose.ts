/** A mail of ours as nodemailer takes it: threads in the three big clients, and marked where a machine wrote it. */
import type { SendMailOptions } from "nodemailer";
import type { OutgoingMail } from "../../../core/delivery.ts";
import { AppError } from "../../../core/errors.ts";
import type { EmailAddress } from "../../../core/inbound.ts";
import { OWN_HEADER } from "../../../core/loop-guard.ts";

/** The first id and the newest ones: clients find the thread by either end (RFC 5537, 3.4.4, drops the middle too). */
const REFERENCES_MAX = 20;
const REFERENCES_LENGTH_MAX = 1_800;

/**
 * Message options for nodemailer, envelope included. Throws AppError `invalid` where the mail has no recipient or an
 * address is none. Header values come out on one line each: a line break in them cannot add a header.
 */
export function composeMail(mail: OutgoingMail): SendMailOptions {
  const { from, to, cc, replyTo } = mail;
  if (to.length + cc.length === 0)
    throw new AppError("invalid", "A mail without a recipient cannot be sent.");
  for (const { address } of [from, ...to, ...cc, ...(replyTo ? [replyTo] : [])]) assertAddress(address);
  const inReplyTo = cleanMessageId(mail.inReplyTo);
  const references = capReferences([...mail.references, ...(inReplyTo === null ? [] : [inReplyTo])]);
  return {
    from: toMailbox(from),
    to: to.map(toMailbox),
    cc: cc.map(toMailbox),
    ...(replyTo ? { replyTo: [toMailbox(replyTo)] } : {}),
    envelope: { from: from.address, to: [...to, ...cc].map(({ address }) => address) },
    messageId: requireMessageId(mail.messageId),
    ...(inReplyTo === null ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references }),
    subject: oneLine(mail.subject),
    text: mail.text,
    html: toHtml(mail.text),
    headers: markingHeaders(mail, inReplyTo),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function markingHeaders(mail: OutgoingMail, inReplyTo: string | null): Record<string, string> {
  const own = { [titleCase(OWN_HEADER)]: domainOf(mail.messageId) };
  if (!mail.automatic) return own;
  return {
    ...own,
    // RFC 3834, section 5: in answer to a message, or by itself.
    "Auto-Submitted": inReplyTo === null ? "auto-generated" : "auto-replied",
    // Exchange: nothing automatic comes back but the report that a mail could not be delivered.
    "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
    Precedence: "bulk",
  };
}

/** Drops ids from the middle until the header is short enough for every client. */
function capReferences(references: string[]): string[] {
  const ids = references.map(cleanMessageId).filter((id) => id !== null);
  // An id that stands twice stays where it is newest.
  const unique = [...new Set(ids.reverse())].reverse();
  const [first, ...rest] = unique;
  if (first === undefined) return [];
  let length = first.length;
  const newest: string[] = [];
  for (const id of rest.reverse()) {
    length += id.length + 1;
    if (newest.length >= REFERENCES_MAX - 1 || length > REFERENCES_LENGTH_MAX) break;
    newest.push(id);
  }
  return [first, ...newest.reverse()];
}

function cleanMessageId(id: string | null): string | null {
  const cleaned = id?.trim() ?? "";
  return /^<[^<>\s\p{Cc}]{1,900}>$/u.test(cleaned) ? cleaned : null;
}

function requireMessageId(id: string): string {
  const cleaned = cleanMessageId(id);
  if (cleaned === null) throw new AppError("invalid", "A mail needs a Message-ID in angle brackets.");
  return cleaned;
}

function domainOf(messageId: string): string {
  return messageId.slice(messageId.lastIndexOf("@") + 1).replace(/>.*$/, "");
}

function assertAddress(address: string): void {
  if (
    !/^[^\s<>(),;:@"\p{Cc}]+@[^\s<>(),;:@"\p{Cc}]+$/u.test(address) &&
    !/^"[^"\\\p{Cc}]+"@[\w.-]+$/u.test(address)
  )
    throw new AppError("invalid", `"${oneLine(address).slice(0, 100)}" is not a mail address.`);
}

function toMailbox({ address, name }: EmailAddress): { address: string; name: string } {
  return { address, name: oneLine(name) };
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

function titleCase(header: string): string {
  return header.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The same words: paragraphs, line breaks, and leading spaces kept. No styles, no links but those that clients make. */
function toHtml(text: string): string {
  const escaped = text.replace(/\r\n?/g, "\n").replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
  const paragraphs = escaped.trim().split(/\n{2,}/);
  const html = paragraphs.map((lines) => {
    const indented = lines.replace(/^ +/gm, (spaces) => "&nbsp;".repeat(spaces.length));
    return `<p>${indented.replace(/\n/g, "<br>\n")}</p>`;
  });
  return `<!doctype html>\n<html><body>\n${html.join("\n")}\n</body></html>\n`;
}
