/**
 * Bytes on their way to Postgres. postgres.js writes all of them as hex, which doubles what mails take on the wire and
 * in the server's reading; most mails are ASCII, and those go as they are.
 * https://www.postgresql.org/docs/current/datatype-binary.html#DATATYPE-BINARY-BYTEA-ESCAPE-FORMAT
 */
import type { Sql } from "postgres";

const BYTEA = 17;
/** So many bytes tell what sort the rest is. */
const LOOKED_AT_BYTES = 4_096;
const BACKSLASH = 0x5c;
const ESCAPED = /[\\\0\x80-\xff]/g;

/** Before the array types are registered: arrays of bytes go the same way. */
export function registerBytea(options: Sql["options"]): void {
  options.serializers[BYTEA] = (bytes: unknown) => formatBytea(bytes as Uint8Array);
}

/**
 * The escape format where that is the shorter one, else hex. Bytes above 127 are escaped, so that no encoding of client
 * or server can change them.
 */
export function formatBytea(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!buffer.includes(BACKSLASH) && !buffer.includes(0)) {
    const text = buffer.toString("latin1");
    // What is as long in UTF-8 is ASCII.
    if (Buffer.byteLength(text) === text.length) return text;
  }
  if (!isMostlyAscii(buffer)) return formatHex(buffer);
  const escaped = buffer.toString("latin1").replace(ESCAPED, escapeByte);
  return escaped.length <= 2 * buffer.length ? escaped : formatHex(buffer);
}

function isMostlyAscii(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, LOOKED_AT_BYTES);
  const others = start.match(ESCAPED)?.length ?? 0;
  return others <= start.length / 8;
}

function escapeByte(byte: string): string {
  return byte === "\\" ? "\\\\" : `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`;
}

function formatHex(bytes: Buffer): string {
  return `\\x${bytes.toString("hex")}`;
}
