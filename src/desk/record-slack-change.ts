/** Edits and deletions in Slack follow into the ticket; what stood there is kept as a version of the message. */
import type { Actor } from "../core/actor.ts";
import type { InboundSlackChange } from "../core/inbound-slack.ts";
import { deriveTitle } from "../core/title.ts";
import type { SqlTransaction } from "../db/client.ts";
import { claimLedgerRow, settleLedgerRow } from "../db/ledger.ts";
import {
  addMessageVersion,
  type EditableMessage,
  lockSlackMessage,
  markMessageDeleted,
  replaceMessageText,
} from "../db/message-versions.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { lockSlackThread, reviseTicketWords } from "../db/slack-threads.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import type { DeskSettings } from "./desk-settings.ts";
import type { RecordedOutcome } from "./record-inbound.ts";
import { recordSlackMessage } from "./record-slack-message.ts";
import { announceOrComplete, nowhere, settled } from "./slack-recording.ts";

type Edit = Extract<InboundSlackChange["change"], { kind: "edited" }>;

export async function recordSlackChange(
  tx: SqlTransaction,
  settings: DeskSettings,
  change: InboundSlackChange,
): Promise<RecordedOutcome> {
  const original = await claimOriginal(tx, change);
  await lockSlackThread(tx, change.slackChannel, change.threadTs ?? change.ts);
  const stored = await lockSlackMessage(tx, change.slackChannel, change.ts);
  const outcome = await recordByKind(tx, settings, change, stored);
  // The message itself has not come, or stands there by another door: what comes later is a repetition.
  if (original !== null) await settleLedgerRow(tx, original, outcome);
  return { ...outcome, outcome: "edit" };
}

function recordByKind(
  tx: SqlTransaction,
  settings: DeskSettings,
  { change }: InboundSlackChange,
  stored: EditableMessage | null,
): Promise<RecordedOutcome> | RecordedOutcome {
  if (change.kind === "edited") {
    // It overtook the message, or the message came while nobody listened: then this is the message.
    return stored === null
      ? recordSlackMessage(tx, settings, change.message)
      : recordEdit(tx, change, stored);
  }
  return stored === null
    ? nowhere("edit", "It was deleted before it was recorded.")
    : recordDeletion(tx, stored);
}

/**
 * The ledger row of the message itself: held, so that the message cannot be recorded at the same time, and settled here
 * where the message has not come. Null where it has.
 */
function claimOriginal(tx: SqlTransaction, change: InboundSlackChange): Promise<string | null> {
  const externalId = `${change.slackChannel}:${change.ts}`;
  return claimLedgerRow(tx, { channel: "slack", account: change.account, externalId });
}

async function recordEdit(tx: SqlTransaction, edit: Edit, stored: EditableMessage): Promise<RecordedOutcome> {
  const { messageId, ticketId } = stored;
  const { message } = edit;
  const editedAt = new Date(Number(edit.editedTs) * 1000);
  if (stored.text === message.text) {
    return settled("edit", `An edit on ticket #${stored.number} that changed no words.`, stored, messageId);
  }
  if (stored.editedAt !== null && stored.editedAt > editedAt) {
    await addMessageVersion(tx, messageId, message.text, editedAt);
    return settled(
      "edit",
      `An edit on ticket #${stored.number} that a later one overtook.`,
      stored,
      messageId,
    );
  }
  await replaceMessageText(tx, stored, message.text, editedAt);
  await reviseTicketWords(
    tx,
    ticketId,
    { title: deriveTitle(stored.text), description: stored.text },
    { title: deriveTitle(message.text), description: message.text },
  );
  await addTicketEvent(tx, ticketId, "message-edited", actorOf(stored), { messageId });
  await addOutboxEvent(tx, "ticket/changed", { ticketId });
  const place = { ticketId, messageId, beganInThread: false, needsThread: false };
  const words = { ...message, receivedAt: new Date(Number(message.ts) * 1000) };
  await announceOrComplete(tx, words, null, null, place);
  return settled("edit", `A message of ticket #${stored.number} was edited.`, stored, messageId);
}

/** The words stay for staff: a ticket must not lose its story because somebody tidied up a channel. */
async function recordDeletion(tx: SqlTransaction, stored: EditableMessage): Promise<RecordedOutcome> {
  const { messageId, ticketId } = stored;
  if (await markMessageDeleted(tx, messageId)) {
    await addTicketEvent(tx, ticketId, "message-deleted", actorOf(stored), { messageId });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
  }
  return settled("edit", `A message of ticket #${stored.number} was deleted in Slack.`, stored, messageId);
}

/** Only the author can edit; who deletes (the author, or an owner of the workspace) Slack does not say. */
function actorOf(stored: EditableMessage): Actor {
  return stored.authorRequesterId === null
    ? { kind: "system", via: "slack" }
    : { kind: "requester", requesterId: stored.authorRequesterId, via: "slack" };
}
