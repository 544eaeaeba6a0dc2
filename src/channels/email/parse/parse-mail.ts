/** A mail's source into what intake decides on. */
import { readBounce } from "../../../core/bounce.ts";
import type {
  EmailAddress,
  InboundAttachment,
  InboundEmail,
  InboundUnreadable,
} from "../../../core/inbound.ts";
import { findForwardedSender } from "../../../core/reply-text/forward.ts";
import { trimReply } from "../../../core/reply-text.ts";
import { readAddresses } from "./addresses.ts";
import { readAuthentication } from "./authentication.ts";
import { readReturnedParts } from "./bounce-parts.ts";
import { createCharsetHints } from "./charset-hints.ts";
import { cleanLine } from "./clean-text.ts";
import { createDeadline } from "./deadline.ts";
import { fingerprintMail } from "./fingerprint.ts";
import {
  allValues,
  decodeHeaders,
  decodeUnstructured,
  firstValue,
  type HeaderField,
  readDate,
  readHeaderFields,
  readMessageId,
  readMessageIds,
} from "./headers.ts";
import type { MimeAttachment } from "./mime-content.ts";
import { normaliseSource, readMboxSender } from "./normalise-source.ts";
import { type ReadContent, readContent } from "./read-content.ts";

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
  const deadline = createDeadline(limits.timeMsMax, () => new ParseTimeout(limits.timeMsMax));
  try {
    const mail = normaliseSource(raw);
    const hints = createCharsetHints(mail);
    const fields = readHeaderFields(mail, hints);
    return buildEmail(raw, fields, origin, await readContent({ mail, fields, hints }, limits, deadline));
  } catch (error) {
    return unreadable(raw, origin, explainFailure(error));
  } finally {
    deadline.clear();
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
  return `The parser failed: ${cleanLine(message).slice(0, 300)}`;
}

function buildEmail(
  raw: Uint8Array,
  fields: HeaderField[],
  origin: MailOrigin,
  content: ReadContent,
): InboundEmail {
  const headers = decodeHeaders(fields);
  const { html, notes, remarks } = content;
  const text = [content.text, ...notes].filter((words) => words !== "").join("\n\n");
  const attachments = content.attachments.map(toAttachment);
  const messageId = readMessageId(firstValue(fields, "message-id"));
  const date = readDate(firstValue(fields, "date"));
  const subject = decodeUnstructured(firstValue(fields, "subject"));
  const from = findSender(fields, raw);
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
    textTrimmed: [trimReply(content.text, subject).textTrimmed, ...notes].filter(Boolean).join("\n\n"),
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
    ...(remarks.length === 0 ? {} : { remarks: [...new Set(remarks)] }),
  };
}

/** In whose name a mail came that has no From, the likeliest first. */
const SENDER_HEADERS = [
  "sender",
  "resent-from",
  "reply-to",
  "return-path",
  "x-envelope-from",
  "envelope-from",
  "x-sender",
];

/**
 * Two From headers are a trick: neither is trusted, the first is shown, and `headers.from` has both. Without any, the
 * mail is answered to whoever else it names.
 */
function findSender(fields: HeaderField[], raw: Uint8Array): EmailAddress | null {
  for (const name of ["from", ...SENDER_HEADERS]) {
    const [found] = allValues(fields, name).flatMap(readAddresses);
    if (found !== undefined) return found;
  }
  return readAddresses(readMboxSender(raw))[0] ?? null;
}

function toAttachment(part: MimeAttachment): InboundAttachment {
  const filename = cleanLine(part.filename)
    .replace(/\p{Cc}+/gu, " ")
    .trim();
  const { content, inline } = part;
  const contentId = part.contentId === null ? null : cleanLine(part.contentId);
  return { filename, contentType: cleanLine(part.contentType), content, contentId, inline };
}
