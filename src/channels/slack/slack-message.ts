/** A message as Slack sends it, in events and in histories, and which of them the desk takes. */
import { z } from "zod";
import type { WatchedPlaces } from "./places.ts";

const TIMESTAMP = /^\d{1,12}\.\d{1,9}$/;
/** Slack sends null for what is unknown in some payloads and leaves it out in others. */
const optional = <T extends z.ZodType>(schema: T) =>
  z
    .union([schema, z.null()])
    .optional()
    .transform((value) => value ?? undefined);

export const fileSchema = z.object({
  id: z.string().min(1),
  name: optional(z.string()),
  mimetype: optional(z.string()),
  size: optional(z.number()),
  /** `tombstone` was deleted, `hidden_by_limit` is behind the plan's limit. */
  mode: optional(z.string()),
  is_external: optional(z.boolean()),
  /** `check_file_info` in channels shared with other companies: the rest is had by files.info. */
  file_access: optional(z.string()),
  url_private: optional(z.string()),
  url_private_download: optional(z.string()),
});
export type SlackFile = z.infer<typeof fileSchema>;

/** Messages shared from elsewhere arrive as attachments, and so do previews of links. */
const attachmentSchema = z.object({
  text: optional(z.string()),
  fallback: optional(z.string()),
  author_name: optional(z.string()),
  is_share: optional(z.boolean()),
  is_msg_unfurl: optional(z.boolean()),
  files: optional(z.array(fileSchema)),
});
export type SlackAttachment = z.infer<typeof attachmentSchema>;

const messageSchema = z
  .object({
    channel: z.string().min(1),
    ts: z.string().regex(TIMESTAMP),
    thread_ts: optional(z.string().regex(TIMESTAMP)),
    user: optional(z.string().min(1)),
    bot_id: optional(z.string().min(1)),
    username: optional(z.string()),
    bot_profile: optional(z.object({ name: optional(z.string()) })),
    text: optional(z.string()),
    files: optional(z.array(fileSchema)),
    attachments: optional(z.array(attachmentSchema)),
    edited: optional(z.object({ ts: z.string().regex(TIMESTAMP) })),
  })
  .refine(({ user, bot_id }) => user !== undefined || bot_id !== undefined, {
    path: ["user"],
    message: "neither user nor bot_id",
  });
export type SlackMessage = z.infer<typeof messageSchema>;

const outlineSchema = z.object({
  type: optional(z.string()),
  subtype: optional(z.string()),
  channel: optional(z.string()),
  channel_type: optional(z.string()),
  ts: optional(z.string()),
  thread_ts: optional(z.string()),
  user: optional(z.string()),
  bot_id: optional(z.string()),
  app_id: optional(z.string()),
  deleted_ts: optional(z.string()),
  message: optional(z.record(z.string(), z.unknown())),
  previous_message: optional(z.record(z.string(), z.unknown())),
});
type Outline = Partial<z.infer<typeof outlineSchema>>;

/** Person-written messages; every other subtype is a notice of Slack, an edit, a deletion or a bot. */
const SUBTYPES = new Set(["file_share", "thread_broadcast", "me_message", "bot_message"]);

/** Who we are in Slack: what these wrote is our own. Null where the event does not tell. */
export interface SlackSelf {
  botUserId: string | null;
  botId: string | null;
  appId: string | null;
}

export type ReadMessage =
  | { kind: "message"; message: SlackMessage; bot: "ignored" | "accepted" | null }
  | { kind: "edited"; editedTs: string; message: SlackMessage }
  | { kind: "deleted"; channel: string; ts: string; threadTs: string | null }
  /** Concerns the desk, but in a shape that nobody foresaw. */
  | { kind: "unreadable"; reason: string; channel: string | null; ts: string | null }
  | { kind: "skip"; reason: string };

/** Reads a `message` or `app_mention` event, or an entry of a history with its channel added. */
export async function readSlackMessage(
  event: unknown,
  places: WatchedPlaces,
  self: SlackSelf,
): Promise<ReadMessage> {
  const outline = outlineSchema.safeParse(event).data;
  if (outline === undefined) return readWhole(event, null, places);
  const { subtype } = outline;
  if (subtype === "message_changed" || subtype === "message_deleted")
    return readChange(outline, places, self);
  if (subtype !== undefined && !SUBTYPES.has(subtype)) return { kind: "skip", reason: `subtype ${subtype}` };
  if (isOwn(outline, self)) return { kind: "skip", reason: "our own" };
  if (isMachine(outline)) {
    // Machines are taken note of where every message is accounted for, and nowhere else.
    if (!places.isSupport(outline.channel ?? "")) return { kind: "skip", reason: "written by a bot" };
  } else if (!(await concernsDesk(outline, places))) {
    return { kind: "skip", reason: "not watched" };
  }
  return readWhole(event, outline, places);
}

function readWhole(event: unknown, outline: Outline | null, places: WatchedPlaces): ReadMessage {
  const parsed = messageSchema.safeParse(event);
  if (parsed.success) {
    return { kind: "message", message: parsed.data, bot: judgeBot(outline, parsed.data, places) };
  }
  const reason = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  return { kind: "unreadable", reason, channel: outline?.channel ?? null, ts: outline?.ts ?? null };
}

/** A machine's answer in a thread never opens a ticket: two machines must not talk to each other here. */
function judgeBot(
  outline: Outline | null,
  message: SlackMessage,
  places: WatchedPlaces,
): "ignored" | "accepted" | null {
  if (outline === null || !isMachine(outline)) return null;
  const isRoot = threadOf(message.ts, message.thread_ts) === null;
  const accepted = isRoot && places.isTicketBot({ botId: outline.bot_id, appId: outline.app_id });
  return accepted ? "accepted" : "ignored";
}

function isMachine({ bot_id, user, subtype }: Outline): boolean {
  return bot_id !== undefined || user === "USLACKBOT" || subtype === "bot_message";
}

function isOwn({ user, bot_id, app_id }: Outline, { botUserId, botId, appId }: SlackSelf): boolean {
  return (
    (user !== undefined && user === botUserId) ||
    (bot_id !== undefined && (bot_id === botId || (app_id !== undefined && app_id === appId)))
  );
}

/** Slack says `message_changed` of previews of links and of replies too: only what somebody edited is an edit. */
async function readChange(outline: Outline, places: WatchedPlaces, self: SlackSelf): Promise<ReadMessage> {
  const { channel = "", message = {}, previous_message: previous = {} } = outline;
  const isDeletion = outline.subtype === "message_deleted" || message.subtype === "tombstone";
  const inner = isDeletion ? { ...previous, ...message } : message;
  const ts = outline.deleted_ts ?? text(inner.ts);
  const threadTs = threadOf(ts, text(inner.thread_ts) || undefined);
  const shape = outlineSchema.safeParse({ ...inner, channel, ts, thread_ts: threadTs, subtype: undefined });
  const known = shape.data ?? {};
  if (isOwn({ ...known }, self)) return { kind: "skip", reason: "our own" };
  if (!(await mayBeKnown({ ...known, channel, ts, channel_type: outline.channel_type }, places))) {
    return { kind: "skip", reason: "not watched" };
  }
  if (isDeletion) {
    if (!TIMESTAMP.test(ts)) return { kind: "skip", reason: "a deletion that names no message" };
    return { kind: "deleted", channel, ts, threadTs };
  }
  const parsed = messageSchema.safeParse({ ...message, channel });
  const editedTs = parsed.data?.edited?.ts;
  const wasEditedTs = (previous.edited as { ts?: unknown } | undefined)?.ts;
  if (!parsed.success || editedTs === undefined || editedTs === wasEditedTs || isMachine(known)) {
    return { kind: "skip", reason: "nobody edited it" };
  }
  return { kind: "edited", editedTs, message: parsed.data };
}

/** Also a root outside of the support channels can have become a ticket, by a mention or a reaction. */
async function mayBeKnown(outline: Outline, places: WatchedPlaces): Promise<boolean> {
  const { channel = "", ts = "" } = outline;
  return (
    (await concernsDesk(outline, places)) ||
    (!places.isTriage(channel) && (await places.isTicketThread(channel, ts)))
  );
}

async function concernsDesk(outline: Outline, places: WatchedPlaces): Promise<boolean> {
  const { channel = "", channel_type: channelType, type } = outline;
  const threadTs = threadOf(outline.ts ?? "", outline.thread_ts);
  if (places.isTriage(channel)) return threadTs !== null;
  if (places.isSupport(channel) || type === "app_mention") return true;
  if (channelType === "im" || channel.startsWith("D")) return true;
  return threadTs !== null && (await places.isTicketThread(channel, threadTs));
}

/** The thread's root where the message is a reply in it: Slack gives a root its own ts as thread_ts. */
export function threadOf(ts: string, threadTs: string | undefined): string | null {
  return threadTs === undefined || threadTs === ts ? null : threadTs;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
