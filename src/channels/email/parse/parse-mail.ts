/** A mail's source into what intake decides on. */
import { readBounce } from "../../../core/bounce.ts";
import type { InboundAttachment, InboundEmail, InboundUnreadable } from "../../../core/inbound.ts";
import { findForwardedSender, trimReply } from "../../../core/reply-text.ts";
import { readAddresses } from "./addresses.ts";
import { readAuthentication } from "./authentication.ts";
import { readBareBody } from "./bare-body.ts";
import { chooseBody } from "./body.ts";
import { readReturnedParts } from "./bounce-parts.ts";
import { cleanLine } from "./clean-text.ts";
import { fingerprintMail } from "./fingerprint.ts";
import {
  allValues,
  decodeHeaders,
  decodeUnstructured,
  firstValue,
  normaliseSource,
  readDate,
  readHeaderFields,
  readMessageId,
  readMessageIds,
} from "./headers.ts";
import { type MimeAttachment, type MimeContent, parseMime } from "./mime.ts";

/** Where and when the mail reached us; see `InboundEmail` for the shapes. */
export interface MailOrigin {
  account: string;
  externalId: string;
  receivedAt: Date;
}

export interface ParseLimits {
  sizeBytesMax: number;
  timeMsMax: number;
  partsMax: number;
  headerSizeBytesMax: number;
}

export const PARSE_LIMITS: ParseLimits = {
  sizeBytesMax: 100 * 1024 * 1024,
  timeMsMax: 10_000,
  partsMax: 1_000,
  headerSizeBytesMax: 1024 * 1024,
};

/**
 * Reads one mail. Never rejects: what cannot be read within the limits comes back as `InboundUnreadable` with a plain
 * reason. Runs in this thread, where the time limit works between the parser's steps only; `createParsePool` runs
 * the same in a thread that can be ended.
 */
export async function parseMail(
  raw: Uint8Array,
  origin: MailOrigin,
  limits: ParseLimits = PARSE_LIMITS,
): Promise<InboundEmail | InboundUnreadable> {
  if (raw.length === 0) return unreadable(raw, origin, "It is empty.");
  if (raw.length > limits.sizeBytesMax)
    return unreadable(
      raw,
      origin,
      `It has ${raw.length} bytes; at most ${limits.sizeBytesMax} bytes are read.`,
    );
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new ParseTimeout(limits.timeMsMax)), limits.timeMsMax);
  try {
    const mail = normaliseSource(raw);
    return buildEmail(raw, mail, origin, await parseMime(mail, limits, abort.signal));
  } catch (error) {
    return unreadable(raw, origin, explainFailure(error));
  } finally {
    clearTimeout(timer);
  }
}

class ParseTimeout extends Error {
  constructor(timeMs: number) {
    super(`Reading it took more than ${timeMs / 1000} s.`);
  }
}

/** Parks a mail with its source, for a person to look at. `reason` is one sentence. */
export function unreadable(raw: Uint8Array, origin: MailOrigin, reason: string): InboundUnreadable {
  return { channel: "unreadable", sourceChannel: "email", ...origin, reason, raw };
}

function explainFailure(error: unknown): string {
  if (error instanceof ParseTimeout) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith("Max allowed child nodes")) return "It has too many parts.";
  if (message.startsWith("Max header size")) return "A header block of it is too large.";
  return `The parser failed: ${cleanLine(message).slice(0, 300)}`;
}

/** A multipart in which the parser found nothing: its boundary is declared wrongly. */
function hasNoParts({ body, attachments }: MimeContent): boolean {
  return body.kind === "multipart" && body.parts.length === 0 && attachments.length === 0;
}

function buildEmail(
  raw: Uint8Array,
  mail: Uint8Array,
  origin: MailOrigin,
  content: MimeContent,
): InboundEmail {
  const fields = readHeaderFields(mail);
  const headers = decodeHeaders(fields);
  const body = chooseBody(content.body);
  const { html } = body;
  const text = hasNoParts(content) ? readBareBody(mail) : body.text;
  const attachments = content.attachments.map(toAttachment);
  const messageId = readMessageId(firstValue(fields, "message-id"));
  const date = readDate(firstValue(fields, "date"));
  const subject = decodeUnstructured(firstValue(fields, "subject"));
  // Two From headers are a trick: neither is trusted, the first is shown, and `headers.from` has both.
  const from = allValues(fields, "from").flatMap(readAddresses)[0] ?? null;
  return {
    channel: "email",
    ...origin,
    date,
    messageId,
    inReplyTo: readMessageId(firstValue(fields, "in-reply-to")),
    references: readMessageIds(allValues(fields, "references").join(" ")),
    from,
    replyTo: allValues(fields, "reply-to").flatMap(readAddresses),
    to: allValues(fields, "to").flatMap(readAddresses),
    cc: allValues(fields, "cc").flatMap(readAddresses),
    subject,
    text,
    textTrimmed: trimReply(text, subject).textTrimmed,
    html,
    attachments,
    headers,
    authentication: readAuthentication(fields),
    bounce: readBounce({ from, subject, text, headers, attachments }, readReturnedParts(attachments)),
    forwardedFrom: findForwardedSender(text, subject),
    fingerprint: fingerprintMail({
      messageId,
      from: from?.address ?? "",
      date,
      subject,
      body: html ?? text,
      attachments,
      source: raw,
    }),
    raw,
  };
}

function toAttachment(part: MimeAttachment): InboundAttachment {
  const filename = cleanLine(part.filename)
    .replace(/\p{Cc}+/gu, " ")
    .trim();
  const { content, inline } = part;
  const contentId = part.contentId === null ? null : cleanLine(part.contentId);
  return { filename, contentType: cleanLine(part.contentType), content, contentId, inline };
}
