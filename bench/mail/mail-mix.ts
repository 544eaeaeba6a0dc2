/**
 * The mails of the benchmarks: a support mailbox as it is in the wild, of our own making and the same in every run.
 * Mail n depends on n alone, so a mailbox of any size needs no memory.
 */

import { encodeWord, filePart, multipart, type Part, renderMail, textPart } from "./mime.ts";
import { createRandom, type Random } from "./random.ts";
import { type Language, pickLanguage, writeParagraphs, writeSentence } from "./words.ts";

type Kind = "ticket" | "reply" | "auto-reply" | "bounce" | "list" | "copy";

/** Of 100 mails; the rest are first contacts. */
const SHARES: readonly [Kind, number][] = [
  ["reply", 0.28],
  ["auto-reply", 0.04],
  ["bounce", 0.03],
  ["list", 0.03],
  ["copy", 0.01],
];
const CUSTOMERS = 600;
const DESK = "support@desk.example";
const FIRST_DATE = Date.UTC(2026, 0, 5, 8);
/** A reply answers one of so many mails before it. */
const THREAD_SPAN = 60;

interface Envelope {
  kind: Kind;
  random: Random;
  language: Language;
  customer: number;
  /** The mail that a reply answers. */
  parent: number | null;
}

/** Mail `index` (from 0) of the mix. `index` -1 and below never occur. */
export function renderMixedMail(index: number): Buffer {
  const envelope = readEnvelope(index);
  if (envelope.kind === "copy") return renderMixedMail(envelope.parent ?? 0);
  return renderMail(headersOf(index, envelope), bodyOf(index, envelope));
}

export function messageIdOf(index: number): string {
  return `<m${index}.${(index * 7919) % 104_729}@mail.customer.example>`;
}

function readEnvelope(index: number): Envelope {
  const random = createRandom(index + 1);
  const kind = pickKind(random);
  const language = pickLanguage(random);
  const customer = random.whole(0, CUSTOMERS - 1);
  const wanted = index - random.whole(1, THREAD_SPAN);
  if (kind !== "reply" && kind !== "copy") return { kind, random, language, customer, parent: null };
  const parent = findTicket(wanted);
  if (parent === null) return { kind: "ticket", random, language, customer, parent: null };
  const { customer: author, language: theirs } = readEnvelope(parent);
  return { kind, random, language: theirs, customer: author, parent };
}

function pickKind(random: Random): Kind {
  let left = random.next();
  for (const [kind, share] of SHARES) {
    left -= share;
    if (left < 0) return kind;
  }
  return "ticket";
}

/** The nearest first contact at or before `index`. */
function findTicket(index: number): number | null {
  for (let at = index; at >= 0 && at > index - THREAD_SPAN; at--)
    if (pickKind(createRandom(at + 1)) === "ticket") return at;
  return null;
}

function headersOf(index: number, envelope: Envelope): string[] {
  const { kind, random, language, customer, parent } = envelope;
  const address = senderOf(envelope);
  const date = new Date(FIRST_DATE + index * 61_000).toUTCString().replace("GMT", "+0000");
  const hex = (length: number) => Array.from({ length }, () => random.whole(0, 15).toString(16)).join("");
  const hop = (by: string) =>
    `Received: from out-${random.whole(1, 99)}.mail.example (out.mail.example [192.0.2.${random.whole(1, 254)}])\r\n` +
    `\tby ${by} with ESMTPS id ${hex(12)}\r\n\tfor <${DESK}>; ${date}`;
  return [
    `Return-Path: <${kind === "bounce" ? "" : address}>`,
    hop("mx.desk.example"),
    hop("relay.mail.example"),
    hop("edge.mail.example"),
    `Authentication-Results: mx.desk.example; dkim=pass header.d=mail.example; spf=pass smtp.mailfrom=${address};\r\n\tdmarc=pass header.from=mail.example`,
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.example; s=s1; t=${Math.floor(FIRST_DATE / 1000)};\r\n` +
      `\th=from:to:subject:date:message-id; bh=${hex(43)}=;\r\n\tb=${hex(64)}\r\n\t ${hex(64)}\r\n\t ${hex(64)}`,
    `Date: ${date}`,
    `From: ${encodeWord(`Customer ${customer}`, language.charset)} <${address}>`,
    `To: "Support" <${DESK}>`,
    ...(random.next() < 0.15 ? [`Cc: colleague${random.whole(0, 50)}@mail.customer.example`] : []),
    `Subject: ${encodeWord(subjectOf(envelope), language.charset)}`,
    `Message-ID: ${messageIdOf(index)}`,
    ...(parent === null ? [] : [`In-Reply-To: ${messageIdOf(parent)}`, `References: ${messageIdOf(parent)}`]),
    ...(kind === "auto-reply" ? ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"] : []),
    ...(kind === "list"
      ? ["List-Id: <news.vendor.example>", "List-Unsubscribe: <https://vendor.example/u>", "Precedence: bulk"]
      : []),
    `X-Mailer: ${random.pick(["Apple Mail (2.3826)", "Microsoft Outlook 16.0", "Thunderbird 128.4", "Gmail"])}`,
  ];
}

function senderOf({ kind, customer }: Envelope): string {
  if (kind === "bounce") return "mailer-daemon@mail.customer.example";
  if (kind === "list") return "news@vendor.example";
  return `customer${customer}@mail.customer.example`;
}

function subjectOf({ kind, parent, language, random }: Envelope): string {
  if (kind === "bounce") return "Undelivered Mail Returned to Sender";
  if (kind === "auto-reply") return "Automatic reply: out of the office";
  const words = Array.from({ length: random.whole(2, 6) }, () => random.pick(language.words)).join(" ");
  return parent === null ? words : `Re: ${words}`;
}

function bodyOf(index: number, envelope: Envelope): Part {
  const { kind, random, language, parent } = envelope;
  const boundary = (name: string) => `=_${name}_${index}_${random.whole(1e8, 9e8)}`;
  if (kind === "bounce") return bouncePart(index, envelope, boundary("report"));
  const paragraphs = writeParagraphs(random, language, random.whole(1, kind === "list" ? 12 : 6));
  const quoted = parent === null ? [] : quoteOf(parent, random, language);
  const words = [
    language.greeting,
    "",
    ...paragraphs.flatMap((line) => [line, ""]),
    language.closing,
    "A. Customer",
  ];
  const text = textPart(
    [...words, "", ...quoted.map((line) => `> ${line}`)].join("\n"),
    "plain",
    language.charset,
  );
  if (random.next() < 0.3) return withFiles(text, random, boundary("mixed"));
  const html = textPart(renderHtml(paragraphs, quoted, language, random), "html", language.charset);
  const shown = random.next() < 0.08 ? withPicture(html, random, boundary("related")) : html;
  return withFiles(
    multipart("alternative", [text, shown], boundary("alternative")),
    random,
    boundary("mixed"),
  );
}

function quoteOf(parent: number, random: Random, language: Language): string[] {
  const lines = writeParagraphs(random, language, random.whole(2, 8));
  return [`On Mon, 5 Jan 2026 at 09:${10 + (parent % 50)}, Support <${DESK}> ${language.wrote}`, ...lines];
}

/** As the large mail programs write it: a style block, and each paragraph in elements with styles of their own. */
function renderHtml(paragraphs: string[], quoted: string[], language: Language, random: Random): string {
  const style = random.next() < 0.4 ? outlookStyle() : "";
  const paragraph = (text: string) =>
    `<p class="MsoNormal" style="margin:0cm;font-size:11pt;font-family:Calibri,sans-serif"><span lang="x" ` +
    `style="color:#1f497d">${text}<o:p></o:p></span></p>`;
  const quote =
    quoted.length === 0
      ? ""
      : `<div class="gmail_quote"><div dir="ltr" class="gmail_attr">${quoted[0]}<br></div><blockquote class="gmail_quote" ` +
        `style="margin:0 0 0 .8ex;border-left:1px #ccc solid;padding-left:1ex">${quoted.slice(1).map(paragraph).join("\n")}</blockquote></div>`;
  const cells = Array.from(
    { length: random.next() < 0.25 ? random.whole(3, 25) : 0 },
    () =>
      `<tr><td style="border:1px solid #ddd">${random.whole(1, 999)}</td><td>${writeSentence(random, language)}</td></tr>`,
  ).join("\n");
  const table = cells === "" ? "" : `<table cellpadding="0"><tbody>${cells}</tbody></table>`;
  return (
    `<html><head><meta http-equiv="Content-Type" content="text/html">${style}</head><body>\n` +
    `${[language.greeting, ...paragraphs, language.closing].map(paragraph).join("\n")}\n${table}` +
    `<p><a href="https://customer.example/?id=${random.whole(1, 1e6)}">customer.example</a></p>${quote}</body></html>`
  );
}

function outlookStyle(): string {
  const rules = Array.from(
    { length: 24 },
    (_none, at) =>
      `p.Mso${at}, li.Mso${at}, div.Mso${at} {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}`,
  );
  return `<style><!--\n${rules.join("\n")}\n--></style>`;
}

function withPicture(html: Part, random: Random, boundary: string): Part {
  const picture = filePart(
    "image001.png",
    "image/png",
    randomBytes(random, random.whole(4_000, 30_000)),
    `image001@${boundary}`,
  );
  return multipart("related", [html, picture], boundary);
}

function withFiles(body: Part, random: Random, boundary: string): Part {
  const chance = random.next();
  if (chance >= 0.09) return body;
  const sizeBytes = chance < 0.004 ? random.whole(300_000, 700_000) : random.whole(8_000, 60_000);
  const [filename, contentType] = random.pick([
    ["report.pdf", "application/pdf"],
    ["screenshot.png", "image/png"],
    ["export.csv", "text/csv"],
    ["log.zip", "application/zip"],
  ] as const);
  return multipart(
    "mixed",
    [body, filePart(filename, contentType, randomBytes(random, sizeBytes))],
    boundary,
  );
}

function bouncePart(index: number, { random, language }: Envelope, boundary: string): Part {
  const words = textPart(
    `This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered.\n\n<gone${index}@mail.customer.example>: host said: 550 5.1.1 User unknown\n`,
    "plain",
    "us-ascii",
  );
  const status: Part = {
    headers: ["Content-Type: message/delivery-status"],
    body: `Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; gone${index}@mail.customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n`,
  };
  const original: Part = {
    headers: ["Content-Type: message/rfc822"],
    body: `From: ${DESK}\r\nSubject: ${writeSentence(random, { ...language, words: ["your", "question"] })}\r\nMessage-ID: <lost${index}@desk.example>\r\n\r\nWords.\r\n`,
  };
  return multipart("report", [words, status, original], boundary, "; report-type=delivery-status");
}

function randomBytes(random: Random, length: number): Buffer {
  // Zeroed: what does not fill four bytes at the end is part of the mail too.
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(Math.floor(random.next() * 2 ** 32), at);
  return bytes;
}

/** A mail of about `sizeBytes`, nearly all of it one attachment: for the memory benchmark. */
export function renderLargeMail(index: number, sizeBytes: number): Buffer {
  const random = createRandom(1_000_000 + index);
  const language = pickLanguage(random);
  const content = Buffer.alloc(Math.floor((sizeBytes * 57) / 78), randomBytes(random, 5_700));
  content.writeUInt32LE(index, 0);
  const text = textPart(writeSentence(random, language), "plain", language.charset);
  const body = multipart("mixed", [text, filePart("video.mp4", "video/mp4", content)], `=_large_${index}`);
  const envelope: Envelope = { kind: "ticket", random, language, customer: index % CUSTOMERS, parent: null };
  return renderMail(headersOf(1_000_000 + index, envelope), body);
}
