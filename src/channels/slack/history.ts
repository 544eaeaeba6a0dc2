/** Reads back what stands in Slack, for the comparison with the ledger. */
import type { InboundSlackChange, InboundSlackMessage } from "../../core/inbound-slack.ts";
import type { WatchedPlaces } from "./places.ts";
import { toAppError } from "./slack-error.ts";
import { readSlackMessage, type SlackMessage, type SlackSelf, threadOf } from "./slack-message.ts";
import { toChange, toInbound } from "./to-inbound.ts";
import type { SlackUsers } from "./users.ts";
import type { WebClient } from "./web-client.ts";

/** Slack's recommended most for one page. */
const PAGE_SIZE = 200;

/** A message that stands in Slack, or an edit of one that shows on it. */
export interface ListedSlackMessage {
  /** As in the ledger: `<channel id>:<ts>`, with `:edited:<ts>` behind it for an edit. */
  externalId: string;
  /** Rejects with an AppError. */
  load(): Promise<InboundSlackMessage | InboundSlackChange>;
}

export interface ListedChannel {
  id: string;
  /** Everything in it is ours to explain; else mentions of the bot and the threads of tickets. */
  isOurs: boolean;
  /** False where the bot has been thrown out, or was never let in. */
  isMember: boolean;
}

export interface SlackHistory {
  /** Support channels, the moderators' channel, and wherever else the bot is, its direct messages included. */
  listChannels(): Promise<ListedChannel[]>;
  /**
   * The messages newer than `oldestTs` that the desk takes, oldest first, each thread after its root. Replies in a
   * thread whose root is older are not among them: Slack lists threads by their root. Ask `listReplies` for those.
   * Outside of our own channels only threads of tickets are read. Deletions leave nothing behind to be listed.
   * Holds one window's messages, without their files, in memory. Rejects with AppErrors.
   */
  listMessages(channel: string, oldestTs: string): AsyncIterable<ListedSlackMessage>;
  /** The replies of one thread newer than `oldestTs`, oldest first. None where the thread is gone. */
  listReplies(channel: string, threadTs: string, oldestTs: string): AsyncIterable<ListedSlackMessage>;
}

export interface SlackHistoryDeps {
  web: WebClient;
  users: SlackUsers;
  places: WatchedPlaces;
  /** Unix milliseconds. */
  now: () => number;
}

interface ListedMessage {
  ts: string;
  thread_ts?: string;
  reply_count?: number;
  text?: string;
}

export function createSlackHistory(deps: SlackHistoryDeps): SlackHistory {
  const { web } = deps;
  return {
    listChannels: () =>
      listChannels(deps).catch((error: unknown) => {
        throw toAppError(error, "list the channels that the bot is in");
      }),
    listMessages: (channel, oldestTs) =>
      withAppErrors(listMessages(deps, channel, oldestTs), `read channel ${channel}`),
    listReplies: (channel, threadTs, oldestTs) => {
      const replies = async function* () {
        const reader = await createReader(deps, channel);
        yield* reader(await fetchReplies(web, channel, threadTs, oldestTs));
      };
      return withAppErrors(replies(), `read a thread of channel ${channel}`, true);
    },
  };
}

async function listChannels({ web, places }: SlackHistoryDeps): Promise<ListedChannel[]> {
  const joined = new Map<string, { isDirect: boolean }>();
  const request = { types: "public_channel,private_channel,im", exclude_archived: true, limit: PAGE_SIZE };
  for await (const page of web.paginate("users.conversations", request)) {
    const { channels = [] } = page as { channels?: { id?: string; is_im?: boolean }[] };
    for (const { id, is_im: isDirect } of channels) {
      if (id !== undefined) joined.set(id, { isDirect: isDirect === true });
    }
  }
  const configured = places.channels().map((id) => ({ id, isOurs: true, isMember: joined.has(id) }));
  const known = new Set(places.channels());
  const others = [...joined].filter(([id]) => !known.has(id));
  return [...configured, ...others.map(([id, { isDirect }]) => ({ id, isOurs: isDirect, isMember: true }))];
}

async function* listMessages(
  deps: SlackHistoryDeps,
  channel: string,
  oldestTs: string,
): AsyncGenerator<ListedSlackMessage> {
  const { places } = deps;
  const reader = await createReader(deps, channel);
  const roots: ListedMessage[] = [];
  const request = { channel, oldest: oldestTs, limit: PAGE_SIZE };
  for await (const page of deps.web.paginate("conversations.history", request)) roots.push(...listedIn(page));
  const readsThreads = places.isSupport(channel) || places.isTriage(channel) || channel.startsWith("D");
  for (const root of roots.sort(byAge)) {
    // A reply that was also sent to the channel is listed with its thread.
    const threadTs = threadOf(root.ts, root.thread_ts);
    if (threadTs !== null && Number(threadTs) > Number(oldestTs)) continue;
    const hasReplies =
      (root.reply_count ?? 0) > 0 && (readsThreads || (await places.isTicketThread(channel, root.ts)));
    const replies = hasReplies ? await fetchReplies(deps.web, channel, root.ts, oldestTs) : [];
    yield* reader([root, ...replies]);
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

type Reader = (listed: ListedMessage[]) => AsyncGenerator<ListedSlackMessage>;

/** Tells what is ours from what is not, as the listeners do. */
async function createReader(deps: SlackHistoryDeps, channel: string): Promise<Reader> {
  const { users, places, now } = deps;
  const { teamId, botUserId, botId } = await users.workspace();
  const self: SlackSelf = { botUserId, botId, appId: null };
  const toMessage = (message: SlackMessage, bot: InboundSlackMessage["bot"]): ListedSlackMessage => ({
    externalId: `${channel}:${message.ts}`,
    load: async () => toInbound(message, { account: teamId, bot }, users),
  });
  const toEdit = (message: SlackMessage, editedTs: string): ListedSlackMessage => ({
    externalId: `${channel}:${message.ts}:edited:${editedTs}`,
    load: async () => toChange({ kind: "edited", editedTs, message }, teamId, now(), users),
  });
  return async function* (listed) {
    for (const one of listed) {
      // An event says by its type that the bot was mentioned; a history has only the words.
      const type = (one.text ?? "").includes(`<@${botUserId}>`) ? "app_mention" : "message";
      const read = await readSlackMessage({ ...one, channel, type }, places, self);
      if (read.kind !== "message") continue;
      yield toMessage(read.message, read.bot);
      const editedTs = read.message.edited?.ts;
      if (editedTs !== undefined && read.bot === null) yield toEdit(read.message, editedTs);
    }
  };
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
