/** What a mail says: its body as text, and as HTML where it has HTML. */
import { compile } from "html-to-text";
import { flattenHtml } from "../../../core/flatten-html.ts";
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
    const isWords = contentType === "text/plain" && text.trim() !== "";
    return { plain: isWords ? text : null, html: null };
  }
  const rendered = part.parts.map(render).filter(({ plain, html }) => plain !== null || html !== null);
  return part.subtype === "alternative" ? chooseAlternative(rendered) : joinParts(rendered);
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
  return convertHtml(flattenHtml(markHtmlQuotes(html.slice(0, HTML_LENGTH_MAX))))
    .split("\n")
    .map((line) => line.replaceAll("\u00a0", " ").trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n");
}

function toHtml(text: string): string {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return `<pre>${escaped}</pre>`;
}
