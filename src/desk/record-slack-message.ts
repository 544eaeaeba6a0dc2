/** From a Slack message to its one outcome: a new ticket, words in the requester's thread, or a note under the card. */
import type { Actor } from "../core/actor.ts";
import type { InboundSlackMessage } from "../core/inbound-slack.ts";
import { decideStatus } from "../core/ticket.ts";
import { deriveTitle } from "../core/title.ts";
import type { SqlTransaction } from "../db/client.ts";
import { type EditableMessage, lockSlackMessage } from "../db/message-versions.ts";
import { insertMessage } from "../db/messages.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { headTicket, lockSlackThread } from "../db/slack-threads.ts";
import { findStaffBySlackId, type StaffRow } from "../db/staff.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { findSlackThread, setSlackThread } from "../db/ticket-threads.ts";
import { lockTicketStatus, readTicket, setTicketStatus, touchTicket } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { addRequesterReply, openTicket } from "./open-ticket.ts";
import type { RecordedOutcome } from "./record-inbound.ts";
import {
  announceOrComplete,
  findSlackAuthor,
  nowhere,
  settled,
  slackAddress,
  toSlackMessage,
} from "./slack-recording.ts";

type Thread = NonNullable<Awaited<ReturnType<typeof findSlackThread>>>;

/**
 * Nothing is asked of Slack here: what the message lacks (names, files, what stood in its thread before) is completed
 * by a workflow, and `ticket/created` waits for that.
 */
export async function recordSlackMessage(
  tx: SqlTransaction,
  settings: DeskSettings,
  message: InboundSlackMessage,
): Promise<RecordedOutcome> {
  const rootTs = message.threadTs ?? message.ts;
  await lockSlackThread(tx, message.slackChannel, rootTs);
  const stored = await lockSlackMessage(tx, message.slackChannel, message.ts);
  if (stored !== null) return standsAlready(stored);
  if (message.bot === "ignored")
    return nowhere("auto-reply", "Written by a machine: nobody waits for an answer.");
  const known = await findSlackThread(tx, message.slackChannel, rootTs);
  if (message.way === "request" && known !== null) {
    return settled("duplicate", `It stands in the thread of ticket #${known.number}.`, known, null);
  }
  if (message.way === "earlier") return recordEarlier(tx, message, known);
  const staff = known === null ? null : await findStaffBySlackId(tx, message.author.slackUserId);
  if (known?.role === "card") return recordNote(tx, message, known, staff);
  if (message.slackChannel === settings.slackTriageChannel && message.way === "message") {
    return nowhere("own", "A conversation among moderators, not under a ticket's card.");
  }
  if (known !== null && known.status !== "closed") {
    if (message.threadTs === null) return recordLateRoot(tx, message, known);
    if (staff !== null && slackAddress(message) !== known.requesterAddress) {
      return recordStaffAnswer(tx, message, known, staff);
    }
    return recordRequesterReply(tx, message, known);
  }
  return recordFirstContact(tx, message, known?.ticketId ?? null);
}

async function recordFirstContact(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  followUpOf: string | null,
): Promise<RecordedOutcome> {
  const author = await findSlackAuthor(tx, message);
  const actor: Actor = { kind: "requester", requesterId: author.id, via: "slack" };
  const ticket = {
    title: deriveTitle(message.text),
    description: message.text,
    channel: "slack",
    account: message.account,
    requesterId: author.id,
    followUpOf,
    noAutomaticAnswer: message.bot === null ? null : "It was written by a machine.",
  } as const;
  const opened = await openTicket(tx, ticket, toSlackMessage(message, author), [], actor, {
    announced: false,
  });
  const { ticketId, messageId } = opened;
  await setSlackThread(tx, {
    channel: message.slackChannel,
    threadTs: message.threadTs ?? message.ts,
    role: "requester",
    ticketId,
  });
  const place = { ticketId, messageId, beganInThread: message.threadTs !== null && followUpOf === null };
  await announceOrComplete(tx, message, author, "ticket/created", place);
  const reason =
    followUpOf !== null
      ? "It follows a closed ticket in the same thread."
      : message.way === "request"
        ? "Somebody asked for a ticket from this message."
        : "A new message.";
  return settled("ticket", reason, opened, messageId);
}

async function recordRequesterReply(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  thread: Thread,
): Promise<RecordedOutcome> {
  const author = await findSlackAuthor(tx, message);
  const actor: Actor = { kind: "requester", requesterId: author.id, via: "slack" };
  const { messageId, number } = await addRequesterReply(
    tx,
    thread.ticketId,
    toSlackMessage(message, author),
    [],
    actor,
    { announced: false },
  );
  const place = { ticketId: thread.ticketId, messageId, beganInThread: false };
  await announceOrComplete(tx, message, author, "ticket/replied", place);
  return settled("reply", `Written in the thread of ticket #${number}.`, thread, messageId);
}

/** A reply that overtook it has opened the ticket: now the ticket gets the words and the requester that it began with. */
async function recordLateRoot(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  thread: Thread,
): Promise<RecordedOutcome> {
  await lockTicketStatus(tx, thread.ticketId);
  const ticket = await readTicket(tx, thread.ticketId);
  if (!ticket) throw new Error("The ticket of this thread does not exist.");
  const author = await findSlackAuthor(tx, message);
  const messageId = await storeInbound(tx, message, author, thread.ticketId);
  await headTicket(tx, thread.ticketId, {
    title: deriveTitle(message.text),
    description: `${message.text}\n\n${ticket.description}`,
    requesterId: author.id,
  });
  const actor: Actor = { kind: "requester", requesterId: author.id, via: "slack" };
  await addTicketEvent(tx, thread.ticketId, "replied", actor, { messageId, beganThread: true });
  await addOutboxEvent(tx, "ticket/changed", { ticketId: thread.ticketId });
  const place = { ticketId: thread.ticketId, messageId, beganInThread: false };
  await announceOrComplete(tx, message, author, null, place);
  return settled("reply", `It began the thread of ticket #${thread.number}.`, thread, messageId);
}

/** What stood in the thread before the ticket: part of its story, and no news to anybody. */
async function recordEarlier(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  thread: Thread | null,
): Promise<RecordedOutcome> {
  if (thread?.role !== "requester") return nowhere("own", "It stands in no ticket's thread any more.");
  const author = await findSlackAuthor(tx, message);
  const messageId = await storeInbound(tx, message, author, thread.ticketId);
  const place = { ticketId: thread.ticketId, messageId, beganInThread: false };
  await announceOrComplete(tx, message, author, null, place);
  return settled("reply", `It stood in the thread before ticket #${thread.number}.`, thread, messageId);
}

async function storeInbound(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  author: { id: string; name: string },
  ticketId: string,
): Promise<string> {
  const stored = {
    ...toSlackMessage(message, author),
    ticketId,
    kind: "message",
    visibility: "public",
    direction: "inbound",
  } as const;
  const messageId = await insertMessage(tx, stored);
  if (messageId === null) throw new Error("The message is stored already.");
  return messageId;
}

/** A moderator who writes in the requester's thread has answered: the requester has read it there. */
async function recordStaffAnswer(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  thread: Thread,
  staff: StaffRow,
): Promise<RecordedOutcome> {
  const { ticketId } = thread;
  const ticket = await lockTicketStatus(tx, ticketId);
  if (!ticket) throw new Error("The ticket of this thread does not exist.");
  const messageId = await insertMessage(tx, {
    ...toSlackMessage(message, null),
    ticketId,
    kind: "reply",
    visibility: "public",
    direction: "outbound",
    authorUserId: staff.userId,
    authorName: staff.name,
  });
  const actor: Actor = { kind: staff.role, userId: staff.userId, name: staff.name, via: "slack" };
  const status = decideStatus(ticket.status, "answered") ?? ticket.status;
  if (status !== ticket.status) await setTicketStatus(tx, ticketId, status);
  else await touchTicket(tx, ticketId);
  await addTicketEvent(tx, ticketId, "replied", actor, { messageId, was: ticket.status, became: status });
  await addOutboxEvent(tx, "ticket/changed", { ticketId });
  await completeLater(tx, message, ticketId, messageId, staff.name);
  return settled(
    "reply",
    `${staff.name} answered in the thread of ticket #${ticket.number}.`,
    thread,
    messageId,
  );
}

/** Text under the card is internal: it never leaves by itself. */
async function recordNote(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  thread: Thread,
  staff: StaffRow | null,
): Promise<RecordedOutcome> {
  const { ticketId } = thread;
  const ticket = await lockTicketStatus(tx, ticketId);
  if (!ticket) throw new Error("The ticket of this card does not exist.");
  const messageId = await insertMessage(tx, {
    ...toSlackMessage(message, null),
    ticketId,
    kind: "note",
    visibility: "internal",
    direction: "inbound",
    authorUserId: staff?.userId ?? null,
    authorName: staff?.name ?? message.author.name,
  });
  const actor: Actor =
    staff === null
      ? { kind: "system", via: "slack" }
      : { kind: staff.role, userId: staff.userId, name: staff.name, via: "slack" };
  await addTicketEvent(tx, ticketId, "note-added", actor, { messageId });
  await completeLater(tx, message, ticketId, messageId, staff?.name ?? message.author.name);
  const reason = `An internal note under the card of ticket #${ticket.number}.`;
  return settled("reply", reason, thread, messageId);
}

async function completeLater(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  ticketId: string,
  messageId: string | null,
  authorName: string,
): Promise<void> {
  if (messageId === null) return;
  const place = { ticketId, messageId, beganInThread: false };
  await announceOrComplete(tx, message, { name: authorName }, null, place);
}

/** What we posted ourselves comes back as an event; what somebody wrote may come by a second door. */
function standsAlready(stored: EditableMessage): RecordedOutcome {
  const outcome = stored.direction === "outbound" ? "own" : "duplicate";
  return settled(outcome, `It stands on ticket #${stored.number} already.`, stored, stored.messageId);
}
