/** A mail of ours as nodemailer takes it: threads in the three big clients, and marked where a machine wrote it. */
import type { SendMailOptions } from "nodemailer";
import type { OutgoingFile, OutgoingMail } from "../../../core/delivery.ts";
import { AppError } from "../../../core/errors.ts";
import type { EmailAddress } from "../../../core/inbound.ts";
import { OWN_HEADER } from "../../../core/loop-guard.ts";
import { boundReferences, cleanMessageId, topicOfAnswer } from "../../../core/threading.ts";
import { toHtml } from "./text-to-html.ts";

/**
 * Message options for nodemailer, envelope included. Throws AppError `invalid` where the mail has no recipient or an
 * address is none. Header values come out on one line each: a line break in them cannot add a header.
 */
export function composeMail(mail: OutgoingMail): SendMailOptions {
  const { from, to, cc, replyTo } = mail;
  const inReplyTo = cleanMessageId(mail.inReplyTo);
  const references = boundReferences([...mail.references, ...(inReplyTo === null ? [] : [inReplyTo])]);
  const files = mail.attachments ?? [];
  return {
    from: toMailbox(from),
    to: to.map(toMailbox),
    cc: cc.map(toMailbox),
    ...(replyTo ? { replyTo: [toMailbox(replyTo)] } : {}),
    envelope: composeEnvelope(mail),
    messageId: requireMessageId(mail.messageId),
    ...(inReplyTo === null ? {} : { inReplyTo }),
    ...(references.length === 0 ? {} : { references }),
    subject: oneLine(mail.subject),
    text: mail.text,
    html: toHtml(mail.text),
    ...(files.length === 0 ? {} : { attachments: files.map(toAttachment) }),
    headers: { ...markingHeaders(mail, inReplyTo), ...threadHeaders(mail) },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * Who is asked to be reached, by whom, and about how large it is: a server that says its limit (RFC 1870) refuses a mail
 * above it before it is sent. Throws AppError `invalid`.
 */
function composeEnvelope(mail: OutgoingMail): { from: string; to: string[]; size: number } {
  const people = [...mail.to, ...mail.cc];
  for (const { address } of [mail.from, ...people, ...(mail.replyTo ? [mail.replyTo] : [])])
    assertAddress(address);
  const from = mail.envelopeFrom ?? mail.from.address;
  assertAddress(from);
  const wanted = mail.envelopeTo === undefined ? null : new Set(mail.envelopeTo);
  const to = people
    .map(({ address }) => address)
    .filter((address) => wanted?.has(address.toLowerCase()) ?? true);
  if (to.length === 0) throw new AppError("invalid", "A mail without a recipient cannot be sent.");
  const fileBytes = (mail.attachments ?? []).reduce((sum, { content }) => sum + content.byteLength, 0);
  return { from, to, size: Math.ceil(fileBytes * 1.37) + mail.text.length * 3 + 4_000 };
}

function toAttachment({ filename, contentType, content }: OutgoingFile) {
  const name = oneLine(filename).replace(/[\\/]/g, "_");
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(contentType) ? contentType : "application/octet-stream";
  return {
    filename: name === "" ? "unnamed" : name,
    // A mail within a mail may not be encoded (RFC 2046, 5.2.1), and a stored file is not known to be fit for that.
    contentType: /^(?:message|multipart)\//i.test(type) ? "application/octet-stream" : type,
    contentDisposition: "attachment" as const,
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  };
}

/** Outlook threads by these where they are there; it passes over neither a token in the subject nor a missing mail. */
function threadHeaders({ subject, threadIndex }: OutgoingMail): Record<string, string> {
  const topic = oneLine(topicOfAnswer(subject));
  const hasIndex = threadIndex != null && /^[A-Za-z0-9+/=]+$/.test(threadIndex);
  return {
    ...(topic === "" ? {} : { "Thread-Topic": topic }),
    ...(hasIndex ? { "Thread-Index": threadIndex } : {}),
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
    // Nobody has defined it, and many autoresponders know only this: see docs/decisions/0005.
    Precedence: "bulk",
  };
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
