/**
 * The MIME parts of a mail, by mailparser. Three of mailparser's own decisions are replaced, because they lose
 * something: undeclared and wrong charsets are guessed from the bytes (it reads them as UTF-8), header blocks are
 * read in headers.ts (it takes the last of two From headers), and alternatives are chosen in body.ts (it joins an
 * HTML part that is no alternative to any text). These are methods that mailparser 3.9.31 documents as its own;
 * the version is pinned, and parse.test.ts covers each of them.
 */
import { Transform, type TransformCallback } from "node:stream";
import { MailParser } from "mailparser";
import { decodeBytes } from "./charset.ts";

export interface MimeLeaf {
  contentType: string;
  /** Decoded; only of parts that are shown as text. */
  text: string;
}

/** A part in its place: what body.ts chooses from. Attachments are not in it. */
export type MimePart =
  | { kind: "leaf"; leaf: MimeLeaf }
  | { kind: "multipart"; subtype: string; parts: MimePart[] };

export interface MimeAttachment {
  filename: string;
  contentType: string;
  content: Uint8Array;
  contentId: string | null;
  /** The HTML shows it by its content id. */
  inline: boolean;
}

export interface MimeContent {
  body: MimePart;
  attachments: MimeAttachment[];
}

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
  contentType: string | false;
  contentDisposition?: string;
  filename?: string | false;
  cid?: string;
  related?: boolean;
  release(): void;
}

const ParserBase = MailParser as unknown as new (options: Record<string, unknown>) => ParserInternals;

/** Other words for the same text; as alternatives they are neither read nor kept beside it. */
const SPARE_ALTERNATIVES = /^text\/(?:enriched|richtext|rtf|x-amp-html|watch-html)$/;

/** Marks the charset of a text part, so that mailparser hands its bytes to our decoder whatever is declared. */
const CHARSET_MARK = "deskhand-";

class PartsParser extends ParserBase {
  /** mailparser calls this in its constructor. */
  override getDecoder(): { decodeStream(charset: string): Transform } {
    return { decodeStream: (charset) => new CharsetDecoder(charset.slice(CHARSET_MARK.length) || null) };
  }

  override createNode(node: SplitNode): ParserNode {
    // RFC 2045, 5.2: what names no type is plain text. `Content-Type: text` is common in old mail.
    if (node.contentType && !node.contentType.includes("/")) node.contentType = "text/plain";
    const created = super.createNode(node);
    if (created.isAttachment === undefined) return created;
    // A named text part beside the body is a file, also where it asks to be shown inline.
    if (!created.isAttachment && !node.root && node.filename && node.disposition) {
      created.disposition = "attachment";
      created.isAttachment = true;
    }
    const isSpare =
      created.parent?.contentType === "multipart/alternative" &&
      !node.filename &&
      SPARE_ALTERNATIVES.test(created.contentType || "");
    if (isSpare) {
      created.disposition = "inline";
      created.isAttachment = false;
    }
    if (!created.isAttachment) created.charset = `${CHARSET_MARK}${created.charset ?? ""}`;
    return created;
  }

  /** Of a part's headers only its Content-ID is asked for; the rest comes from the mail's own header block. */
  override processHeaders(lines: { key: string; line: string }[]): Map<string, string> {
    const line = lines.find(({ key }) => key === "content-id")?.line;
    if (line === undefined) return new Map();
    return new Map([["content-id", line.slice(line.indexOf(":") + 1).replace(/\s+/g, "")]]);
  }

  override getTextContent(): { type: "text" } {
    return { type: "text" };
  }
}

/** Collects a text part and decodes it whole: a guess needs all of the bytes. */
class CharsetDecoder extends Transform {
  readonly #declared: string | null;
  readonly #chunks: Buffer[] = [];

  constructor(declared: string | null) {
    super();
    this.#declared = declared;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#chunks.push(chunk);
    done();
  }

  override _flush(done: TransformCallback): void {
    done(null, Buffer.from(decodeBytes(Buffer.concat(this.#chunks), this.#declared)));
  }
}

/**
 * Splits a normalised source into its parts. Rejects with the parser's error where a limit is passed, and with an
 * AbortError once `signal` fires: an in-thread time limit that works between the parser's steps.
 */
export function parseMime(mail: Uint8Array, limits: MimeLimits, signal: AbortSignal): Promise<MimeContent> {
  const parser = new PartsParser({
    keepDeliveryStatus: true,
    ignoreEmbedded: true,
    maxChildNodes: limits.partsMax,
    maxHeadSize: limits.headerSizeBytesMax,
    checksumAlgo: "md5",
  });
  return new Promise((resolve, reject) => {
    const attachments: MimeAttachment[] = [];
    const fail = (error: Error) => {
      reject(error);
      parser.destroy();
    };
    signal.addEventListener("abort", () => fail(signal.reason as Error), { once: true });
    parser.on("error", fail);
    parser.on("data", (event: AttachmentEvent | { type: "text" }) => {
      if (event.type === "attachment") collectAttachment(event, attachments, fail);
    });
    parser.on("end", () => resolve({ body: toPart(parser.tree), attachments }));
    parser.end(Buffer.from(mail.buffer, mail.byteOffset, mail.byteLength));
  });
}

function collectAttachment(
  event: AttachmentEvent,
  attachments: MimeAttachment[],
  fail: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  event.content.on("data", (chunk: Buffer) => chunks.push(chunk));
  event.content.on("error", fail);
  event.content.on("end", () => {
    const contentId = event.cid === undefined || event.cid === "" ? null : event.cid;
    attachments.push({
      filename: event.filename || "",
      contentType: (event.contentType || "application/octet-stream").toLowerCase(),
      content: joinBytes(chunks),
      contentId,
      inline: contentId !== null && (event.contentDisposition === "inline" || event.related === true),
    });
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

function toPart(node: ParserNode | false): MimePart {
  if (node === false) return { kind: "multipart", subtype: "mixed", parts: [] };
  const contentType = (node.contentType || "text/plain").toLowerCase();
  if (node.children.length > 0 || contentType.startsWith("multipart/")) {
    return {
      kind: "multipart",
      subtype: contentType.slice("multipart/".length),
      parts: node.children.filter((child) => !child.isAttachment).map(toPart),
    };
  }
  return { kind: "leaf", leaf: { contentType, text: node.isAttachment ? "" : (node.textContent ?? "") } };
}
