/**
 * Between Slack's delivery and the ticket: events are written down by one short statement and acknowledged; what they
 * mean is recorded after that. A burst of events, or a desk busy with its workflows, so keeps nobody waiting.
 */
import { AppError } from "../core/errors.ts";
import type { IntakeResult } from "../core/inbound.ts";
import type { InboundSlackChange, InboundSlackMessage, InboundSlackRequest } from "../core/inbound-slack.ts";
import { isConnectionFailure, type SqlPool } from "../db/client.ts";
import { type InboxRow, listSlackInbox, putInSlackInbox, removeFromSlackInbox } from "../db/slack-inbox.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { recordInbound } from "./record-inbound.ts";
import { reviveSlackMessage } from "./stored-slack-message.ts";

export type AcceptedMessage = InboundSlackMessage | InboundSlackChange | InboundSlackRequest;

const BATCH_SIZE = 50;
/** Each takes a connection for a while: the workflows need theirs. */
const AT_ONCE = 3;

/** When it resolves, nothing of the messages can be lost. Rejects with `unavailable` while the database is away. */
export async function acceptSlackMessages(sql: SqlPool, messages: readonly AcceptedMessage[]): Promise<void> {
  try {
    await putInSlackInbox(
      sql,
      messages.map((message) => ({ account: message.account, externalId: message.externalId, message })),
    );
  } catch (error) {
    if (!isConnectionFailure(error)) throw error;
    throw new AppError("unavailable", "The database cannot be reached.", { cause: error });
  }
}

export interface DrainOptions {
  onRecorded?: (message: AcceptedMessage, result: IntakeResult) => void;
  /** Waited for before each message: more urgent work goes first. */
  giveWay?: () => Promise<void>;
}

/**
 * Records what waits, the oldest first, and what belongs to one thread one after the other: a deletion never overtakes
 * the message that it follows. Safe beside another drain, and after one that was killed: the ledger knows what has been
 * recorded. What could not be recorded stays, and is told of by rejecting in the end; it keeps nothing else back.
 * Rejects with `unavailable` while the database is away.
 */
export async function drainSlackInbox(
  sql: SqlPool,
  settings: DeskSettings,
  { onRecorded = () => {}, giveWay = async () => {} }: DrainOptions = {},
): Promise<void> {
  const failures: unknown[] = [];
  let isAway = false;
  const record = async ({ id, message }: InboxMessage): Promise<void> => {
    try {
      const result = await recordInbound(sql, settings, message);
      await removeFromSlackInbox(sql, id);
      onRecorded(message, result);
    } catch (error) {
      failures.push(error);
      isAway ||= isConnectionFailure(error) || (error instanceof AppError && error.code === "unavailable");
    }
  };
  let lastId = 0;
  while (!isAway) {
    const rows = await listSlackInbox(sql, lastId, BATCH_SIZE);
    if (rows.length === 0) break;
    const threads = groupByThread(rows);
    const work = async (): Promise<void> => {
      for (let thread = threads.shift(); thread !== undefined; thread = threads.shift()) {
        for (const one of thread) {
          await giveWay();
          if (!isAway) await record(one);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    lastId = rows.at(-1)?.id ?? lastId;
  }
  if (failures.length > 0) throw failures[0];
}

interface InboxMessage {
  id: number;
  message: AcceptedMessage;
}

function groupByThread(rows: readonly InboxRow[]): InboxMessage[][] {
  const threads = new Map<string, InboxMessage[]>();
  for (const { id, message: stored } of rows) {
    const message = reviveSlackMessage(stored as AcceptedMessage);
    const root = (message.channel === "slack-request" ? null : message.threadTs) ?? message.ts;
    const key = `${message.slackChannel}:${root}`;
    const thread = threads.get(key);
    if (thread === undefined) threads.set(key, [{ id, message }]);
    else thread.push({ id, message });
  }
  return [...threads.values()];
}
