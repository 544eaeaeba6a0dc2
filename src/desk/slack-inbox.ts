/**
 * Between Slack's delivery and the ticket: an event is written down by one short statement and acknowledged; what it
 * means is recorded after that. A burst of events, or a desk busy with its workflows, so keeps nobody waiting.
 */
import { AppError } from "../core/errors.ts";
import type { IntakeResult } from "../core/inbound.ts";
import type { InboundSlackChange, InboundSlackMessage, InboundSlackRequest } from "../core/inbound-slack.ts";
import { isConnectionFailure, type SqlPool } from "../db/client.ts";
import { listSlackInbox, putInSlackInbox, removeFromSlackInbox } from "../db/slack-inbox.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { recordInbound } from "./record-inbound.ts";

export type AcceptedMessage = InboundSlackMessage | InboundSlackChange | InboundSlackRequest;

const BATCH_SIZE = 50;
/** Each takes a connection for a while: the workflows need theirs. */
const AT_ONCE = 3;

/** When it resolves, nothing of the message can be lost. Rejects with `unavailable` while the database is away. */
export async function acceptSlackMessage(sql: SqlPool, message: AcceptedMessage): Promise<void> {
  try {
    await putInSlackInbox(sql, { account: message.account, externalId: message.externalId, message });
  } catch (error) {
    if (!isConnectionFailure(error)) throw error;
    throw new AppError("unavailable", "The database cannot be reached.", { cause: error });
  }
}

/**
 * Records what waits, the oldest first. Safe beside another drain, and after one that was killed: the ledger knows what
 * has been recorded. Rejects with `unavailable` while the database is away; what waits stays.
 */
export async function drainSlackInbox(
  sql: SqlPool,
  settings: DeskSettings,
  onRecorded: (message: AcceptedMessage, result: IntakeResult) => void = () => {},
): Promise<number> {
  let recorded = 0;
  let lastId = 0;
  for (;;) {
    const rows = await listSlackInbox(sql, lastId, BATCH_SIZE);
    if (rows.length === 0) return recorded;
    const queue = [...rows];
    const work = async (): Promise<void> => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
        const message = revive(row.message);
        const result = await recordInbound(sql, settings, message);
        await removeFromSlackInbox(sql, row.id);
        recorded += 1;
        onRecorded(message, result);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    lastId = rows.at(-1)?.id ?? lastId;
  }
}

/** Only we write what is read here; JSON turned its dates into texts. */
function revive(stored: unknown): AcceptedMessage {
  const message = stored as AcceptedMessage;
  const dated = { ...message, receivedAt: new Date(message.receivedAt) };
  if (dated.channel !== "slack-change" || dated.change.kind !== "edited") return dated;
  const inner = dated.change.message;
  return {
    ...dated,
    change: { ...dated.change, message: { ...inner, receivedAt: new Date(inner.receivedAt) } },
  };
}
