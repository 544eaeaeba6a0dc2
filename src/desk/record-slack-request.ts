/** Somebody put the ticket reaction on a message: a workflow finds out whether they may, and what it says. */
import type { InboundSlackRequest } from "../core/inbound-slack.ts";
import type { SqlTransaction } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import type { RecordedOutcome } from "./record-inbound.ts";
import { nowhere } from "./slack-recording.ts";

export async function recordSlackRequest(
  tx: SqlTransaction,
  request: InboundSlackRequest,
): Promise<RecordedOutcome> {
  const { slackChannel: channel, ts, slackUserId } = request;
  await addOutboxEvent(tx, "slack/ticket-requested", { channel, ts, slackUserId });
  return nowhere("request", "Somebody asked for a ticket from a message, by reaction.");
}
