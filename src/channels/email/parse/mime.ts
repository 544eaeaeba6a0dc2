/**
 * The MIME parts of a mail, by mailparser. Some of mailparser's own decisions are replaced, because they lose
 * something: undeclared and wrong charsets are guessed from the bytes (it reads them as UTF-8), header blocks and
 * parameters are read in headers.ts and part-facts.ts (it takes the last of two From headers, and reads raw UTF-8 in
 * file names as Latin-1), files keep their bytes (it recodes text files), and alternatives are chosen in body.ts (it
 * joins an HTML part that is no alternative to any text). These are methods that mailparser 3.9.31 documents as its
 * own; the version is pinned, and parse-mail.test.ts covers them. What mailparser gives up, tolerant-mime.ts reads.
 */
import { Transform, type TransformCallback } from "node:stream";
import { MailParser } from "mailparser";
import type { CharsetHints } from "./charset-hints.ts";
import type { Deadline } from "./deadline.ts";
import { decodeText } from "./decode-text.ts";
import { findBodyStart, readHeaderFields } from "./headers.ts";
import {
  type MimeAttachment,
  type MimeContent,
  type MimePart,
  type MimeSource,
  toAttachment,
} from "./mime-content.ts";
import { isFile, type PartFacts, readPartFacts } from "./part-facts.ts";
import { readRegularMime } from "./regular-mime.ts";
import { readTolerantly } from "./tolerant-mime.ts";

export interface MimeLimits {
  partsMax: number;
  headerSizeBytesMax: number;
}

/** What of mailparser's nodes is used here. */
interface ParserNode {
  parent?: ParserNode;
  contentType: string | false;
  charset?: string;
  disposition?: string;
  isAttachment?: boolean;
  textContent?: string;
  children: ParserNode[];
}

interface SplitNode {
  root: boolean;
  filename: string | false;
  contentType: string | false;
  disposition: string | false;
  encoding: string | false;
  charset: string | false;
  flowed: boolean;
  delSp: boolean;
  getHeaders(): Uint8Array;
}

interface ParserInternals extends Transform {
  tree: ParserNode | false;
  getDecoder(): { decodeStream(charset: string): Transform };
  createNode(node: SplitNode): ParserNode;
  processHeaders(lines: { key: string; line: string }[]): Map<string, string>;
  getTextContent(): { type: "text" };
}

interface AttachmentEvent {
  type: "attachment";
  content: NodeJS.ReadableStream;
  /** The place of the part's facts, as `createNode` wrote it. */
  filename?: string | false;
  release(): void;
}

const ParserBase = MailParser as unknown as new (options: Record<string, unknown>) => ParserInternals;

/** Mark the place of a part's facts, in the fields that mailparser hands through. */
const MARK = "deskhand-";

class PartsParser extends ParserBase {
  /** Of the parts in their order. Set after the constructor, which calls getDecoder. */
  parts: { facts: PartFacts; isRelated: boolean }[] = [];
  source: MimeSource | null = null;

  /** mailparser calls this in its constructor. */
  override getDecoder(): { decodeStream(charset: string): Transform } {
    const factsOf = (mark: string) => this.parts[Number(mark.slice(MARK.length))]?.facts;
    return { decodeStream: (mark) => new TextDecoderStream(factsOf(mark), this.source?.hints) };
  }

  override createNode(node: SplitNode): ParserNode {
    const hints = this.source?.hints;
    const fields = node.root ? (this.source?.fields ?? []) : readHeaderFields(node.getHeaders(), hints);
    const facts = readPartFacts(fields);
    const part = { facts, isRelated: false };
    const place = `${MARK}${this.parts.push(part) - 1}`;
    Object.assign(node, {
      contentType: facts.contentType,
      encoding: facts.encoding,
      disposition: facts.disposition,
      filename: place,
      charset: false,
      flowed: false,
      delSp: false,
    });
    const created = super.createNode(node);
    if (created.isAttachment === undefined) return created;
    const parentType = created.parent?.contentType || "";
    part.isRelated = parentType === "multipart/related";
    created.isAttachment = isFile(facts, node.root, parentType.replace(/^multipart\//, ""));
    created.disposition = created.isAttachment ? "attachment" : "inline";
    if (created.isAttachment) return created;
    created.charset = place;
    Object.assign(node, { flowed: facts.flowed, delSp: facts.delSp });
    return created;
  }

  /** Nothing is asked of mailparser's own reading of headers. */
  override processHeaders(): Map<string, string> {
    return new Map();
  }

  override getTextContent(): { type: "text" } {
    return { type: "text" };
  }
}

/** Collects a text part and decodes it whole: a guess needs all of the bytes. */
class TextDecoderStream extends Transform {
  readonly #facts: PartFacts | undefined;
  readonly #hints: CharsetHints | undefined;
  readonly #chunks: Buffer[] = [];

  constructor(facts: PartFacts | undefined, hints: CharsetHints | undefined) {
    super();
    this.#facts = facts;
    this.#hints = hints;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#chunks.push(chunk);
    done();
  }

  override _flush(done: TransformCallback): void {
    done(null, Buffer.from(decodeText(Buffer.concat(this.#chunks), this.#facts, this.#hints)));
  }
}

/**
 * Splits a mail into its parts. Rejects once the deadline is over, which is seen between the parser's steps only. A mail
 * that is in order needs no parser for all of them; what mailparser refuses or finds nothing in (too many parts, a boundary
 * that is declared wrongly, header blocks of megabytes) is read by our own reader.
 */
export async function parseMime(
  source: MimeSource,
  limits: MimeLimits,
  deadline: Deadline,
): Promise<MimeContent> {
  const regular = readRegularMime(source);
  if (regular !== null) return regular;
  if (!hasBoundary(source)) return readTolerantly(source, limits);
  const signal = deadline.signal();
  try {
    const content = await parseByMailparser(source, limits, signal);
    if (content !== null) return content;
  } catch (error) {
    if (signal.aborted) throw error;
  }
  signal.throwIfAborted();
  return readTolerantly(source, limits);
}

/** A multipart whose boundary never occurs has no parts for mailparser. */
function hasBoundary({ mail, fields }: MimeSource): boolean {
  const { contentType, boundary } = readPartFacts(fields);
  if (!contentType.startsWith("multipart/")) return true;
  if (boundary === null) return false;
  return Buffer.from(mail.buffer, mail.byteOffset, mail.byteLength).includes(
    `--${boundary}`,
    findBodyStart(mail),
  );
}

/** A multipart in which nothing was found, somewhere in the tree. */
function hasHole(node: ParserNode): boolean {
  const { children } = node;
  if (children.length === 0) return (node.contentType || "").startsWith("multipart/");
  return children.some(hasHole);
}

/** Resolves to null where a multipart of it has no parts. */
export function parseByMailparser(
  source: MimeSource,
  limits: MimeLimits,
  signal: AbortSignal,
): Promise<MimeContent | null> {
  const parser = new PartsParser({
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
    maxChildNodes: limits.partsMax,
    maxHeadSize: limits.headerSizeBytesMax,
    checksumAlgo: "md5",
  });
  parser.source = source;
  return new Promise((resolve, reject) => {
    const attachments: MimeAttachment[] = [];
    const fail = (error: Error) => {
      reject(error);
      parser.destroy();
    };
    signal.addEventListener("abort", () => fail(signal.reason as Error), { once: true });
    parser.on("error", fail);
    parser.on("data", (event: AttachmentEvent | { type: "text" }) => {
      if (event.type === "attachment") collectAttachment(event, parser.parts, attachments, fail);
    });
    parser.on("end", () => {
      const { tree } = parser;
      if (tree === false || hasHole(tree)) resolve(null);
      else resolve({ body: toPart(tree), attachments, remarks: [] });
    });
    const { mail } = source;
    const body = mail.subarray(findBodyStart(mail));
    parser.write(Buffer.from(formatHead(readPartFacts(source.fields))));
    parser.end(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  });
}

/** All that mailparser needs of the mail's own header block, however long and broken that is. */
function formatHead({ contentType, boundary, encoding }: PartFacts): string {
  const quoted = boundary === null ? "" : `; boundary="${boundary.replace(/["\\]/g, "\\$&")}"`;
  return `Content-Type: ${contentType}${quoted}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
}

function collectAttachment(
  event: AttachmentEvent,
  parts: PartsParser["parts"],
  attachments: MimeAttachment[],
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  const part = parts[Number((event.filename || "").slice(MARK.length))];
  event.content.on("data", (chunk: Buffer) => chunks.push(chunk));
  event.content.on("error", fail);
  event.content.on("end", () => {
    if (part !== undefined) attachments.push(toAttachment(part.facts, joinBytes(chunks), part.isRelated));
    event.release();
  });
}

/** Into bytes of their own: Node's small buffers share one block of memory, which could not be handed to a thread. */
function joinBytes(chunks: Buffer[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function toPart(node: ParserNode): MimePart {
  const contentType = node.contentType || "text/plain";
  if (node.children.length > 0 || contentType.startsWith("multipart/")) {
    return {
      kind: "multipart",
      subtype: contentType.slice("multipart/".length),
      parts: node.children.filter((child) => !child.isAttachment).map(toPart),
    };
  }
  return { kind: "leaf", leaf: { contentType, text: node.isAttachment ? "" : (node.textContent ?? "") } };
}
