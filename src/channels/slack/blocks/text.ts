/**
 * The pieces that messages and views are made of. Everything that somebody wrote stands in plain_text, where nothing is
 * a mention, a link or formatting; mrkdwn holds our own words, numbers and checked ids only.
 */
import type { types } from "@slack/bolt";
import type { Channel, Priority, TicketStatus } from "../../../core/ticket.ts";
import { cutForSlack, SLACK_LIMITS, splitForSlack } from "../mrkdwn.ts";

export type Block = types.KnownBlock;

export const STATUS_WORDS: Record<TicketStatus, string> = {
  open: "Open",
  in_progress: "In progress",
  waiting: "Waiting for the requester",
  resolved: "Resolved",
  closed: "Closed",
};
export const PRIORITY_WORDS: Record<Priority, string> = {
  low: "🔵 Low",
  medium: "🟡 Medium",
  high: "🔴 High",
};
export const CHANNEL_WORDS: Record<Channel, string> = {
  email: "by email",
  slack: "in Slack",
  api: "by the API",
};

export function nameTicket(number: number, title: string): string {
  return `#${number} ${title.trim() === "" ? "(no title)" : title}`;
}

/**
 * Text shown exactly as written. Control characters cannot be seen, and Slack refuses some of them. What was written as
 * `&lt;` would come out as `<`, since Slack decodes three entities everywhere: an invisible joiner keeps them apart.
 */
export function plain(text: string, limit: number): types.PlainTextElement {
  const shown = cutForSlack(toVisible(text).replace(/&(?=(?:amp|lt|gt);)/g, "&\u2060"), limit);
  // Slack refuses an empty text.
  return { type: "plain_text", text: shown.trim() === "" ? "–" : shown, emoji: false };
}

function toVisible(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => (/[\n\t]/.test(control) ? control : ""));
}

function isBlank(text: string): boolean {
  return toVisible(text).trim() === "";
}

/** Our own words, on buttons and above fields. */
export function label(text: string): types.PlainTextElement {
  return { type: "plain_text", text };
}

/** Our own words with formatting. Never anything that came from outside. */
export function markdown(text: string): types.MrkdwnElement {
  return { type: "mrkdwn", text };
}

/** Nothing that mrkdwn would make something of: no formatting, emoji, mention, link or line break. */
export function isHarmless(text: string): boolean {
  return (
    /^[\p{L}\p{M}\p{N} ,.()'’/+%-]*$/u.test(text) && !/www\.|\p{L}{2,}\.\p{L}{2,}\/|^[\s>-]/iu.test(text)
  );
}

/** A value under our own label; in bold only where the value can stand in mrkdwn as it is. */
export function field(
  name: string,
  value: string,
  limit: number,
): types.MrkdwnElement | types.PlainTextElement {
  const shown = cutForSlack(value, limit);
  return isHarmless(shown)
    ? { type: "mrkdwn", text: `*${name}*\n${shown}`, verbatim: true }
    : plain(`${name}\n${shown}`, limit + name.length + 1);
}

/** A section with somebody's words as they are; none where there are none. */
export function paragraph(text: string, limit: number = SLACK_LIMITS.sectionText): Block[] {
  if (isBlank(text)) return [];
  return [{ type: "section", text: plain(text, limit) }];
}

/** The whole of a text, in as many sections as it needs, at most `most`: the last one then says that it is cut. */
export function paragraphs(text: string, most: number): Block[] {
  const pieces = splitForSlack(text, SLACK_LIMITS.sectionText - 100).filter((piece) => !isBlank(piece));
  if (pieces.length <= most) return pieces.flatMap((piece) => paragraph(piece));
  const kept = pieces.slice(0, most);
  const last = `${kept.pop() ?? ""}… (cut here: the whole text is kept with the ticket)`;
  return [...kept, last].flatMap((piece) => paragraph(piece));
}

/** One line each. Slack puts the elements of a context side by side, so the lines are one element. */
export function smallPrint(lines: string[]): Block[] {
  const shown = lines.filter((line) => !isBlank(line));
  if (shown.length === 0) return [];
  return [{ type: "context", elements: [plain(shown.join("\n"), SLACK_LIMITS.contextText)] }];
}

export function button(
  text: string,
  actionId: string,
  value: string,
  style?: "primary" | "danger",
): types.Button {
  return {
    type: "button",
    text: label(text),
    action_id: actionId,
    value,
    ...(style === undefined ? {} : { style }),
  };
}

/** A link of ours as a button: nothing to handle, Slack opens it; the click is still told to the app. */
export function linkButton(text: string, actionId: string, url: string): types.Button {
  return { type: "button", text: label(text), action_id: actionId, url };
}

/** Null where the value is too long to be told from another. */
export function option(text: string, value: string): types.PlainTextOption | null {
  if (value === "" || value.length > SLACK_LIMITS.optionValue || isBlank(text)) return null;
  return { text: plain(text, SLACK_LIMITS.optionText), value };
}

export function select(
  actionId: string,
  placeholder: string,
  options: (types.PlainTextOption | null)[],
  chosen: string | null,
): types.StaticSelect | null {
  const usable = options.filter((one) => one !== null).slice(0, SLACK_LIMITS.selectOptions);
  if (usable.length === 0) return null;
  const initial = usable.find(({ value }) => value === chosen);
  return {
    type: "static_select",
    action_id: actionId,
    placeholder: label(placeholder),
    options: usable,
    ...(initial === undefined ? {} : { initial_option: initial }),
  };
}

/** A channel's name as Slack shows it, or the id where it does not look like one. */
export function nameChannel(channelId: string): string {
  return /^[CG][A-Z0-9]+$/.test(channelId) ? `<#${channelId}>` : "";
}

/** A person, mentioned where the id looks like one. */
export function mention(slackUserId: string | null): string | null {
  return slackUserId !== null && /^[UW][A-Z0-9]+$/.test(slackUserId) ? `<@${slackUserId}>` : null;
}

/** A moment in the reader's own time zone. https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
export function moment(at: Date, format: "time" | "day"): string {
  const seconds = Math.floor(at.getTime() / 1000);
  const token = format === "time" ? "{time_secs}" : "{date_short_pretty} {time}";
  const iso = at.toISOString();
  const fallback =
    format === "time" ? `${iso.slice(11, 19)} UTC` : `${iso.slice(0, 16).replace("T", " ")} UTC`;
  return `<!date^${seconds}^${token}|${fallback}>`;
}
