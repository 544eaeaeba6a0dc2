/** S/MIME's containers (RFC 5652), as far as it takes to read what is only signed. Nothing is verified or decrypted. */

export type CmsContent =
  | { kind: "signed"; content: Uint8Array }
  /** Encrypted, or of another kind that cannot be read without keys. */
  | { kind: "sealed" };

/** 1.2.840.113549.1.7.2, DER. */
const SIGNED_DATA = "2a864886f70d010702";
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
const EXPLICIT_0 = 0xa0;
const OBJECT_ID = 0x06;
const DEPTH_MAX = 20;

interface Element {
  tag: number;
  content: Uint8Array;
  /** Where the next element begins, in the bytes that this one was read from. */
  end: number;
}

/** Null where the bytes are no CMS. */
export function readCms(bytes: Uint8Array): CmsContent | null {
  const outer = readElement(bytes, 0, 0);
  if (outer?.tag !== SEQUENCE) return null;
  const [type, wrapped] = readChildren(outer.content);
  if (type?.tag !== OBJECT_ID) return null;
  if (Buffer.from(type.content).toString("hex") !== SIGNED_DATA || wrapped?.tag !== EXPLICIT_0)
    return { kind: "sealed" };
  const signed = readChildren(wrapped.content)[0];
  // SignedData: version, digest algorithms, then the content with its type.
  const encapsulated = signed && readChildren(signed.content).find(({ tag }) => tag === SEQUENCE);
  const explicit = encapsulated && readChildren(encapsulated.content).find(({ tag }) => tag === EXPLICIT_0);
  const octets = explicit && readElement(explicit.content, 0, 0);
  if (!octets) return { kind: "sealed" };
  return { kind: "signed", content: joinOctets(octets, 0) };
}

/** An octet string comes whole, or in pieces (0x24). */
function joinOctets(element: Element, depth: number): Uint8Array {
  if (element.tag === OCTET_STRING || depth > DEPTH_MAX) return element.content.slice();
  const pieces = readChildren(element.content).map((piece) => joinOctets(piece, depth + 1));
  return Uint8Array.from(Buffer.concat(pieces));
}

function readChildren(bytes: Uint8Array): Element[] {
  const children: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const child = readElement(bytes, at, 0);
    if (child === null) break;
    children.push(child);
    at = child.end;
  }
  return children;
}

/** BER, X.690: tags of one byte, lengths definite or not. */
function readElement(bytes: Uint8Array, at: number, depth: number): Element | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || depth > DEPTH_MAX) return null;
  if (first === 0x80) return readIndefinite(bytes, tag, at + 2, depth);
  const count = first & 0x7f;
  if (first < 0x80) return cut(bytes, tag, at + 2, first);
  if (count > 4) return null;
  let length = 0;
  for (let byte = 0; byte < count; byte++) length = length * 256 + (bytes[at + 2 + byte] ?? 0);
  return cut(bytes, tag, at + 2 + count, length);
}

function cut(bytes: Uint8Array, tag: number, start: number, length: number): Element {
  const end = Math.min(bytes.length, start + length);
  return { tag, content: bytes.subarray(start, end), end };
}

/** Ends at two zero bytes. */
function readIndefinite(bytes: Uint8Array, tag: number, start: number, depth: number): Element | null {
  let at = start;
  while (at < bytes.length) {
    if (bytes[at] === 0 && bytes[at + 1] === 0)
      return { tag, content: bytes.subarray(start, at), end: at + 2 };
    const child = readElement(bytes, at, depth + 1);
    if (child === null) return null;
    at = child.end;
  }
  return { tag, content: bytes.subarray(start), end: bytes.length };
}
