/** From Slack's message to the one that intake takes. */
import type { InboundSlackMessage, InboundUnreadable } from "../../core/inbound.ts";
import type { SlackFiles } from "./files.ts";
import { mentionedUserIds, toPlainText } from "./mrkdwn.ts";
import { type SlackMessage, threadOf } from "./slack-message.ts";
import type { SlackUsers } from "./users.ts";

/** More names than this are left as ids: each costs a call. */
const MENTIONS_MAX = 10;

/** Names people, unescapes the text and fetches the files; what cannot be had is missing, never the message. */
export async function toInbound(
  message: SlackMessage,
  account: string,
  { users, files }: { users: SlackUsers; files: SlackFiles },
): Promise<InboundSlackMessage> {
  const shared = (message.attachments ?? []).map(({ text, fallback }) => text ?? fallback ?? "");
  const written = [message.text ?? "", ...((message.text ?? "").trim() === "" ? shared : [])];
  const mrkdwn = written.filter((part) => part.trim() !== "").join("\n\n");
  const [author, names, fetched] = await Promise.all([
    users.lookUp(message.user),
    nameMentions(mrkdwn, users),
    files.fetchAll(message.files ?? []),
  ]);
  const text = toPlainText(mrkdwn, (id) => names.get(id) ?? null);
  return {
    channel: "slack",
    account,
    externalId: `${message.channel}:${message.ts}`,
    receivedAt: new Date(Number(message.ts) * 1000),
    slackChannel: message.channel,
    ts: message.ts,
    threadTs: threadOf(message.ts, message.thread_ts),
    author,
    text: [text, ...fetched.missing.map((sentence) => `[${sentence}]`)]
      .filter((part) => part !== "")
      .join("\n\n"),
    attachments: fetched.attachments,
  };
}

async function nameMentions(mrkdwn: string, users: SlackUsers): Promise<Map<string, string>> {
  const ids = mentionedUserIds(mrkdwn).slice(0, MENTIONS_MAX);
  const people = await Promise.all(ids.map((id) => users.lookUp(id)));
  return new Map(
    people.filter(({ name }) => name !== "").map(({ slackUserId, name }) => [slackUserId, name]),
  );
}

/** A message in a shape that nobody foresaw, kept with its source for a person to look at. */
export async function toUnreadable(
  event: unknown,
  account: string,
  found: { reason: string; channel: string | null; ts: string | null },
  nowMs: number,
): Promise<InboundUnreadable> {
  const raw = new TextEncoder().encode(JSON.stringify(event));
  const { channel, ts, reason } = found;
  return {
    channel: "unreadable",
    sourceChannel: "slack",
    account,
    externalId: channel !== null && ts !== null ? `${channel}:${ts}` : `sha256:${await hashHex(raw)}`,
    receivedAt: new Date(nowMs),
    reason: `Slack sent a message that cannot be read (${reason})`,
    raw,
  };
}

async function hashHex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
