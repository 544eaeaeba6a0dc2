/** The header block of a mail, read from its bytes. */
import type { MailHeaders } from "../../../core/inbound.ts";
import { decodeBytes } from "./charset.ts";
import { cleanLine } from "./clean-text.ts";
import { decodeEncodedWords } from "./encoded-words.ts";

const HEADERS_MAX = 1_000;
/** No value that a rule looks at is longer; the raw source keeps the rest. */
const VALUE_LENGTH_MAX = 100_000;
/** Whoever writes a header block this long is not writing a mail. */
const BLOCK_SIZE_BYTES_MAX = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** One header: its value unfolded, raw 8-bit bytes decoded, encoded words not yet. */
export interface HeaderField {
  /** Lower case. */
  name: string;
  value: string;
}

/**
 * The mail without what some programs put in front of it: blank lines, a byte order mark, the `From ` line of an mbox.
 * A mail whose lines end in a bare CR comes back with LF instead.
 */
export function normaliseSource(raw: Uint8Array): Uint8Array {
  let start = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
  while (raw[start] === LF || raw[start] === CR) start++;
  if (/^>?From (?!\s*:)/.test(asLatin1(raw.subarray(start, start + 16)))) {
    const lineEnd = raw.indexOf(LF, start);
    if (lineEnd >= 0) start = lineEnd + 1;
  }
  const mail = raw.subarray(start);
  const isBareCr = mail.subarray(0, 4096).includes(CR) && !mail.includes(LF);
  return isBareCr ? mail.map((byte) => (byte === CR ? LF : byte)) : mail;
}

/** Reads the header block of a normalised source. `charsetHint` is tried for undeclared 8-bit values. */
export function readHeaderFields(mail: Uint8Array): HeaderField[] {
  const block = mail.subarray(0, Math.min(findHeaderEnd(mail), BLOCK_SIZE_BYTES_MAX));
  const hint = findCharset(mail);
  const fields: HeaderField[] = [];
  let unfolded = "";
  const finish = () => {
    const field = readField(unfolded, hint);
    if (field !== null && fields.length < HEADERS_MAX) fields.push(field);
  };
  for (const line of asLatin1(block).split(/\r?\n/)) {
    if (/^[ \t]/.test(line)) unfolded += ` ${line.trim()}`;
    // A line that is neither a header nor folded: a value that was cut without folding it.
    else if (!/^[!-9;-~]+[ \t]*:/.test(line)) unfolded += unfolded === "" ? "" : ` ${line.trim()}`;
    else {
      finish();
      unfolded = line;
    }
  }
  finish();
  return fields;
}

function readField(line: string, hint: string | null): HeaderField | null {
  const colon = line.indexOf(":");
  const name = line.slice(0, colon).trim().toLowerCase();
  if (colon <= 0 || name === "__proto__") return null;
  const bytes = Buffer.from(line.slice(colon + 1, colon + 1 + VALUE_LENGTH_MAX), "latin1");
  return { name, value: cleanLine(decodeBytes(bytes, null, hint)).trim() };
}

export function findHeaderEnd(mail: Uint8Array): number {
  for (let at = mail.indexOf(LF); at >= 0; at = mail.indexOf(LF, at + 1)) {
    if (mail[at + 1] === LF || (mail[at + 1] === CR && mail[at + 2] === LF)) return at + 1;
  }
  return mail.length;
}

/** The first charset that the mail names: what raw 8-bit headers are written in as well, most of the time. */
function findCharset(mail: Uint8Array): string | null {
  const start = asLatin1(mail.subarray(0, 16_384));
  return /charset\s*=\s*"?([\w:.-]{1,40})/i.exec(start)?.[1] ?? null;
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
