/** Reads the parts of mails that a parser by the rules gives up: nothing is lost, and much is understood. */
import type { CharsetHints } from "./charset-hints.ts";
import { decodeText } from "./decode-text.ts";
import { findDelimiters } from "./delimiters.ts";
import { decodeFlowed } from "./flowed.ts";
import { findBodyStart, readHeaderFields } from "./headers.ts";
import {
  type MimeAttachment,
  type MimeContent,
  type MimePart,
  type MimeSource,
  toAttachment,
} from "./mime-content.ts";
import { isFile, type PartFacts, readPartFacts } from "./part-facts.ts";
import { decodeTransfer } from "./transfer-decoding.ts";

/** Nobody nests deeper on purpose. What lies deeper is kept as a file. */
const DEPTH_MAX = 50;
const BOUNDARY_LENGTH_MAX = 200;

interface Reading {
  hints: CharsetHints;
  partsLeft: number;
  attachments: MimeAttachment[];
  remarks: Set<string>;
}

/** Never throws. Parts beyond the limits are kept together as one file. */
export function readTolerantly(source: MimeSource, limits: { partsMax: number }): MimeContent {
  const reading: Reading = {
    hints: source.hints,
    partsLeft: limits.partsMax,
    attachments: [],
    remarks: new Set(),
  };
  const facts = readPartFacts(source.fields);
  const body = readPart(
    facts,
    source.mail.subarray(findBodyStart(source.mail)),
    { depth: 0, subtype: "" },
    reading,
  );
  return {
    body: body ?? { kind: "multipart", subtype: "mixed", parts: [] },
    attachments: reading.attachments,
    remarks: [...reading.remarks],
  };
}

interface Place {
  depth: number;
  /** Of the multipart around it. */
  subtype: string;
}

function readPart(facts: PartFacts, body: Uint8Array, place: Place, reading: Reading): MimePart | null {
  if (facts.contentType.startsWith("multipart/")) {
    const parts = readMultipart(facts, body, place.depth, reading);
    if (parts !== null) return { kind: "multipart", subtype: facts.contentType.slice(10), parts };
    facts = { ...facts, contentType: "text/plain" };
    reading.remarks.add("A multipart of it has no parts: its body is shown as it stands.");
  }
  const content = decodeTransfer(body, facts.encoding);
  if (isFile(facts, place.depth === 0, place.subtype)) {
    reading.attachments.push(toAttachment(facts, content.slice(), place.subtype === "related"));
    return null;
  }
  const text = decodeText(content, facts, reading.hints);
  const words = facts.flowed ? decodeFlowed(text, facts.delSp) : text;
  return { kind: "leaf", leaf: { contentType: facts.contentType, text: words } };
}

/** Null where no boundary can be found: neither the declared one nor any other. */
function readMultipart(
  facts: PartFacts,
  body: Uint8Array,
  depth: number,
  reading: Reading,
): MimePart[] | null {
  const declared = facts.boundary === null ? [] : findDelimiters(body, facts.boundary);
  const delimiters = declared.length > 0 ? declared : findDelimiters(body, guessBoundary(body));
  if (delimiters.every(({ isClosing }) => isClosing)) return null;
  if (declared.length === 0) reading.remarks.add("Its parts are not separated as it declares.");
  const parts: MimePart[] = [];
  for (const [at, delimiter] of delimiters.entries()) {
    if (delimiter.isClosing) continue;
    const end = delimiters[at + 1]?.start ?? body.length;
    if (depth >= DEPTH_MAX || reading.partsLeft <= 0) {
      keepRest(body.subarray(delimiter.start), reading);
      break;
    }
    reading.partsLeft--;
    const part = body.subarray(delimiter.end, Math.max(delimiter.end, end));
    const fields = startsWithBlankLine(part) ? [] : readHeaderFields(part, reading.hints);
    const place = { depth: depth + 1, subtype: facts.contentType.slice(10) };
    const read = readPart(readPartFacts(fields), part.subarray(findBodyStart(part)), place, reading);
    if (read !== null) parts.push(read);
  }
  return parts;
}

function startsWithBlankLine(part: Uint8Array): boolean {
  return part[0] === 0x0a || (part[0] === 0x0d && part[1] === 0x0a);
}

const REST: PartFacts = {
  contentType: "application/octet-stream",
  charset: null,
  boundary: null,
  encoding: "",
  disposition: "attachment",
  filename: "more-parts.txt",
  contentId: null,
  flowed: false,
  delSp: false,
  detail: "",
};

function keepRest(rest: Uint8Array, reading: Reading): void {
  reading.remarks.add(
    "It has too many parts, or too deep ones: those beyond the limit are kept together as one file.",
  );
  reading.attachments.push(toAttachment(REST, rest.slice(), false));
}

/** The first line that looks like a delimiter and has a header or a blank line behind it. */
function guessBoundary(body: Uint8Array): string | null {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 256 * 1024)).toString(
    "latin1",
  );
  const found =
    /(?:^|\n)--([^\s-][^\r\n]{2,200}|-{2,}[^\s-][^\r\n]{2,200})\r?\n(?=content-|mime-version)/i.exec(start);
  const boundary = found?.[1]?.trimEnd();
  return boundary === undefined || boundary.length > BOUNDARY_LENGTH_MAX ? null : boundary;
}
