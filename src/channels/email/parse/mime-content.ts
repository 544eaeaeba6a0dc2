/** What a mail's MIME parts are read into. */
import type { CharsetHints } from "./charset-hints.ts";
import type { HeaderField } from "./headers.ts";
import { type PartFacts, typeOfName } from "./part-facts.ts";

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
  charset: string | null;
  /** As the mail says: `attachment`, `inline` or nothing. */
  disposition: string;
  /** See PartFacts. */
  detail: string;
}

export interface MimeContent {
  body: MimePart;
  attachments: MimeAttachment[];
  /** Sentences about what could not be read as it was meant. */
  remarks: string[];
}

/** A normalised mail whose header block has been read. */
export interface MimeSource {
  mail: Uint8Array;
  fields: HeaderField[];
  hints: CharsetHints;
}

/** `application/octet-stream` says nothing; the name often does. */
export function toAttachment(facts: PartFacts, content: Uint8Array, isRelated: boolean): MimeAttachment {
  const { filename, contentId, charset, disposition, detail } = facts;
  const isNamed = facts.contentType === "application/octet-stream" && filename !== "";
  const contentType = isNamed ? typeOfName(filename) : facts.contentType;
  const inline = contentId !== null && (disposition === "inline" || isRelated);
  return { filename, contentType, content, contentId, inline, charset, disposition, detail };
}
