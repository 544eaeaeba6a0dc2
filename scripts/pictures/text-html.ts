/**
 * Texts of Block Kit as HTML that shows what Slack shows. mrkdwn: https://docs.slack.dev/messaging/formatting-message-text
 * In both kinds of text Slack decodes exactly three entities.
 */

export interface Names {
  /** Display names by user id. */
  users: Record<string, string>;
  /** Channel names by channel id. */
  channels: Record<string, string>;
  timeZone: string;
}

export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
}

export function renderText(object: TextObject, names: Names): string {
  if (object.type === "plain_text") return lineBreaks(escapeHtml(decodeEntities(object.text)));
  return renderMrkdwn(object.text, names);
}

function renderMrkdwn(text: string, names: Names): string {
  const parts = text.split(/(<[^<>]+>)/);
  const html = parts.map((part) =>
    part.startsWith("<") && part.endsWith(">")
      ? renderToken(part.slice(1, -1), names)
      : escapeHtml(decodeEntities(part)),
  );
  return lineBreaks(emphasise(html.join("")));
}

/** `*bold*`, `_italic_`, `~gone~`, `` `code` ``, between word boundaries as Slack wants it. */
function emphasise(html: string): string {
  return html
    .replace(/(^|[\s(>])`([^`\n]+)`(?=$|[\s.,:;!?)<])/g, "$1<code>$2</code>")
    .replace(/(^|[\s(>])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?=$|[\s.,:;!?)<])/g, "$1<b>$2</b>")
    .replace(/(^|[\s(>])_([^\s_](?:[^_\n]*[^\s_])?)_(?=$|[\s.,:;!?)<])/g, "$1<i>$2</i>")
    .replace(/(^|[\s(>])~([^\s~](?:[^~\n]*[^\s~])?)~(?=$|[\s.,:;!?)<])/g, "$1<s>$2</s>");
}

function renderToken(token: string, names: Names): string {
  const bar = token.indexOf("|");
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? "" : token.slice(bar + 1);
  if (target.startsWith("@"))
    return mention(`@${names.users[target.slice(1)] ?? (label || target.slice(1))}`);
  if (target.startsWith("#"))
    return mention(`#${names.channels[target.slice(1)] ?? (label || target.slice(1))}`);
  if (target.startsWith("!date^")) return escapeHtml(renderDate(target, names.timeZone));
  if (target.startsWith("!")) return mention(`@${label || target.slice(1)}`);
  return `<span class="link">${escapeHtml(decodeEntities(label || target))}</span>`;
}

function mention(text: string): string {
  return `<span class="mention">${escapeHtml(decodeEntities(text))}</span>`;
}

/** https://docs.slack.dev/messaging/formatting-message-text#date-formatting; only the tokens that we use. */
function renderDate(target: string, timeZone: string): string {
  const [, seconds = "0", format = ""] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(at);
  return format
    .replace("{time_secs}", part({ hour: "2-digit", minute: "2-digit", second: "2-digit" }))
    .replace("{date_short_pretty}", part({ day: "numeric", month: "short", year: "numeric" }))
    .replace("{time}", part({ hour: "2-digit", minute: "2-digit" }));
}

const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const HTML: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => HTML[character] ?? character);
}

function lineBreaks(html: string): string {
  return html.replace(/\n/g, "<br>");
}
