/** Who wrote what somebody forwarded by hand. */
import type { EmailAddress } from "../inbound.ts";
import { readFlatBlock, readHeaderBlock } from "./header-block.ts";
import { isBlank, type Line, readLines } from "./lines.ts";
import { isForwardMarker } from "./markers.ts";
import { findReplyHeaderStart, mayEndReplyHeader } from "./reply-header.ts";

const SCANNED_LENGTH_MAX = 200_000;

/** How the subject of a forward starts. Not `VS:`, by which Finns reply and Norwegians forward. */
const FORWARD_SUBJECT =
  /^\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|tov|továbbítás|пересл|πρθ|转发|轉寄|轉發|転送|전달|إعادة توجيه|הועבר|chuyển tiếp|ส่งต่อ) ?[:：]/iu;

export function isForwardSubject(subject: string): boolean {
  return FORWARD_SUBJECT.test(subject.slice(0, 100));
}

/** Apple Mail quotes what it forwards; but within the quote of a reply it was somebody else who forwarded. */
export function isQuotedFurther(
  lines: Line[],
  isQuote: (index: number) => boolean,
  index: number,
  headers: number,
): boolean {
  if (lines[index]?.isQuote !== true) return false;
  let before = index - 1;
  while (before >= 0 && isBlank(lines[before])) before--;
  return headers > 0 || (before >= 0 && isQuote(before));
}

/**
 * The sender that a mail forwarded by hand names over what it forwards, lower case, or null. A header block counts
 * after a forward marker, at the very top (`hasWordsBefore` says where somebody's words begin), and anywhere in a mail
 * whose `subject` says that it forwards; there a line like "On Monday, Ada <ada@example.com> wrote:" counts as well,
 * as Outlook for Mac writes it. Else both belong to a quote.
 */
export function findForwardedSender(text: string, subject = ""): EmailAddress | null {
  const lines = readLines(text.slice(0, SCANNED_LENGTH_MAX));
  const isForward = isForwardSubject(subject);
  let headers = 0;
  let hasWords = false;
  for (const [index, line] of lines.entries()) {
    if (isBlank(line)) continue;
    if (isForwardMarker(line) && !isQuotedFurther(lines, (at) => lines[at]?.isQuote === true, index, headers))
      return readSender(lines, index);
    const start = mayEndReplyHeader(line) ? findReplyHeaderStart(lines, index, 0) : -1;
    if (start >= 0 && isForward && headers === 0)
      return parseSender(
        lines
          .slice(start, index + 1)
          .map(({ text }) => text)
          .join(" "),
      );
    if (start >= 0) headers++;
    const block = readHeaderBlock(lines, index, false);
    if (block !== null) return isForward || !hasWords ? parseSender(block.fromValue) : null;
    hasWords ||= !line.isQuote && /[\p{L}\p{N}]/u.test(line.text);
  }
  return null;
}

/** The sender in the block under a forward marker, or in the same line. */
function readSender(lines: Line[], marker: number): EmailAddress | null {
  const flat = readFlatBlock(lines[marker] as Line);
  if (flat !== null) return parseSender(flat);
  const unquoted = lines
    .slice(marker + 1, marker + 41)
    .map((line) => ({ ...line, text: line.text.replace(/^[>\s]+/, "") }));
  const first = unquoted.findIndex((line) => line.text !== "");
  return parseSender(readHeaderBlock(unquoted, Math.max(0, first), true)?.fromValue ?? "");
}

function parseSender(value: string): EmailAddress | null {
  const found = /[^\s<>()[\]"',;:]{1,64}@[^\s<>()[\]"',;:]{2,250}/u.exec(value);
  if (found === null) return null;
  const name = value
    .slice(0, found.index)
    .replace(/(?:mailto:)?$/, "")
    .replace(/^.*\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?)?[^\p{L}"']*/iu, "")
    .replace(/["<>()[\]*'“”„«»]+/g, " ");
  return { address: found[0].toLowerCase().replace(/[.>]+$/, ""), name: name.replace(/\s+/g, " ").trim() };
}
