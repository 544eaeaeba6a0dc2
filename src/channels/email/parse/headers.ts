/** The header block of a mail, read from its bytes. */
import type { MailHeaders } from "../../../core/inbound.ts";
import { decodeBytes } from "./charset.ts";
import { type CharsetHints, createCharsetHints } from "./charset-hints.ts";
import { cleanLine } from "./clean-text.ts";
import { decodeEncodedWords } from "./encoded-words.ts";

const HEADERS_MAX = 1_000;
/** Headers that decide something are found behind any number of others. */
const DECIDING =
  /^(?:from|sender|reply-to|to|cc|subject|date|message-id|in-reply-to|references|return-path|auto-submitted|precedence|authentication-results|mime-version|content-.*|list-.*|x-(?:auto|failed|loop).*)$/;
const DECIDING_MAX = 200;
/** No value that a rule looks at is longer; the raw source keeps the rest. */
const VALUE_LENGTH_MAX = 100_000;
/** Whoever writes a header block this long is not writing a mail. */
const BLOCK_SIZE_BYTES_MAX = 16 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;

/** One header: its value unfolded, raw 8-bit bytes decoded, encoded words not yet. */
export interface HeaderField {
  /** Lower case. */
  name: string;
  value: string;
}

/** Reads the header block of a normalised source, or of a part. */
export function readHeaderFields(
  mail: Uint8Array,
  hints: CharsetHints = createCharsetHints(mail),
): HeaderField[] {
  const block = mail.subarray(0, Math.min(findHeaderEnd(mail), BLOCK_SIZE_BYTES_MAX));
  const fields: HeaderField[] = [];
  let decidingCount = 0;
  let lines: string[] = [];
  const finish = () => {
    const name = /^([!-9;-~]+)[ \t]*:/.exec(lines[0] ?? "")?.[1]?.toLowerCase();
    if (name === undefined || name === "__proto__") return;
    const isDeciding = DECIDING.test(name) && decidingCount++ < DECIDING_MAX;
    if (isDeciding || fields.length < HEADERS_MAX) fields.push({ name, value: readValue(lines, hints) });
  };
  for (const line of asLatin1(block).split(/\r?\n/)) {
    // A line that is neither a header nor folded: a value that was cut without folding it.
    if (!/^[!-9;-~]+[ \t]*:/.test(line)) {
      if (line.trim() !== "") lines.push(line.trim());
    } else {
      finish();
      lines = [line];
    }
  }
  finish();
  return fields;
}

function readValue(lines: string[], hints: CharsetHints): string {
  const line = lines.join(" ");
  const start = line.indexOf(":") + 1;
  const bytes = Buffer.from(line.slice(start, start + VALUE_LENGTH_MAX), "latin1");
  return cleanLine(decodeBytes(bytes, null, hints)).trim();
}

/**
 * Where the header block ends: at the blank line behind it, at a delimiter of parts where that line was forgotten, or
 * at the end.
 */
export function findHeaderEnd(mail: Uint8Array): number {
  if (isLineEnd(mail, 0)) return 0;
  for (let at = mail.indexOf(LF); at >= 0; at = mail.indexOf(LF, at + 1)) {
    if (isLineEnd(mail, at + 1) || (mail[at + 1] === DASH && mail[at + 2] === DASH)) return at + 1;
  }
  return mail.length;
}

/** Where the body begins, behind the blank line. */
export function findBodyStart(mail: Uint8Array): number {
  const end = findHeaderEnd(mail);
  if (!isLineEnd(mail, end)) return end;
  return end + (mail[end] === CR ? 2 : 1);
}

function isLineEnd(mail: Uint8Array, at: number): boolean {
  return mail[at] === LF || (mail[at] === CR && mail[at + 1] === LF);
}

function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The first value of a header, encoded words not yet decoded; null where there is none. */
export function firstValue(fields: HeaderField[], name: string): string | null {
  return fields.find((field) => field.name === name)?.value ?? null;
}

export function allValues(fields: HeaderField[], name: string): string[] {
  return fields.filter((field) => field.name === name).map((field) => field.value);
}

/** Every header as core's rules see it: decoded, one entry for each occurrence. */
export function decodeHeaders(fields: HeaderField[]): MailHeaders {
  const headers = new Map<string, string[]>();
  for (const { name, value } of fields) {
    const values = headers.get(name) ?? [];
    values.push(cleanLine(decodeEncodedWords(value)));
    headers.set(name, values);
  }
  return Object.fromEntries(headers);
}

/** A header that is text for people, such as Subject: decoded, on one line. */
export function decodeUnstructured(value: string | null): string {
  return cleanLine(decodeEncodedWords(value ?? ""))
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}

/** Message-ID, with angle brackets; null where it is missing, empty or no id at all. */
export function readMessageId(value: string | null): string | null {
  return readMessageIds(value)[0] ?? null;
}

/** The ids of a References or In-Reply-To header, in its order, each once, at most 200. */
export function readMessageIds(value: string | null): string[] {
  if (value === null) return [];
  const bracketed = (value.match(/<[^<>]+>/g) ?? []).map((id) => id.replace(/\s+/g, ""));
  const bare = () => value.split(/[\s,;"<>()]+/).filter((word) => /^[^@]+@[^@]/.test(word));
  const ids = bracketed.some((id) => id.length > 2) ? bracketed : bare().map((id) => `<${id}>`);
  return [...new Set(ids.filter((id) => id.length > 2 && id.length <= 998))].slice(0, 200);
}

/** RFC 5322 dates and the common broken ones; null where no date can be read, or one that no mail can have. */
export function readDate(value: string | null): Date | null {
  if (value === null) return null;
  const plain = value.replace(/\([^()]*\)/g, " ").trim();
  for (const candidate of [plain, plain.replace(/^[^\d,]*,\s*/, ""), plain.replace(/\s[A-Z]{2,5}$/, "")]) {
    const time = Date.parse(candidate);
    const year = new Date(time).getUTCFullYear();
    if (year >= 1970 && year < 2200) return new Date(time);
  }
  return null;
}
