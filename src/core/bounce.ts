/** Reads what a bounce says: which address, which status, which of our messages. Text in, values out. */
import { findAddress, findMessageId, readBlocks, readId, readRecipientFields } from "./bounce-fields.ts";
import { BOUNCE_BODY, DELAY_WORDS, FAILURE_WORDS } from "./bounce-signs.ts";
import { decideBounceKind, readTextStatus } from "./bounce-status.ts";
import { type BounceLike, isMachineWritten, looksLikeBounce } from "./bounce-text.ts";
import { findFailedRecipient, findReturnedStart } from "./bounce-words.ts";
import type { BounceReport } from "./inbound.ts";

/** A report longer than this is read up to here. */
const FIELDS_LENGTH_MAX = 100_000;
const TEXT_LENGTH_MAX = 50_000;
const SIGNS_LENGTH_MAX = 4_000;

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
  if (chosen !== undefined) {
    const { status, recipient, action } = chosen;
    return { status, recipient, originalMessageId, kind: decideBounceKind(action === "delayed", status) };
  }
  if (recipients.length > 0 || text === undefined || !BOUNCE_BODY.test(text.slice(0, SIGNS_LENGTH_MAX)))
    return null;
  return { ...readWords("", text, null), originalMessageId };
}

/** What a bounce carries beside its words, as text; null where it has no such part. */
export interface ReturnedParts {
  /** message/delivery-status. */
  status: string | null;
  /** The returned message, or its headers. */
  original: string | null;
}

/**
 * What a mail says about a message that was not delivered: by its status part, completed by its words, its headers and
 * the returned message; without that part by its words alone. Null where it is no bounce, or confirms a delivery.
 * A person who attaches a bounce gets a report here too: `classifyMail` tells the two apart.
 */
export function readBounce(mail: BounceLike, parts: ReturnedParts): BounceReport | null {
  const byText = () => parseBounceText(mail, parts.original ?? undefined);
  if (parts.status === null) return byText();
  const report = parseDeliveryStatus(parts.status, parts.original ?? undefined, mail.text);
  if (report === null) return namesNoRecipient(parts.status) ? byText() : null;
  if (report.recipient !== null && report.originalMessageId !== null && report.status !== null) return report;
  if (!isMachineWritten(mail)) return report;
  const words = readMailWords(mail, parts.original ?? undefined);
  return {
    status: report.status ?? words.status,
    recipient: report.recipient ?? words.recipient,
    originalMessageId: report.originalMessageId ?? words.originalMessageId,
    kind: report.status === null && words.status !== null ? words.kind : report.kind,
  };
}

function namesNoRecipient(fields: string): boolean {
  return readBlocks(fields.slice(0, FIELDS_LENGTH_MAX)).every((block) => readRecipientFields(block) === null);
}

/**
 * Reads a bounce that has no delivery-status part, from its words; `original` is the returned message where it is a part
 * of its own. Null unless the sender or a header says that a mail system wrote it: a person who forwards or complains
 * about a bounce is not one.
 */
export function parseBounceText(mail: BounceLike, original?: string): BounceReport | null {
  return looksLikeBounce(mail) ? readMailWords(mail, original) : null;
}

function readMailWords(mail: BounceLike, original: string | undefined): BounceReport {
  const text = mail.text.slice(0, TEXT_LENGTH_MAX);
  const named = [
    ...(mail.headers["x-failed-recipients"] ?? []),
    ...(mail.headers["x-bounced-address"] ?? []),
  ];
  const { status, recipient, kind } = readWords(mail.subject, text, findAddress(named.join(",")));
  const stated = ["original-message-id", "x-original-message-id", "in-reply-to", "references"];
  const ids = stated.map((name) => readId(mail.headers[name]?.[0])).filter((id) => id !== null);
  return {
    status,
    recipient: recipient ?? findAddressee(original) ?? findAddressee(text.slice(findReturnedStart(text))),
    originalMessageId: findMessageId(original ?? "") ?? findMessageId(text) ?? ids[0] ?? null,
    kind,
  };
}

/** To whom the returned message was addressed. */
function findAddressee(original: string | undefined): string | null {
  const line = /^[ \t>]*(?:X-Original-To|Delivered-To|To)[ \t]*:([^\n]{1,500}(?:\n[ \t][^\n]{1,500})?)/im;
  return findAddress(line.exec(original?.slice(0, TEXT_LENGTH_MAX) ?? "")?.[1] ?? "");
}

function readWords(
  subject: string,
  text: string,
  named: string | null,
): Omit<BounceReport, "originalMessageId"> {
  const said = text.slice(0, findReturnedStart(text));
  const status = readTextStatus(said) ?? readTextStatus(subject);
  const words = `${subject}\n${said}`;
  const isDelay = DELAY_WORDS.test(words) && !FAILURE_WORDS.test(words);
  return {
    status,
    recipient: named ?? findFailedRecipient(said) ?? (said === text ? null : findFailedRecipient(text)),
    kind: decideBounceKind(isDelay, status),
  };
}
