/** Content-Transfer-Encoding: bodies back into bytes, with whatever rubbish is between. */
import { readQuotedPrintable } from "./quoted-printable.ts";
import { decodeUuencoded } from "./uuencode.ts";

/** `encoding` is lower case; anything unknown leaves the bytes as they are. */
export function decodeTransfer(body: Uint8Array, encoding: string): Uint8Array {
  if (encoding === "base64") return decodeBase64(body);
  if (encoding === "quoted-printable") return readQuotedPrintable(body).bytes;
  if (/^(?:x-)?uu(?:e|encode|code)?$/.test(encoding)) return decodeUuencoded(body)?.content ?? body;
  return body;
}

/** Padding in the middle begins a new piece: encoded pieces were joined. Everything outside the alphabet is skipped. */
function decodeBase64(body: Uint8Array): Uint8Array {
  const text = asBuffer(body)
    .toString("latin1")
    .replace(/[^A-Za-z0-9+/=_-]+/g, "");
  if (!/=[^=]/.test(text)) return Uint8Array.from(Buffer.from(text, "base64"));
  return Uint8Array.from(Buffer.concat(text.split(/=+/).map((piece) => Buffer.from(piece, "base64"))));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
