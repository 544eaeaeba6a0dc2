/** What a mail says: its body as text, and as HTML where it has HTML. */
import { compile } from "html-to-text";
import { flattenHtml } from "../../../core/flatten-html.ts";
import { dropHiddenHtml } from "../../../core/hidden-html.ts";
import { cleanText } from "./clean-text.ts";
import { markHtmlQuotes } from "./html-quotes.ts";
import type { MimePart } from "./mime-content.ts";

/** HTML beyond this is a data dump; its source stays in the raw mail. */
const HTML_LENGTH_MAX = 1_000_000;

export interface MailBody {
  text: string;
  /** As sent: sanitised where it is shown, not here. */
  html: string | null;
}

interface Rendered {
  plain: string | null;
  html: string | null;
}

const convertHtml = compile({
  wordwrap: false,
  limits: { maxInputLength: HTML_LENGTH_MAX, maxDepth: 200, ellipsis: "…" },
  selectors: [
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, noAnchorUrl: true } },
    { selector: "img", format: "skip" },
    ...["script", "style", "head", "title", "template"].map((selector) => ({ selector, format: "skip" })),
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
    { selector: "td", format: "block", options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
  ],
});

/**
 * Chooses the body from the parts. Of alternatives the plain text is read and the HTML is kept beside it; a plain
 * text that is blank, and HTML without an alternative, are read from the HTML. Parts that follow one another are joined.
 */
export function chooseBody(part: MimePart): MailBody {
  const { plain, html } = render(part);
  return {
    text: cleanText(plain ?? readHtml(html ?? "")).trim(),
    html: html === null ? null : cleanText(html),
  };
}

function render(part: MimePart): Rendered {
  if (part.kind === "leaf") {
    const { contentType, text } = part.leaf;
    if (contentType === "text/html") return { plain: null, html: text };
    if (contentType === "text/plain" && isHtmlSource(text)) return { plain: null, html: text };
    const isWords = contentType === "text/plain" && text.trim() !== "";
    return { plain: isWords ? text : null, html: null };
  }
  const rendered = part.parts.map(render).filter(({ plain, html }) => plain !== null || html !== null);
  return part.subtype === "alternative" ? chooseAlternative(rendered) : joinParts(rendered);
}

const HTML_DOCUMENT = /^\s*(?:<!doctype html|<html[\s>])/i;
const HTML_FRAGMENT = /^\s*<(?:p|div|table|span|font|br|body|center)(?:\s[^<>]{0,500})?\/?>/i;
const TAGS_MIN = 4;

/** Some programs send the source of their HTML as the plain text too: nothing but elements, from the first sign to the last. */
function isHtmlSource(text: string): boolean {
  if (HTML_DOCUMENT.test(text.slice(0, 1_000))) return true;
  if (!HTML_FRAGMENT.test(text.slice(0, 1_000)) || !/<\/[a-z]{1,10}>\s*$/i.test(text.slice(-200)))
    return false;
  const tags = text
    .slice(0, 20_000)
    .matchAll(/<\/?(?:p|div|br|span|table|tr|td|b|a|font|ul|li)\b[^<>]{0,500}>/gi);
  let count = 0;
  for (const _ of tags) if (++count >= TAGS_MIN) return true;
  return false;
}

/** RFC 2046, 5.1.4: the last alternative is the richest. */
function chooseAlternative(rendered: Rendered[]): Rendered {
  return {
    plain: rendered.find(({ plain }) => plain !== null)?.plain ?? null,
    html: rendered.findLast(({ html }) => html !== null)?.html ?? null,
  };
}

function joinParts(rendered: Rendered[]): Rendered {
  const [first] = rendered;
  if (rendered.length <= 1 || first === undefined) return first ?? { plain: null, html: null };
  const plain = rendered.map((one) => (one.plain ?? readHtml(one.html ?? "")).trimEnd()).join("\n\n");
  const hasHtml = rendered.some(({ html }) => html !== null);
  const html = hasHtml ? rendered.map((one) => one.html ?? toHtml(one.plain ?? "")).join("<br>\n") : null;
  return { plain: plain.trim() === "" ? null : plain, html };
}

/** Text of an HTML document: links in brackets behind their words, quotes marked with `>`. */
export function readHtml(html: string): string {
  if (html === "") return "";
  return convertHtml(flattenHtml(markHtmlQuotes(dropHiddenHtml(html.slice(0, HTML_LENGTH_MAX)).html)))
    .split("\n")
    .map((line) => line.replaceAll("\u00a0", " ").trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n");
}

function toHtml(text: string): string {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return `<pre>${escaped}</pre>`;
}
