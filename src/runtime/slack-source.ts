/** The Slack channels of the desk as sources of the comparison with the ledger. */
import type { SlackChannel } from "../channels/slack/app.ts";
import type { ListedChannel, ListedSlackMessage, SlackHistory } from "../channels/slack/history.ts";
import { AppError } from "../core/errors.ts";
import type { SqlPool } from "../db/client.ts";
import { listOpenSlackThreads, watchSlackChannel } from "../db/slack-cards.ts";
import type { MessageSource, SourceOpener } from "../workflows/reconcile.ts";

const BATCH_SIZE = 100;
/** Older messages have been compared many times; the threads of open tickets are read however old they are. */
const WINDOW_SECONDS = 7 * 24 * 60 * 60;

type SlackReader = Pick<SlackChannel, "history" | "readTeamId" | "watchedChannels">;

/**
 * One opener for each configured channel, so that one from which the bot was thrown out is named and keeps no other
 * back; and one for wherever else the bot is: direct messages, and channels where it can be mentioned.
 */
export function slackSources(sql: SqlPool, slack: SlackReader, now: () => number = Date.now): SourceOpener[] {
  const open = async (channels: ListedChannel[]): Promise<MessageSource[]> => {
    const team = await slack.readTeamId();
    return Promise.all(channels.map((one) => createSource(sql, slack.history, team, one.id, now())));
  };
  const configured = slack.watchedChannels();
  return [
    ...configured.map((id) => ({
      name: `Slack ${id}`,
      open: async () => open(requireMembers(await findChannel(slack.history, id))),
    })),
    {
      name: "Slack, direct messages and mentions",
      open: async () =>
        open((await slack.history.listChannels()).filter(({ id }) => !configured.includes(id))),
    },
  ];
}

async function findChannel(history: SlackHistory, id: string): Promise<ListedChannel[]> {
  return (await history.listChannels()).filter((one) => one.id === id);
}

/** Silence is not a proof: what the bot cannot read is said. */
function requireMembers(channels: ListedChannel[]): ListedChannel[] {
  for (const { id, isMember } of channels) {
    if (isMember) continue;
    throw new AppError(
      "forbidden",
      `The bot is not in the Slack channel ${id}: write /invite @Deskhand in that channel.`,
    );
  }
  return channels;
}

async function createSource(
  sql: SqlPool,
  history: SlackHistory,
  team: string,
  channel: string,
  nowMs: number,
): Promise<MessageSource> {
  const sinceTs = await watchSlackChannel(sql, channel, (nowMs / 1000).toFixed(6));
  const windowTs = (nowMs / 1000 - WINDOW_SECONDS).toFixed(6);
  const oldestTs = Number(sinceTs) > Number(windowTs) ? sinceTs : windowTs;
  const olderThreads = await listOpenSlackThreads(sql, channel, oldestTs);
  let batch = new Map<string, ListedSlackMessage>();
  async function* listAll(): AsyncGenerator<ListedSlackMessage> {
    yield* history.listMessages(channel, oldestTs);
    for (const threadTs of olderThreads) yield* history.listReplies(channel, threadTs, oldestTs);
  }
  return {
    channel: "slack",
    account: team,
    name: channel,
    async *listExternalIds() {
      for await (const message of listAll()) {
        batch.set(message.externalId, message);
        if (batch.size < BATCH_SIZE) continue;
        yield [...batch.keys()];
        batch = new Map();
      }
      if (batch.size > 0) yield [...batch.keys()];
    },
    fetch: async (externalId) => (await batch.get(externalId)?.load()) ?? null,
    close: async () => {},
  };
}
