/** Files that old programs put into the text itself: `begin 644 name`, lines of uuencode (POSIX), `end`. */
import { decodeBytes } from "./charset.ts";
import { decodeEncodedWords } from "./encoded-words.ts";

export interface UuencodedFile {
  filename: string;
  content: Uint8Array;
}

const BEGIN = /^begin(?:-base64)? [0-7]{3,4} +(\S.*)$/;
const FILES_MAX = 100;

/** The files of a text, and the text without them. What only looks like one stays. Linear. */
export function extractUuencoded(text: string): { text: string; files: UuencodedFile[] } {
  if (!/^begin(?:-base64)? [0-7]{3,4} /m.test(text)) return { text, files: [] };
  const lines = text.split("\n");
  const kept: string[] = [];
  const files: UuencodedFile[] = [];
  for (let at = 0; at < lines.length; at++) {
    const file = files.length < FILES_MAX ? readFile(lines, at) : null;
    if (file === null) kept.push(lines[at] ?? "");
    else {
      files.push({ filename: file.filename, content: file.content });
      at = file.end;
    }
  }
  return { text: kept.join("\n"), files };
}

/** A whole body in this encoding, or null where it is none. */
export function decodeUuencoded(body: Uint8Array): UuencodedFile | null {
  const text = decodeBytes(body, "iso-8859-1").replace(/\r\n?/g, "\n");
  return extractUuencoded(text).files[0] ?? null;
}

function readFile(lines: string[], start: number): (UuencodedFile & { end: number }) | null {
  const begin = BEGIN.exec((lines[start] ?? "").trimEnd());
  if (begin === null) return null;
  const filename = decodeEncodedWords((begin[1] ?? "").trim());
  const isBase64 = (lines[start] ?? "").startsWith("begin-base64");
  const chunks: Buffer[] = [];
  for (let at = start + 1; at < lines.length; at++) {
    const line = (lines[at] ?? "").trimEnd();
    if (line === "end" || (isBase64 && line.startsWith("====")))
      return { filename, content: Uint8Array.from(Buffer.concat(chunks)), end: at };
    if (line === "" || line === "`") continue;
    const chunk = isBase64 ? Buffer.from(line, "base64") : decodeLine(line);
    // The file was cut, or it was no file: three good lines make it one.
    if (chunk === null) {
      if (chunks.length < 3) return null;
      return { filename, content: Uint8Array.from(Buffer.concat(chunks)), end: at - 1 };
    }
    chunks.push(chunk);
  }
  return chunks.length < 3
    ? null
    : { filename, content: Uint8Array.from(Buffer.concat(chunks)), end: lines.length - 1 };
}

/** The first character tells the number of bytes; four characters carry three. */
function decodeLine(line: string): Buffer | null {
  const length = (line.charCodeAt(0) - 32) & 63;
  const needed = Math.ceil(length / 3) * 4;
  // Trailing spaces, which stand for zero, may have been cut off.
  if (length === 0 || line.length - 1 > needed + 4 || line.length - 1 < needed / 2) return null;
  const padded = line.slice(1).padEnd(needed, " ");
  const bytes = Buffer.alloc((needed / 4) * 3);
  for (let group = 0; group * 4 < needed; group++) {
    let value = 0;
    for (let at = 0; at < 4; at++) {
      const code = padded.charCodeAt(group * 4 + at);
      if (code < 32 || code > 96) return null;
      value = (value << 6) | ((code - 32) & 63);
    }
    bytes.writeUIntBE(value, group * 3, 3);
  }
  return bytes.subarray(0, length);
}
