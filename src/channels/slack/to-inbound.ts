/** From Slack's message to the one that intake takes. Asks Slack nothing: Slack waits for our acknowledgement. */
import type { InboundUnreadable } from "../../core/inbound.ts";
import type { InboundSlackChange, InboundSlackMessage, SlackFileRef } from "../../core/inbound-slack.ts";
import { mentionedUserIds, toPlainText } from "./mrkdwn.ts";
import {
  type ReadMessage,
  type SlackAttachment,
  type SlackFile,
  type SlackMessage,
  threadOf,
} from "./slack-message.ts";
import type { SlackUsers } from "./users.ts";

export interface InboundWay {
  account: string;
  way?: InboundSlackMessage["way"];
  requestedBy?: string | null;
  bot?: InboundSlackMessage["bot"];
}

/** People whom we met in the last minutes are named; the rest is completed after the message is recorded. */
export function toInbound(
  message: SlackMessage,
  { account, way = "message", requestedBy = null, bot = null }: InboundWay,
  users: Pick<SlackUsers, "known">,
): InboundSlackMessage {
  const mrkdwn = readWords(message);
  const mentioned = mentionedUserIds(mrkdwn).map((id) => users.known(id));
  const names = new Map(mentioned.map((person) => [person?.slackUserId, person?.name]));
  return {
    channel: "slack",
    account,
    externalId: `${message.channel}:${message.ts}`,
    receivedAt: new Date(Number(message.ts) * 1000),
    slackChannel: message.channel,
    ts: message.ts,
    threadTs: threadOf(message.ts, message.thread_ts),
    author: readAuthor(message, bot, users),
    text: toPlainText(mrkdwn, (id) => names.get(id) || null),
    mrkdwn,
    hasUnnamed: mentioned.some((person) => person === null),
    files: [...(message.files ?? []), ...(message.attachments ?? []).flatMap(({ files }) => files ?? [])].map(
      toFileRef,
    ),
    way,
    requestedBy,
    bot,
  };
}

function readAuthor(
  message: SlackMessage,
  bot: InboundSlackMessage["bot"],
  users: Pick<SlackUsers, "known">,
): InboundSlackMessage["author"] {
  const slackUserId = message.user ?? message.bot_id ?? "";
  const person = users.known(slackUserId);
  if (bot === null && person !== null) return person;
  const machine = message.username ?? message.bot_profile?.name ?? "A bot";
  return { slackUserId, name: bot === null ? "" : machine, email: null };
}

/** What was written, with what was shared from elsewhere below it. Previews of links are nobody's words. */
function readWords({ text = "", attachments = [] }: SlackMessage): string {
  const shared = attachments.filter((one) => one.is_share === true || one.is_msg_unfurl === true);
  const told = text.trim() === "" ? attachments : shared;
  return [text, ...told.map(quoteShared)].filter((part) => part.trim() !== "").join("\n\n");
}

function quoteShared({ text, fallback, author_name: author }: SlackAttachment): string {
  const words = text ?? fallback ?? "";
  return author === undefined || words === "" ? words : `${author} wrote:\n${words}`;
}

export function toFileRef(file: SlackFile): SlackFileRef {
  return {
    id: file.id,
    name: file.name ?? "",
    mimetype: file.mimetype ?? null,
    sizeBytes: file.size ?? null,
    url: file.url_private_download ?? file.url_private ?? null,
    external: file.is_external === true,
  };
}

export function toChange(
  read: Extract<ReadMessage, { kind: "edited" | "deleted" }>,
  account: string,
  nowMs: number,
  users: Pick<SlackUsers, "known">,
): InboundSlackChange {
  const base = { channel: "slack-change", account, receivedAt: new Date(nowMs) } as const;
  if (read.kind === "deleted") {
    const { channel: slackChannel, ts, threadTs } = read;
    const externalId = `${slackChannel}:${ts}:deleted`;
    return { ...base, externalId, slackChannel, ts, threadTs, change: { kind: "deleted" } };
  }
  const { editedTs } = read;
  const message = toInbound(read.message, { account }, users);
  const { slackChannel, ts, threadTs } = message;
  const externalId = `${slackChannel}:${ts}:edited:${editedTs}`;
  return { ...base, externalId, slackChannel, ts, threadTs, change: { kind: "edited", editedTs, message } };
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
