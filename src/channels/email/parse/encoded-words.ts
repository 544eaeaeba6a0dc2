/** Header values into text: raw 8-bit bytes, and RFC 2047 encoded words however they were broken. */
import { decodeBytes } from "./charset.ts";

const ENCODED_WORD = /=\?([^?\s]{1,64})\?([bq])\?([^?]*)\?=/gi;

interface EncodedWord {
  charset: string;
  encoding: "b" | "q";
  payload: string;
}

/**
 * Decodes every encoded word of a header value. Words of one charset that stand side by side are joined before
 * they are decoded, since many programs cut a character (or a base64 group) in two.
 * What is no valid encoded word stays as it is.
 */
export function decodeEncodedWords(value: string): string {
  if (!value.includes("=?")) return value;
  let text = "";
  let pending: EncodedWord[] = [];
  let end = 0;
  for (const match of value.matchAll(ENCODED_WORD)) {
    const [whole, charset = "", encoding = "", payload = ""] = match;
    const between = value.slice(end, match.index);
    const adjacent = pending.length > 0 && between.trim() === "";
    const word: EncodedWord = {
      charset: charset.replace(/\*.*$/, "").toLowerCase(),
      encoding: encoding.toLowerCase() === "b" ? "b" : "q",
      payload,
    };
    if (!adjacent || pending[0]?.charset !== word.charset) {
      text += decodeWords(pending);
      pending = [];
      if (!adjacent) text += between;
    }
    pending.push(word);
    end = match.index + whole.length;
  }
  return text + decodeWords(pending) + value.slice(end);
}

function decodeWords(words: EncodedWord[]): string {
  const charset = words[0]?.charset;
  if (charset === undefined) return "";
  const pieces: Buffer[] = [];
  let base64 = "";
  for (const { encoding, payload } of words) {
    if (encoding === "b") {
      base64 += payload.replace(/\s+/g, "");
      // A word whose base64 is no whole group goes on in the next one.
      if (base64.length % 4 !== 0 && !base64.endsWith("=")) continue;
    }
    if (base64 !== "") pieces.push(Buffer.from(base64, "base64"));
    base64 = "";
    if (encoding === "q") pieces.push(decodeQ(payload));
  }
  if (base64 !== "") pieces.push(Buffer.from(base64, "base64"));
  return decodeBytes(Buffer.concat(pieces), charset);
}

/** RFC 2047, section 4.2. Characters beyond ASCII are illegal there; they are kept as UTF-8. */
function decodeQ(payload: string): Buffer {
  const bytes = Buffer.from(payload.replaceAll("_", " "));
  if (!bytes.includes(0x3d)) return bytes;
  const binary = bytes.toString("latin1");
  const decoded = binary.replace(/=([0-9a-f]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, "latin1");
}
