/** Quoted-printable (RFC 2045, 6.7), byte by byte: texts of most mails come in it. */

export interface ReadQuotedPrintable {
  bytes: Uint8Array;
  /** False where something is not as the RFC wants it written. */
  isRegular: boolean;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const EQUALS = 0x3d;

/**
 * What is no valid escape stays as it is, white space at a line's end goes. Without any escape `bytes` is `body` itself;
 * else it has a buffer of its own.
 */
export function readQuotedPrintable(body: Uint8Array): ReadQuotedPrintable {
  if (!body.includes(EQUALS)) return { bytes: body, isRegular: !endsLineInSpace(body) };
  const decoded = new Uint8Array(body.length);
  let isRegular = !isSpace(body[body.length - 1]);
  let size = 0;
  for (let at = 0; at < body.length; ) {
    const byte = body[at] as number;
    if (byte === EQUALS) {
      const escaped = readEscape(body, at);
      if (escaped.byte !== null) decoded[size++] = escaped.byte;
      isRegular &&= escaped.isRegular;
      at = escaped.end;
    } else {
      if (isSpace(body[at - 1]) && isLineEnd(body, at)) {
        size -= countSpaces(body, at);
        isRegular = false;
      }
      decoded[size++] = byte;
      at++;
    }
  }
  return { bytes: decoded.slice(0, size), isRegular };
}

interface Escape {
  /** Null where the line goes on in the next one. */
  byte: number | null;
  end: number;
  isRegular: boolean;
}

function readEscape(body: Uint8Array, at: number): Escape {
  const high = HEX[body[at + 1] ?? 0] as number;
  const low = HEX[body[at + 2] ?? 0] as number;
  if (high >= 0 && low >= 0) {
    return { byte: (high & 15) * 16 + (low & 15), end: at + 3, isRegular: high < 16 && low < 16 };
  }
  let end = at + 1;
  while (isSpace(body[end])) end++;
  if (end === body.length) return { byte: null, end, isRegular: false };
  if (!isLineEnd(body, end)) return { byte: EQUALS, end: at + 1, isRegular: false };
  return { byte: null, end: end + (body[end] === CR ? 2 : 1), isRegular: end === at + 1 };
}

/** The value of a hexadecimal digit; 16 more for one in lower case, which the RFC does not know; -1 for all else. */
const HEX = Int8Array.from({ length: 256 }, (_none, byte) => {
  const digit = "0123456789ABCDEF".indexOf(String.fromCharCode(byte));
  const lower = "abcdef".indexOf(String.fromCharCode(byte));
  return lower >= 0 ? 16 + 10 + lower : digit;
});

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}

function isLineEnd(body: Uint8Array, at: number): boolean {
  return body[at] === LF || (body[at] === CR && body[at + 1] === LF);
}

/** Directly before `at`. */
function countSpaces(body: Uint8Array, at: number): number {
  let start = at;
  while (isSpace(body[start - 1])) start--;
  return at - start;
}

function endsLineInSpace(body: Uint8Array): boolean {
  for (let at = body.indexOf(LF); at >= 0; at = body.indexOf(LF, at + 1))
    if (isSpace(body[at - 1]) || (body[at - 1] === CR && isSpace(body[at - 2]))) return true;
  return isSpace(body[body.length - 1]);
}
