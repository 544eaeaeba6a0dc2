/** A mail's bytes as every reader behind this expects them. */
import { decodeBytes } from "./charset.ts";

const LF = 0x0a;
const CR = 0x0d;
const LOOKED_AT_BYTES = 4_096;

/**
 * The mail without what some programs put in front of it: blank lines, a byte order mark, the `From ` line of an mbox.
 * Lines that end in a bare CR or in CR CR LF come back ended by LF; a file saved as UTF-16 comes back as UTF-8.
 */
export function normaliseSource(raw: Uint8Array): Uint8Array {
  const source = isUtf16(raw) ? new TextEncoder().encode(decodeBytes(raw, null).replace(/^\ufeff/, "")) : raw;
  return normaliseLines(source.subarray(findStart(source)));
}

/** The address of the mbox line in front of a mail, as the server that wrote it saw the sender; null where none is. */
export function readMboxSender(raw: Uint8Array): string | null {
  const start = Buffer.from(raw.subarray(0, 400)).toString("latin1");
  return /^(?:\ufeff|\xef\xbb\xbf)?[\r\n]*>?From ([^\s@<>]+@[^\s<>]+)[ \t]/.exec(start)?.[1] ?? null;
}

function isUtf16(raw: Uint8Array): boolean {
  return (raw[0] === 0xff && raw[1] === 0xfe) || (raw[0] === 0xfe && raw[1] === 0xff);
}

function findStart(raw: Uint8Array): number {
  let start = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
  while (raw[start] === LF || raw[start] === CR) start++;
  if (!/^>?From (?!\s*:)/.test(asLatin1(raw.subarray(start, start + 16)))) return start;
  const lineEnd = raw
    .subarray(start, start + LOOKED_AT_BYTES)
    .findIndex((byte) => byte === LF || byte === CR);
  return lineEnd < 0 ? start : start + lineEnd + (raw[start + lineEnd + 1] === LF ? 2 : 1);
}

function normaliseLines(mail: Uint8Array): Uint8Array {
  const start = mail.subarray(0, LOOKED_AT_BYTES);
  const firstEnd = start.findIndex((byte) => byte === LF || byte === CR);
  if (start[firstEnd] !== CR || start[firstEnd + 1] === LF) return mail;
  const lines = new Uint8Array(mail.length);
  let length = 0;
  for (let at = 0; at < mail.length; at++) {
    const byte = mail[at] ?? 0;
    if (byte !== CR) lines[length++] = byte;
    else if (mail[at + 1] !== LF && mail[at + 1] !== CR) lines[length++] = LF;
    // CR CR LF ends one line, CR CR two.
    else if (mail[at + 1] === CR && mail[at + 2] !== LF) lines[length++] = LF;
  }
  return lines.subarray(0, length);
}

function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
