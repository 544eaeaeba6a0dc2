/**
 * Reads the parts of mails in which everything is as RFC 2045 and 2046 want it: most of them, in half of the time that
 * a parser for all of them takes. Whatever is odd is left to that: regular-mime.test.ts holds the two side by side.
 */
import { decodeText } from "./decode-text.ts";
import { findDelimiters } from "./delimiters.ts";
import { findBodyStart, readHeaderFields } from "./headers.ts";
import {
  type MimeAttachment,
  type MimeContent,
  type MimePart,
  type MimeSource,
  toAttachment,
} from "./mime-content.ts";
import { isFile, type PartFacts, readPartFacts } from "./part-facts.ts";
import { readQuotedPrintable } from "./quoted-printable.ts";

const DEPTH_MAX = 6;
const PARTS_MAX = 100;

/** Thrown inside only: this mail is for the parser for all of them. */
class Irregular extends Error {}

interface Reading extends Pick<MimeSource, "hints"> {
  boundaries: string[];
  parts: number;
  attachments: MimeAttachment[];
}

/** Null where anything is not in order. */
export function readRegularMime({ mail, fields, hints }: MimeSource): MimeContent | null {
  const reading: Reading = { hints, boundaries: [], parts: 0, attachments: [] };
  const facts = readPartFacts(fields);
  if (!/^(?:text\/(?:plain|html)$|multipart\/)/.test(facts.contentType)) return null;
  try {
    const body = readPart(facts, mail.subarray(findBodyStart(mail)), { depth: 0, subtype: "" }, reading);
    return body === null ? null : { body, attachments: reading.attachments, remarks: [] };
  } catch (error) {
    if (error instanceof Irregular) return null;
    throw error;
  }
}

interface Place {
  depth: number;
  /** Of the multipart around it. */
  subtype: string;
}

function readPart(facts: PartFacts, body: Uint8Array, place: Place, reading: Reading): MimePart | null {
  if (facts.contentType.startsWith("multipart/")) {
    const subtype = facts.contentType.slice("multipart/".length);
    return { kind: "multipart", subtype, parts: readMultipart(facts, subtype, body, place.depth, reading) };
  }
  if (facts.boundary !== null) throw new Irregular();
  const content = decodeRegular(body, facts.encoding);
  if (isFile(facts, place.depth === 0, place.subtype)) {
    if (place.depth === 0) throw new Irregular();
    reading.attachments.push(
      toAttachment(facts, content === body ? content.slice() : content, place.subtype === "related"),
    );
    return null;
  }
  if (facts.flowed) throw new Irregular();
  const text = decodeText(content, facts, reading.hints).replaceAll("\r\n", "\n");
  if (text.includes("\r")) throw new Irregular();
  return { kind: "leaf", leaf: { contentType: facts.contentType, text } };
}

/** Each part between two delimiters, the last one closed, and a header block in front of each. */
function readMultipart(
  facts: PartFacts,
  subtype: string,
  body: Uint8Array,
  depth: number,
  reading: Reading,
): MimePart[] {
  const { boundary } = facts;
  const isEncoded = facts.encoding !== "" && !IDENTITY.test(facts.encoding);
  if (boundary === null || isEncoded || depth >= DEPTH_MAX) throw new Irregular();
  // Of two boundaries of which one begins like the other, no line is surely of the one.
  if (reading.boundaries.some((other) => other.startsWith(boundary) || boundary.startsWith(other))) {
    throw new Irregular();
  }
  reading.boundaries.push(boundary);
  const delimiters = findDelimiters(body, boundary);
  const closing = delimiters.findIndex(({ isClosing }) => isClosing);
  if (closing < 1 || closing !== delimiters.length - 1) throw new Irregular();
  const parts: MimePart[] = [];
  for (let at = 0; at < closing; at++) {
    if (++reading.parts > PARTS_MAX) throw new Irregular();
    const part = body.subarray(delimiters[at]?.end, delimiters[at + 1]?.start);
    const bodyStart = findBodyStart(part);
    if (bodyStart === 0 || bodyStart >= part.length || !/^[!-9;-~]+:/.test(latin1(part.subarray(0, 80)))) {
      throw new Irregular();
    }
    const partFacts = readPartFacts(readHeaderFields(part, reading.hints));
    const read = readPart(partFacts, part.subarray(bodyStart), { depth: depth + 1, subtype }, reading);
    if (read !== null) parts.push(read);
  }
  return parts;
}

const IDENTITY = /^(?:7bit|8bit|binary)$/;

function decodeRegular(body: Uint8Array, encoding: string): Uint8Array {
  if (encoding === "" || IDENTITY.test(encoding)) return body;
  if (encoding === "base64") return decodeRegularBase64(body);
  if (encoding === "quoted-printable") {
    const { bytes, isRegular } = readQuotedPrintable(body);
    if (isRegular) return bytes;
  }
  throw new Irregular();
}

/**
 * Nothing but the alphabet and line ends, in whole groups of four, padded at the end alone. Node's decoder is many times as
 * fast as a look at each byte; it passes over what is of no alphabet, and then its result is too short.
 */
function decodeRegularBase64(body: Uint8Array): Uint8Array {
  const padding =
    latin1(body.subarray(-80))
      .match(/=[=\r\n]*$/)?.[0]
      .replace(/[\r\n]/g, "").length ?? 0;
  const length = body.length - countByte(body, CR) - countByte(body, LF);
  const isOfUrls = body.includes(DASH) || body.includes(UNDERSCORE);
  if (length % 4 !== 0 || padding > 2 || isOfUrls) throw new Irregular();
  const content = new Uint8Array((length / 4) * 3 - padding);
  if (Buffer.from(content.buffer).write(latin1(body), "base64") !== content.length) throw new Irregular();
  return content;
}

const LF = 0x0a;
const CR = 0x0d;
const DASH = 0x2d;
const UNDERSCORE = 0x5f;

function countByte(bytes: Uint8Array, wanted: number): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) count++;
  return count;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
