/** What only the structure of HTML tells of quotes, put into signs that the text made of it keeps. */
import { isReplyHeader } from "../../../core/reply-text/reply-header.ts";

const TAG_LENGTH_MAX = 1_000;
const HEADER_LENGTH_MAX = 2_000;
const TAGS_MAX = 20_000;

/** The line over a quote: Gmail, Thunderbird, Proton, Zimbra and those who took it from them; Roundcube by its id. */
const HEADER_CLASS =
  /\bid ?= ?["']?(?:x_)?reply-intro\b|\bclass ?= ?["']?[^"'>]{0,80}\b(?:x_)?(?:gmail_attr|moz-cite-prefix|hm_reply_header|reply-header)\b/i;

/** Where the quote starts in Outlook (desktop, web, phones), Hotmail and Entourage. */
const START =
  /\bid ?= ?["']?(?:x_)*(?:appendonsend|divRplyFwdMsg|OLK_SRC_BODY_SECTION|stopSpelling|mail-editor-reference-message-container|ms-outlook-mobile-reference-message|ms-outlook-mobile-body-separator-line|replySplit)\b|\bclass ?= ?["']?[^"'>]{0,80}\bOutlookMessageHeader\b|\bdata-marker ?= ?["']?__(?:DIVIDER|QUOTED_TEXT)__/i;
/** Outlook for Windows: a line over the header block, and no name. */
const LINE_OVER_BLOCK =
  /\bstyle ?= ?["'][^"'>]{0,200}border-top: ?solid [^;"']{1,40};[^"'>]{0,80}padding: ?3\.0pt 0/i;

/** Foxmail's line over a signature, always of this length. */
const SIGNATURE_LINE = /^<hr\b[^>]*\bstyle ?= ?["'][^"'>]{0,80}width: ?210px/i;

const RULE = `<p>${"_".repeat(32)}</p>`;
const RULE_DISTANCE_MAX = 300;

/**
 * Puts a rule over what Outlook quotes, as its plain text has it, and quotes a header line that no rule for texts
 * knows, so that it goes with the quote under it. Everything else stays as it is: answers among the quotes are left
 * where they are. Linear in the length of the HTML.
 */
export function markHtmlQuotes(html: string): string {
  const kept: string[] = [];
  let from = 0;
  let lastRule = -RULE_DISTANCE_MAX;
  let tags = 0;
  for (const match of html.matchAll(
    /<(?:div|hr|p|span|table)\b(?=[^>]{0,600}[\s"'](?:id|class|style|data-marker) ?=)/gi,
  )) {
    if (match.index < from || ++tags > TAGS_MAX) continue;
    const end = html.indexOf(">", match.index);
    if (end < 0) break;
    if (end - match.index > TAG_LENGTH_MAX) continue;
    const tag = html.slice(match.index, end + 1);
    if (HEADER_CLASS.test(tag)) {
      const close = findHeaderEnd(html, end + 1, match[0].slice(1));
      if (close < 0 || isReplyHeader(readWords(html.slice(end + 1, close)))) continue;
      kept.push(html.slice(from, match.index), "<blockquote>", html.slice(end + 1, close), "</blockquote>");
      from = html.indexOf(">", close) + 1;
    } else if (SIGNATURE_LINE.test(tag)) {
      kept.push(html.slice(from, match.index), "<p>--</p>");
      from = end + 1;
    } else if (START.test(tag) || LINE_OVER_BLOCK.test(tag)) {
      if (match.index - lastRule > RULE_DISTANCE_MAX) {
        kept.push(html.slice(from, match.index), RULE);
        from = match.index;
      }
      lastRule = match.index;
    }
  }
  return kept.length === 0 ? html : kept.join("") + html.slice(from);
}

/** Where the element ends that began before `from`; -1 where it holds others of its kind, or much text. */
function findHeaderEnd(html: string, from: number, name: string): number {
  const window = html.slice(from, from + HEADER_LENGTH_MAX).toLowerCase();
  const close = window.indexOf(`</${name.toLowerCase()}`);
  const open = window.indexOf(`<${name.toLowerCase()}`);
  return close < 0 || (open >= 0 && open < close) ? -1 : from + close;
}

function readWords(html: string): string {
  return html
    .replace(/<[^>]*>/g, " ")
    .replace(/&nbsp;/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
