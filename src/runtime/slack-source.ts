/** The Slack channels of the desk as sources of the comparison with the ledger. */
import type { ListedSlackMessage, SlackHistory } from "../channels/slack/history.ts";
import type { SqlPool } from "../db/client.ts";
import { listOpenSlackThreads, watchSlackChannel } from "../db/slack-cards.ts";
import type { MessageSource } from "../workflows/reconcile.ts";

const BATCH_SIZE = 100;
/** Older messages have been compared many times; the threads of open tickets are read however old they are. */
const WINDOW_SECONDS = 7 * 24 * 60 * 60;

/** One source for each channel that the bot answers for. `team` is the ledger's account. */
export async function openSlackSources(
  sql: SqlPool,
  history: SlackHistory,
  team: string,
  nowMs: number,
): Promise<MessageSource[]> {
  const nowTs = (nowMs / 1000).toFixed(6);
  const windowTs = (nowMs / 1000 - WINDOW_SECONDS).toFixed(6);
  const channels = await history.listChannels();
  return Promise.all(
    channels.map(async (channel) => {
      const sinceTs = await watchSlackChannel(sql, channel, nowTs);
      const oldestTs = Number(sinceTs) > Number(windowTs) ? sinceTs : windowTs;
      return createSource(
        history,
        team,
        channel,
        oldestTs,
        await listOpenSlackThreads(sql, channel, oldestTs),
      );
    }),
  );
}

function createSource(
  history: SlackHistory,
  team: string,
  channel: string,
  oldestTs: string,
  olderThreads: string[],
): MessageSource {
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
