/** The same for every copy of one mail, whichever mailbox, relay or door it came through. */
import { createHash } from "node:crypto";
import type { InboundAttachment } from "../../../core/inbound.ts";

export interface FingerprintParts {
  messageId: string | null;
  from: string;
  date: Date | null;
  subject: string;
  /** The body as sent: the plain text, or the HTML where there is none. */
  body: string;
  attachments: Pick<InboundAttachment, "filename" | "content">[];
  source: Uint8Array;
}

/**
 * Hex SHA-256 over Message-ID, From, Date, Subject, body and attachments. Trace headers are left out, and white space
 * at line ends counts for nothing: relays change both. Where neither Message-ID nor Date tells two mails with the same
 * words apart, as with some forms and scripts, only the same bytes are the same mail.
 */
export function fingerprintMail(parts: FingerprintParts): string {
  if (parts.messageId === null && parts.date === null) {
    return createHash("sha256").update(parts.source).digest("hex");
  }
  const body = trimLineEnds(parts.body).trim();
  const attachments = parts.attachments.map(({ filename, content }) => [
    filename,
    createHash("sha256").update(content).digest("hex"),
  ]);
  const { messageId, from, date, subject } = parts;
  const canonical = [messageId, from, date?.toISOString() ?? null, subject, body, attachments];
  return createHash("sha256").update(JSON.stringify(canonical)).digest("hex");
}

function trimLineEnds(text: string): string {
  if (!/[^\S\n]\n/.test(text)) return text;
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
