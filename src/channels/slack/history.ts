/** Reads back what stands in Slack, for the comparison with the ledger. */
import type { InboundSlackMessage } from "../../core/inbound.ts";
import type { SlackFiles } from "./files.ts";
import { toAppError } from "./slack-error.ts";
import { readSlackMessage, type SlackMessage, threadOf, type WatchedPlaces } from "./slack-message.ts";
import { toInbound } from "./to-inbound.ts";
import type { SlackUsers } from "./users.ts";
import type { WebClient } from "./web-client.ts";

/** Slack's recommended most for one page. */
const PAGE_SIZE = 200;

/** A message that stands in Slack; its author, names and files are asked for only when it is loaded. */
export interface ListedSlackMessage {
  /** `<channel id>:<ts>`, as in the ledger. */
  externalId: string;
  /** Rejects with an AppError. */
  load(): Promise<InboundSlackMessage>;
}

export interface SlackHistory {
  /** The channels that the desk answers for: support, moderators', and every direct message with the bot. */
  listChannels(): Promise<string[]>;
  /**
   * The messages newer than `oldestTs` that the desk takes, oldest first, each thread after its root. Replies in a
   * thread whose root is older are not among them: Slack lists threads by their root. Ask `listReplies` for those.
   * Holds one window's messages, without their files, in memory. Rejects with AppErrors.
   */
  listMessages(channel: string, oldestTs: string): AsyncIterable<ListedSlackMessage>;
  /** The replies of one thread newer than `oldestTs`, oldest first. None where the thread is gone. */
  listReplies(channel: string, threadTs: string, oldestTs: string): AsyncIterable<ListedSlackMessage>;
}

export interface SlackHistoryDeps {
  web: WebClient;
  users: SlackUsers;
  files: SlackFiles;
  places: WatchedPlaces;
}

interface ListedMessage {
  ts: string;
  thread_ts?: string;
  reply_count?: number;
}

export function createSlackHistory(deps: SlackHistoryDeps): SlackHistory {
  const { web, places } = deps;
  return {
    listChannels: async () => {
      const direct = await listDirectChannels(web).catch((error: unknown) => {
        throw toAppError(error, "list the direct messages");
      });
      return [...new Set([...places.supportChannels, places.triageChannel, ...direct])];
    },
    listMessages: (channel, oldestTs) =>
      withAppErrors(listMessages(deps, channel, oldestTs), `read channel ${channel}`),
    listReplies: (channel, threadTs, oldestTs) => {
      const replies = async function* () {
        yield* takeRelevant(deps, channel, await fetchReplies(web, channel, threadTs, oldestTs));
      };
      return withAppErrors(replies(), `read a thread of channel ${channel}`, true);
    },
  };
}

async function* listMessages(
  deps: SlackHistoryDeps,
  channel: string,
  oldestTs: string,
): AsyncGenerator<ListedSlackMessage> {
  const roots: ListedMessage[] = [];
  const request = { channel, oldest: oldestTs, limit: PAGE_SIZE };
  for await (const page of deps.web.paginate("conversations.history", request)) roots.push(...listedIn(page));
  for (const root of roots.sort(byAge)) {
    // A reply that was also sent to the channel is listed with its thread.
    const threadTs = threadOf(root.ts, root.thread_ts);
    if (threadTs !== null && Number(threadTs) > Number(oldestTs)) continue;
    const hasReplies = (root.reply_count ?? 0) > 0;
    const replies = hasReplies ? await fetchReplies(deps.web, channel, root.ts, oldestTs) : [];
    yield* takeRelevant(deps, channel, [root, ...replies]);
  }
}

async function fetchReplies(
  web: WebClient,
  channel: string,
  threadTs: string,
  oldestTs: string,
): Promise<ListedMessage[]> {
  const replies: ListedMessage[] = [];
  const request = { channel, ts: threadTs, oldest: oldestTs, limit: PAGE_SIZE };
  for await (const page of web.paginate("conversations.replies", request)) replies.push(...listedIn(page));
  // The root comes along, whatever its age.
  return replies.filter(({ ts }) => ts !== threadTs).sort(byAge);
}

async function* takeRelevant(
  deps: SlackHistoryDeps,
  channel: string,
  listed: ListedMessage[],
): AsyncGenerator<ListedSlackMessage> {
  for (const one of listed) {
    const read = await readSlackMessage({ ...one, channel }, deps.places);
    if (read.kind !== "message") continue;
    const { message } = read;
    yield { externalId: `${channel}:${message.ts}`, load: () => load(deps, message) };
  }
}

async function load(deps: SlackHistoryDeps, message: SlackMessage): Promise<InboundSlackMessage> {
  const { teamId } = await deps.users.workspace().catch((error: unknown) => {
    throw toAppError(error, "ask for the workspace");
  });
  return toInbound(message, teamId, deps);
}

async function listDirectChannels(web: WebClient): Promise<string[]> {
  const direct: string[] = [];
  for await (const page of web.paginate("conversations.list", { types: "im", limit: PAGE_SIZE })) {
    const { channels = [] } = page as { channels?: { id?: string }[] };
    direct.push(...channels.flatMap(({ id }) => (id === undefined ? [] : [id])));
  }
  return direct;
}

async function* withAppErrors<T>(
  source: AsyncIterable<T>,
  doing: string,
  endsWhereGone = false,
): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    const appError = toAppError(error, doing);
    if (endsWhereGone && appError.code === "not_found") return;
    throw appError;
  }
}

function listedIn(page: unknown): ListedMessage[] {
  const { messages } = page as { messages?: ListedMessage[] };
  return messages ?? [];
}

function byAge(a: ListedMessage, b: ListedMessage): number {
  return Number(a.ts) - Number(b.ts);
}
