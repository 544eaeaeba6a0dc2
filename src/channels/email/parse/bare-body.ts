/** The body of a mail as it stands, for a multipart whose boundary never occurs: its words are there all the same. */
import { decodeBytes } from "./charset.ts";
import { cleanText } from "./clean-text.ts";
import { findHeaderEnd } from "./headers.ts";

const SIZE_BYTES_MAX = 1_000_000;

/** The first megabyte behind the header block, its charset guessed. */
export function readBareBody(mail: Uint8Array): string {
  const start = findHeaderEnd(mail);
  return cleanText(decodeBytes(mail.subarray(start, start + SIZE_BYTES_MAX), null)).trim();
}
