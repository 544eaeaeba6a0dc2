/** A message as Slack sends it, in events and in histories, and which of them the desk takes. */
import { z } from "zod";

const TIMESTAMP = /^\d{1,12}\.\d{1,9}$/;
/** Slack sends null for what is unknown in some payloads and leaves it out in others. */
const optional = <T extends z.ZodType>(schema: T) =>
  z
    .union([schema, z.null()])
    .optional()
    .transform((value) => value ?? undefined);

const fileSchema = z.object({
  id: z.string(),
  name: optional(z.string()),
  mimetype: optional(z.string()),
  size: optional(z.number()),
  url_private: optional(z.string()),
  url_private_download: optional(z.string()),
});
export type SlackFile = z.infer<typeof fileSchema>;

const attachmentSchema = z.object({
  text: optional(z.string()),
  fallback: optional(z.string()),
  author_name: optional(z.string()),
});

const messageSchema = z.object({
  channel: z.string().min(1),
  ts: z.string().regex(TIMESTAMP),
  thread_ts: optional(z.string().regex(TIMESTAMP)),
  user: z.string().min(1),
  text: optional(z.string()),
  files: optional(z.array(fileSchema)),
  /** Messages shared from elsewhere arrive here, with an empty text. */
  attachments: optional(z.array(attachmentSchema)),
});
export type SlackMessage = z.infer<typeof messageSchema>;

const outlineSchema = z.object({
  type: optional(z.string()),
  subtype: optional(z.string()),
  channel: optional(z.string()),
  channel_type: optional(z.string()),
  ts: optional(z.string()),
  thread_ts: optional(z.string()),
  bot_id: optional(z.string()),
});

/** Person-written messages; every other subtype is a notice of Slack, an edit, a deletion or a bot. */
const SUBTYPES = new Set(["file_share", "thread_broadcast", "me_message"]);

export type ReadMessage =
  | { kind: "message"; message: SlackMessage }
  /** Concerns the desk, but in a shape that nobody foresaw. */
  | { kind: "unreadable"; reason: string; channel: string | null; ts: string | null }
  | { kind: "skip"; reason: string };

export interface WatchedPlaces {
  supportChannels: ReadonlySet<string>;
  triageChannel: string;
  /** Whether a thread elsewhere, e.g. one that a mention began, belongs to a ticket. */
  isTicketThread(channel: string, threadTs: string): Promise<boolean>;
}

/** Reads a `message` or `app_mention` event, or an entry of a history with its channel added. */
export async function readSlackMessage(event: unknown, places: WatchedPlaces): Promise<ReadMessage> {
  const outline = outlineSchema.safeParse(event).data;
  if (outline !== undefined) {
    if (outline.subtype !== undefined && !SUBTYPES.has(outline.subtype)) {
      return { kind: "skip", reason: `subtype ${outline.subtype}` };
    }
    if (outline.bot_id !== undefined) return { kind: "skip", reason: "written by a bot" };
    if (!(await concernsDesk(outline, places))) return { kind: "skip", reason: "not watched" };
  }
  const parsed = messageSchema.safeParse(event);
  if (parsed.success) return { kind: "message", message: parsed.data };
  const reason = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  return { kind: "unreadable", reason, channel: outline?.channel ?? null, ts: outline?.ts ?? null };
}

async function concernsDesk(outline: z.infer<typeof outlineSchema>, places: WatchedPlaces): Promise<boolean> {
  const { channel = "", channel_type: channelType, type } = outline;
  const threadTs = threadOf(outline.ts ?? "", outline.thread_ts);
  if (channel === places.triageChannel) return threadTs !== null;
  if (places.supportChannels.has(channel) || type === "app_mention") return true;
  if (channelType === "im" || channel.startsWith("D")) return true;
  return threadTs !== null && (await places.isTicketThread(channel, threadTs));
}

/** The thread's root where the message is a reply in it: Slack gives a root its own ts as thread_ts. */
export function threadOf(ts: string, threadTs: string | undefined): string | null {
  return threadTs === undefined || threadTs === ts ? null : threadTs;
}
