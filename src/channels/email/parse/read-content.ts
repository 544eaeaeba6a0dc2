/** The words and files of a mail, out of whatever they were wrapped in. */
import { chooseBody, readHtml } from "./body.ts";
import { describeCalendar } from "./calendar.ts";
import { type CharsetHints, createCharsetHints } from "./charset-hints.ts";
import { cleanText } from "./clean-text.ts";
import { readCms } from "./cms.ts";
import type { Deadline } from "./deadline.ts";
import { decodeText } from "./decode-text.ts";
import { readHeaderFields } from "./headers.ts";
import { type MimeLimits, parseMime } from "./mime.ts";
import type { MimeAttachment, MimeSource } from "./mime-content.ts";
import { normaliseSource } from "./normalise-source.ts";
import { typeOfName } from "./part-facts.ts";
import { readTnef } from "./tnef.ts";
import { extractUuencoded } from "./uuencode.ts";

export interface ReadContent {
  text: string;
  /** As sent: sanitised where it is shown, not here. */
  html: string | null;
  attachments: MimeAttachment[];
  /** Sentences about what could not be read as it was meant. */
  remarks: string[];
  /** Lines about parts that are no text, such as an invitation: they belong below the text. */
  notes: string[];
}

/** A signed mail may hold a signed mail. */
const DEPTH_MAX = 3;
/** A file that is read as the body is no data dump. */
const BODY_FILE_BYTES_MAX = 1_000_000;
const CALENDARS_MAX = 3;

/** Rejects only once the deadline is over. */
export async function readContent(
  source: MimeSource,
  limits: MimeLimits,
  deadline: Deadline,
  depth = 0,
): Promise<ReadContent> {
  const { body, attachments, remarks } = await parseMime(source, limits, deadline);
  const chosen = chooseBody(body);
  const { text, files } = extractUuencoded(chosen.text);
  const content: ReadContent = {
    text: files.length === 0 ? chosen.text : text.trim(),
    html: chosen.html,
    attachments: [...attachments, ...files.map((file) => bareAttachment(file.filename, file.content))],
    remarks,
    notes: [],
  };
  for (const file of attachments) await unwrap(file, content, source.hints, { limits, deadline, depth });
  if (content.text === "" && content.html === null) readBodyFromFile(content, source.hints);
  return content;
}

interface Reading {
  limits: MimeLimits;
  deadline: Deadline;
  depth: number;
}

async function unwrap(
  file: MimeAttachment,
  content: ReadContent,
  hints: CharsetHints,
  reading: Reading,
): Promise<void> {
  const { contentType, filename } = file;
  if (/^application\/(?:vnd\.)?ms-tnef$/.test(contentType) || /^winmail\d*\.dat$/i.test(filename))
    unwrapTnef(file, content);
  else if (/^application\/(?:x-)?pkcs7-mime$/.test(contentType) || /\.p7m$/i.test(filename))
    await unwrapCms(file, content, reading);
  else if (/^application\/(?:x-)?pkcs7-signature$/.test(contentType))
    content.remarks.push("It is signed with S/MIME; the signature is kept as a file and is not checked.");
  else if (contentType === "application/pgp-signature")
    content.remarks.push("It is signed with PGP; the signature is kept as a file and is not checked.");
  else if (contentType === "application/pgp-encrypted") tellSealed(content, "PGP", "");
  else if (contentType === "text/calendar") noteCalendar(decodeText(file.content, file, hints), content);
  else if (contentType === "message/partial")
    content.remarks.push("It is one piece of a mail that was cut for sending; the piece is kept as a file.");
  else if (contentType === "message/external-body")
    content.remarks.push(
      `A part of it lies elsewhere (${file.detail || "unknown access"}) and is not fetched.`,
    );
}

function unwrapTnef(file: MimeAttachment, content: ReadContent): void {
  const inner = readTnef(file.content);
  if (inner === null) {
    content.remarks.push("Its winmail.dat cannot be read; it is kept as a file.");
    return;
  }
  for (const { filename, contentType, contentId, content: bytes } of inner.files) {
    const found = bareAttachment(filename, bytes);
    content.attachments.push({ ...found, contentType: contentType || found.contentType, contentId });
  }
  if (content.text !== "" || content.html !== null) return;
  content.html = inner.html === null ? null : cleanText(inner.html);
  content.text = cleanText(inner.text || readHtml(inner.html ?? "")).trim();
}

async function unwrapCms(file: MimeAttachment, content: ReadContent, reading: Reading): Promise<void> {
  const cms = readCms(file.content);
  if (cms?.kind !== "signed" || reading.depth >= DEPTH_MAX) {
    tellSealed(content, "S/MIME", file.filename);
    return;
  }
  const mail = normaliseSource(cms.content);
  const hints = createCharsetHints(mail);
  const source = { mail, hints, fields: readHeaderFields(mail, hints) };
  const inner = await readContent(source, reading.limits, reading.deadline, reading.depth + 1);
  content.remarks.push("It is signed with S/MIME; the signature is not checked.", ...inner.remarks);
  content.attachments.push(...inner.attachments);
  content.notes.push(...inner.notes);
  if (content.text !== "" || content.html !== null) return;
  content.text = inner.text;
  content.html = inner.html;
}

function tellSealed(content: ReadContent, kind: string, filename: string): void {
  const kept = filename === "" ? "the attached file" : `the attached file ${filename}`;
  content.remarks.push(`It is encrypted with ${kind} and cannot be read here; it is kept as a file.`);
  if (content.text === "" && content.html === null)
    content.notes.push(`[This mail is encrypted with ${kind}: its words are in ${kept}.]`);
}

function noteCalendar(source: string, content: ReadContent): void {
  const line = describeCalendar(cleanText(source));
  if (line === null || content.notes.includes(line) || content.notes.length >= CALENDARS_MAX) return;
  content.notes.push(line);
}

/** A mail whose only words stand in a part that bears a file's name: a bounce's text, a page sent as a file. */
function readBodyFromFile(content: ReadContent, hints: CharsetHints): void {
  const file = content.attachments.find(
    ({ contentType, disposition, content: bytes }) =>
      /^text\/(?:plain|html)$/.test(contentType) &&
      disposition !== "attachment" &&
      bytes.length <= BODY_FILE_BYTES_MAX,
  );
  if (file === undefined) return;
  const words = cleanText(decodeText(file.content, file, hints));
  const isHtml = file.contentType === "text/html";
  content.text = (isHtml ? readHtml(words) : words).trim();
  content.html = isHtml ? words : null;
}

function bareAttachment(filename: string, content: Uint8Array): MimeAttachment {
  const contentType = typeOfName(filename);
  return {
    filename,
    contentType,
    content,
    contentId: null,
    inline: false,
    charset: null,
    disposition: "attachment",
    detail: "",
  };
}
