/** Bytes of a mail into text, whatever the mail claims about them. */
import { isAscii } from "node:buffer";

/** Names seen in mail that the WHATWG Encoding Standard has no label for. */
const ALIASES: Readonly<Record<string, string>> = {
  cp932: "shift_jis",
  cp936: "gbk",
  cp949: "euc-kr",
  cp950: "big5",
  "euc-cn": "gbk",
  "iso-2022-jp-ms": "iso-2022-jp",
  "iso-2022-jp-1": "iso-2022-jp",
  "iso-2022-jp-2": "iso-2022-jp",
  "latin-1": "iso-8859-1",
  "x-mac-roman": "macintosh",
  utf7: "utf-7",
  "unicode-1-1-utf-7": "utf-7",
  csunicode11utf7: "utf-7",
};

/** Labels that say nothing: the sender's program did not know either. */
const UNKNOWN = new Set([
  "",
  "unknown",
  "unknown-8bit",
  "x-unknown",
  "default",
  "none",
  "binary",
  "x-user-defined",
]);

/** Single-byte labels under which UTF-8 is often sent by mistake. */
const LATIN = new Set(["us-ascii", "windows-1252", "iso-8859-15"]);

/** What windows-1252 has in 0x80 to 0x9F (WHATWG index); Node's decoder leaves these as C1 controls. */
const WINDOWS_1252_HIGH =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

const ESCAPE = 0x1b;

/**
 * Decodes bytes that carry the charset label `declared` (null where there is none). Never throws.
 * The bytes overrule the label where they contradict it: ISO-2022-JP escapes, valid UTF-8 under a Latin label, and
 * anything undeclared or declared with an unknown name is guessed: UTF-8 where it is valid, else windows-1252.
 * `hint` is the charset of another part of the same mail, tried before the last resort.
 */
export function decodeBytes(bytes: Uint8Array, declared: string | null, hint: string | null = null): string {
  if (hasJapaneseEscapes(bytes)) return decodeJapanese(bytes);
  const label = normaliseLabel(declared);
  if (label === "utf-7") return decodeUtf7(asLatin1(bytes));
  if (isAscii(bytes) && !label?.startsWith("utf-16")) return asLatin1(bytes);
  if (label !== null && label !== "utf-8" && !LATIN.has(label)) {
    return decodeWith(label, bytes) ?? guess(bytes, hint);
  }
  if (label === null || label === "us-ascii") return guess(bytes, hint);
  const utf8 = decodeUtf8(bytes);
  if (utf8 !== null) return utf8;
  if (label === "utf-8") return decodeDamagedUtf8(bytes) ?? guess(bytes, hint);
  return decodeWith(label, bytes) ?? decodeLatin(bytes);
}

/** The name to decode by, or null where the label names nothing known. `us-ascii` stays itself: it says "7 bits". */
function normaliseLabel(declared: string | null): string | null {
  if (declared === null) return null;
  const cleaned = declared
    .toLowerCase()
    .replace(/["'\s]/g, "")
    .replace(/[*;].*$/, "");
  const name = ALIASES[cleaned] ?? cleaned.replace(/^cp-?(125\d)$/, "windows-$1");
  if (UNKNOWN.has(name)) return null;
  if (name === "utf-7") return name;
  if (/^(us-?)?ascii$|^ansi_x3\.4/.test(name)) return "us-ascii";
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

function decodeWith(label: string, bytes: Uint8Array): string | null {
  if (label === "windows-1252") return decodeLatin(bytes);
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return null;
  }
}

function guess(bytes: Uint8Array, hint: string | null): string {
  const utf8 = decodeUtf8(bytes);
  if (utf8 !== null) return utf8;
  const label = normaliseLabel(hint);
  if (label !== null && label !== "utf-8" && label !== "us-ascii") {
    const hinted = decodeStrictly(label, bytes);
    if (hinted !== null) return hinted;
  }
  return decodeDamagedUtf8(bytes) ?? decodeLatin(bytes);
}

function decodeStrictly(label: string, bytes: Uint8Array): string | null {
  if (label === "windows-1252") return decodeLatin(bytes);
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function decodeUtf8(bytes: Uint8Array): string | null {
  return decodeStrictly("utf-8", bytes);
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

function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** `ESC $ B`, `ESC $ @` or `ESC ( J`: no other charset of mail has them. */
function hasJapaneseEscapes(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(ESCAPE); at >= 0; at = bytes.indexOf(ESCAPE, at + 1)) {
    const pair = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0);
    if (pair === "$B" || pair === "$@" || pair === "(J") return true;
  }
  return false;
}

/** An escape that another one follows at once is legal, and comes from joined words; the WHATWG decoder refuses it. */
function decodeJapanese(bytes: Uint8Array): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC is what this charset switches by
  const single = asLatin1(bytes).replace(/\u001b[($][@-J](?=\u001b)/g, "");
  return decodeWith("iso-2022-jp", Buffer.from(single, "latin1")) ?? decodeLatin(bytes);
}

/** RFC 2152: `+` starts base64 of UTF-16BE, `-` or any other character ends it, `+-` is a plus. */
function decodeUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_whole, base64: string) => {
    if (base64 === "") return "+";
    const bytes = Buffer.from(base64, "base64");
    return new TextDecoder("utf-16be").decode(bytes.subarray(0, bytes.length & ~1));
  });
}
