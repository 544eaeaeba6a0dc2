/** What the recorders of Slack's messages, forms and edits have in common. */
import type { IntakeOutcome } from "../core/inbound.ts";
import type { InboundSlackMessage, SlackAuthor, SlackFileRef } from "../core/inbound-slack.ts";
import type { SqlTransaction } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { putRequester } from "../db/requesters.ts";
import { type AnnouncedEvent, dateMessage, putSlackSource } from "../db/slack-sources.ts";
import type { RequesterMessage } from "./open-ticket.ts";
import type { RecordedOutcome } from "./record-inbound.ts";

export function slackAddress({ account, author }: { account: string; author: SlackAuthor }): string {
  return `${account}/${author.slackUserId}`;
}

/** The requester behind a Slack user, made on the first contact, and the name that they are known by. */
export function findSlackAuthor(
  tx: SqlTransaction,
  from: { account: string; author: SlackAuthor },
): Promise<{ id: string; name: string }> {
  return putRequester(tx, {
    channel: "slack",
    address: slackAddress(from),
    name: from.author.name,
    email: from.author.email?.toLowerCase() ?? null,
    userId: null,
  });
}

export function toSlackMessage(
  message: InboundSlackMessage,
  author: { id: string; name: string } | null,
): RequesterMessage {
  return {
    channel: "slack",
    authorUserId: null,
    authorRequesterId: author?.id ?? null,
    authorName: author?.name ?? message.author.name,
    subject: "",
    text: message.text,
    textTrimmed: message.text,
    html: null,
    email: null,
    slack: { channel: message.slackChannel, ts: message.ts },
    rawId: null,
  };
}

/**
 * Adds the event that tells of the message now, where nothing is missing; else hands it to the workflow that completes
 * it, which adds the event then. `author` is null where nobody needs to be asked who wrote it.
 */
export async function announceOrComplete(
  tx: SqlTransaction,
  message: Pick<
    InboundSlackMessage,
    "author" | "mrkdwn" | "text" | "hasUnnamed" | "files" | "requestedBy"
  > & {
    receivedAt: Date;
  },
  author: { name: string } | null,
  event: AnnouncedEvent | null,
  place: { ticketId: string; messageId: string; beganInThread: boolean; needsThread?: boolean },
): Promise<void> {
  const { ticketId, messageId, beganInThread } = place;
  await dateMessage(tx, messageId, message.receivedAt);
  const needsThread = place.needsThread ?? message.requestedBy !== null;
  const isWhole =
    author?.name !== "" &&
    !message.hasUnnamed &&
    message.files.length === 0 &&
    !beganInThread &&
    !needsThread;
  if (isWhole) {
    await addAnnouncement(tx, event, ticketId, messageId);
    return;
  }
  await putSlackSource(tx, {
    messageId,
    author: message.author.slackUserId,
    mrkdwn: message.mrkdwn,
    rendered: message.text,
    files: message.files satisfies SlackFileRef[],
    beganInThread,
    requestedBy: message.requestedBy,
    needsThread,
    announces: event,
  });
  await addOutboxEvent(tx, "slack/message-recorded", { messageId });
}

export async function addAnnouncement(
  tx: SqlTransaction,
  event: AnnouncedEvent | null,
  ticketId: string,
  messageId: string,
): Promise<void> {
  if (event === "ticket/created") await addOutboxEvent(tx, event, { ticketId });
  if (event === "ticket/replied") await addOutboxEvent(tx, event, { ticketId, messageId });
}

export function settled(
  outcome: IntakeOutcome,
  reason: string,
  ticket: { ticketId: string; number: number },
  messageId: string | null,
): RecordedOutcome {
  const { ticketId, number } = ticket;
  return {
    outcome,
    reason,
    ticketId,
    ticketNumber: number,
    messageId,
    rawId: null,
    emailMessageId: null,
  };
}

/** An outcome that belongs to no ticket. */
export function nowhere(outcome: IntakeOutcome, reason: string): RecordedOutcome {
  return {
    outcome,
    reason,
    ticketId: null,
    ticketNumber: null,
    messageId: null,
    rawId: null,
    emailMessageId: null,
  };
}
