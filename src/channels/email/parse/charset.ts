/** Bytes of a mail into text, whatever the mail claims about them. */
import { isAscii } from "node:buffer";
import iconv from "iconv-lite";
import { guessCharset, scoreReading } from "./charset-guess.ts";
import { ESCAPED_LABELS, normaliseLabel } from "./charset-labels.ts";
import { decodeByEscapes, decodeByShifts } from "./escape-charsets.ts";

/** What windows-1252 has in 0x80 to 0x9F (WHATWG index); Node's decoder leaves these as C1 controls. */
const WINDOWS_1252_HIGH =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

const DOUBLE_BYTE_LABELS = new Set(["gb18030", "gbk", "big5", "euc-kr", "euc-jp", "shift_jis"]);

/** A label is overruled where its reading is noise, another is words, and there is enough to tell. */
const OVERRULE_BYTES_MIN = 4;
const OVERRULE_SCORE_MAX = -0.3;
const OVERRULE_MARGIN = 1.8;

/**
 * Decodes bytes that carry the charset label `declared` (null where there is none). Never throws.
 * The bytes overrule the label where they contradict it: escapes of ISO-2022, valid UTF-8 under a label of one byte a
 * character, a reading that is noise. What is undeclared, or declared by an unknown name, is guessed: UTF-8 where it
 * is valid, else the likeliest. `hints` are names of `normaliseLabel`, from elsewhere in the mail.
 */
export function decodeBytes(
  bytes: Uint8Array,
  declared: string | null,
  hints: () => readonly string[] = () => [],
): string {
  const marked = decodeMarked(bytes) ?? decodeByEscapes(bytes);
  if (marked !== null) return marked;
  const label = normaliseLabel(declared);
  const ascii = isAscii(bytes);
  if (label !== null && ESCAPED_LABELS.has(label) && (ascii || label === "utf-7" || label === "hz-gb-2312")) {
    return decodeByShifts(label, bytes);
  }
  if (label?.startsWith("utf-16") || label?.startsWith("utf32")) return decodeWide(label, bytes);
  if (ascii) return looksLikeUtf16(bytes) ?? asLatin1(bytes);
  const utf8 = decodeUtf8(bytes);
  if (utf8 !== null && !(label !== null && DOUBLE_BYTE_LABELS.has(label) && isChanceUtf8(utf8, label, bytes)))
    return utf8;
  if (label === null || label === "us-ascii" || label === "utf-8" || ESCAPED_LABELS.has(label)) {
    const japanese = label === "iso-2022-jp" ? ["shift_jis", "euc-jp"] : [];
    return decodeDamagedUtf8(bytes) ?? guess(bytes, () => [...japanese, ...hints()]);
  }
  return decodeDeclared(label, bytes, hints);
}

function decodeDeclared(label: string, bytes: Uint8Array, hints: () => readonly string[]): string {
  const text = decodeWith(label, bytes);
  if (text === null) return guess(bytes, hints);
  if (countHigh(bytes) < OVERRULE_BYTES_MIN) return text;
  const score = DOUBLE_BYTE_LABELS.has(label) ? scoreBreaks(text) : scoreReading(text, label);
  if (score === null || score > OVERRULE_SCORE_MAX) return text;
  const other = guessCharset(bytes, hints(), decodeWith);
  return other.score >= score + OVERRULE_MARGIN ? (decodeWith(other.label, bytes) ?? text) : text;
}

function guess(bytes: Uint8Array, hints: () => readonly string[]): string {
  const { label } = guessCharset(bytes, hints(), decodeWith);
  return decodeWith(label, bytes) ?? decodeLatin(bytes);
}

/** Decodes by a name of `normaliseLabel`; null where no decoder has it. */
export function decodeWith(label: string, bytes: Uint8Array): string | null {
  if (label === "windows-1252") return decodeLatin(bytes);
  // Node's own knows the 8,000 characters of KS X 1001 only, not the other syllables that Windows writes.
  if (label === "euc-kr") return iconv.decode(toBuffer(bytes), "cp949");
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return iconv.encodingExists(label) ? iconv.decode(toBuffer(bytes), label) : null;
  }
}

/** A byte order mark says it all. */
function decodeMarked(bytes: Uint8Array): string | null {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return decodeUtf8(bytes.subarray(3));
  if (first === 0xff && second === 0xfe) return decodeWith("utf-16le", bytes);
  if (first === 0xfe && second === 0xff) return decodeWith("utf-16be", bytes);
  return null;
}

/** RFC 2781: without a mark, `UTF-16` is big-endian; which it is shows in where the zero bytes of ASCII stand. */
function decodeWide(label: string, bytes: Uint8Array): string {
  if (label.startsWith("utf32")) return iconv.decode(toBuffer(bytes), label);
  const zeros = countZeros(bytes);
  if (zeros.even + zeros.odd === 0 && isAscii(bytes)) return asLatin1(bytes);
  return decodeWith(zeros.even > zeros.odd ? "utf-16be" : "utf-16le", bytes) ?? asLatin1(bytes);
}

function looksLikeUtf16(bytes: Uint8Array): string | null {
  if (bytes.length < 4 || !bytes.includes(0)) return null;
  const { even, odd } = countZeros(bytes);
  if (Math.max(even, odd) < bytes.length * 0.4 || Math.min(even, odd) > bytes.length * 0.05) return null;
  return decodeWith(even > odd ? "utf-16be" : "utf-16le", bytes);
}

function countZeros(bytes: Uint8Array): { even: number; odd: number } {
  const count = { even: 0, odd: 0 };
  const end = Math.min(bytes.length, 4_096);
  for (let at = 0; at < end; at++) if (bytes[at] === 0) count[at % 2 === 0 ? "even" : "odd"]++;
  return count;
}

/** A few Chinese words can be valid UTF-8 by chance; then they are well-formed in their own charset, and odd in UTF-8. */
function isChanceUtf8(utf8: string, label: string, bytes: Uint8Array): boolean {
  const foreign = utf8.match(/[\u0080-\uffff]/g)?.length ?? 0;
  return foreign < 6 && !(decodeWith(label, bytes) ?? "\ufffd").includes("\ufffd");
}

/** From 0 (nothing broken) down. */
function scoreBreaks(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII is counted
  const foreign = text.match(/[^\u0000-\u007f]/g)?.length ?? 0;
  const broken = text.split("\ufffd").length - 1;
  return foreign === 0 ? 0 : (-4 * broken) / foreign;
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** UTF-8 with a few broken bytes (cut in the middle of a character, a stray byte), or null where it is not UTF-8. */
function decodeDamagedUtf8(bytes: Uint8Array): string | null {
  const text = new TextDecoder("utf-8").decode(bytes);
  const broken = text.split("\ufffd").length - 1;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII is counted
  const foreign = (text.match(/[^\u0000-\u007f\ufffd]/gu) ?? []).length;
  return foreign >= 4 * broken ? text : null;
}

function decodeLatin(bytes: Uint8Array): string {
  return asLatin1(bytes).replace(
    /[\u0080-\u009f]/g,
    (char) => WINDOWS_1252_HIGH[char.charCodeAt(0) - 0x80] ?? char,
  );
}

function countHigh(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) count += byte >> 7;
  return count;
}

function asLatin1(bytes: Uint8Array): string {
  return toBuffer(bytes).toString("latin1");
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
