/** Outlook's winmail.dat: MS-OXTNEF, https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxtnef */
import { decodeBytes } from "./charset.ts";
import { readMapiProperties } from "./mapi-properties.ts";
import { decompressRtf, readRtf } from "./rtf.ts";

export interface TnefFile {
  filename: string;
  /** Empty where the mail does not say. */
  contentType: string;
  contentId: string | null;
  content: Uint8Array;
}

export interface TnefContent {
  subject: string;
  text: string;
  html: string | null;
  files: TnefFile[];
}

const SIGNATURE = 0x223e9f78;
const FILES_MAX = 500;
const DEPTH_MAX = 5;

/** MS-OXTNEF, 2.1.3.2: attribute ids with their types. */
const ATTRIBUTE = {
  subject: 0x00018004,
  body: 0x0002800c,
  attachData: 0x0006800f,
  attachTitle: 0x00018010,
  attachBegin: 0x00069002,
  attachProperties: 0x00069005,
  messageProperties: 0x00069003,
  codepage: 0x00069007,
} as const;

/** MS-OXPROPS: property ids. */
const PROPERTY = {
  subject: 0x0037,
  body: 0x1000,
  rtfCompressed: 0x1009,
  html: 0x1013,
  displayName: 0x3001,
  attachData: 0x3701,
  attachFilename: 0x3704,
  attachLongFilename: 0x3707,
  attachMimeTag: 0x370e,
  attachContentId: 0x3712,
  internetCodepage: 0x3fde,
} as const;

/** Null where the bytes are no TNEF. What is broken behind its start ends the reading, not the mail. */
export function readTnef(bytes: Uint8Array, depth = 0): TnefContent | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== SIGNATURE || depth > DEPTH_MAX) return null;
  const reader = new TnefReader(depth);
  for (let at = 6; at + 11 <= bytes.length; ) {
    const id = view.getUint32(at + 1, true);
    const length = view.getUint32(at + 5, true);
    const data = bytes.subarray(at + 9, at + 9 + length);
    reader.add(id, data);
    if (data.length < length) break;
    at += 9 + length + 2;
  }
  return reader.finish();
}

class TnefReader {
  readonly #depth: number;
  readonly #content: TnefContent = { subject: "", text: "", html: null, files: [] };
  #charset = "windows-1252";
  #file: TnefFile | null = null;

  constructor(depth: number) {
    this.#depth = depth;
  }

  add(id: number, data: Uint8Array): void {
    const content = this.#content;
    if (id === ATTRIBUTE.codepage && data.length >= 4) this.#charset = `cp${readUint32(data)}`;
    else if (id === ATTRIBUTE.subject) content.subject ||= this.#decode(data);
    else if (id === ATTRIBUTE.body) content.text ||= this.#decode(data);
    else if (id === ATTRIBUTE.messageProperties) this.#addMessageProperties(data);
    else if (id === ATTRIBUTE.attachBegin) this.#beginFile();
    else if (id === ATTRIBUTE.attachTitle && this.#file !== null) this.#file.filename ||= this.#decode(data);
    else if (id === ATTRIBUTE.attachData && this.#file !== null) this.#file.content = data.slice();
    else if (id === ATTRIBUTE.attachProperties && this.#file !== null)
      this.#addFileProperties(this.#file, data);
  }

  finish(): TnefContent {
    this.#beginFile();
    this.#content.files = this.#content.files.filter(({ content }) => content.length > 0);
    return this.#content;
  }

  #beginFile(): void {
    if (this.#file !== null && this.#content.files.length < FILES_MAX) this.#content.files.push(this.#file);
    this.#file = { filename: "", contentType: "", contentId: null, content: new Uint8Array() };
  }

  #addMessageProperties(data: Uint8Array): void {
    const properties = readMapiProperties(data, this.#charset);
    const { text } = properties;
    const codepage = properties.number(PROPERTY.internetCodepage);
    const html = properties.bytes(PROPERTY.html);
    const rtf = properties.bytes(PROPERTY.rtfCompressed);
    this.#content.subject = text(PROPERTY.subject) || this.#content.subject;
    this.#content.text ||= text(PROPERTY.body);
    if (html !== null) {
      this.#content.html = decodeBytes(html, codepage === null ? this.#charset : codepageLabel(codepage));
    } else if (this.#content.text === "" && rtf !== null) this.#content.text = readRtf(decompressRtf(rtf));
  }

  #addFileProperties(file: TnefFile, data: Uint8Array): void {
    const { text, bytes } = readMapiProperties(data, this.#charset);
    file.filename =
      text(PROPERTY.attachLongFilename) ||
      file.filename ||
      text(PROPERTY.attachFilename) ||
      text(PROPERTY.displayName);
    file.contentType = text(PROPERTY.attachMimeTag).toLowerCase();
    file.contentId = text(PROPERTY.attachContentId).replace(/^<|>$/g, "") || null;
    const object = bytes(PROPERTY.attachData);
    // An object begins with the id of its interface; a mail inside is TNEF again.
    const inner = object === null ? null : readTnef(object.subarray(16), this.#depth + 1);
    if (inner !== null) this.#addInnerMail(file, inner);
    else if (object !== null && file.content.length === 0) file.content = object.slice();
  }

  #addInnerMail(file: TnefFile, inner: TnefContent): void {
    const words = inner.text || inner.html || "";
    file.filename = `${inner.subject || file.filename || "message"}.${inner.text === "" ? "html" : "txt"}`;
    file.contentType = inner.text === "" ? "text/html" : "text/plain";
    file.content = new TextEncoder().encode(words);
    this.#content.files.push(...inner.files.slice(0, FILES_MAX));
  }

  #decode(data: Uint8Array): string {
    return decodeBytes(data, this.#charset).replace(/\0+$/, "").trimEnd();
  }
}

function codepageLabel(codepage: number): string {
  if (codepage === 65001) return "utf-8";
  if (codepage >= 28591 && codepage <= 28605) return `iso-8859-${codepage - 28590}`;
  return (
    { 20866: "koi8-r", 21866: "koi8-u", 20127: "us-ascii", 1200: "utf-16le" }[codepage] ?? `cp${codepage}`
  );
}

function readUint32(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0, true);
}
