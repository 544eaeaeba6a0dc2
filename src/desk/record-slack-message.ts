/** From a Slack message to its one outcome: a new ticket, words in the requester's thread, or a note under the card. */
import type { Actor } from "../core/actor.ts";
import type { InboundSlackMessage } from "../core/inbound.ts";
import { decideStatus } from "../core/ticket.ts";
import { deriveTitle } from "../core/title.ts";
import type { SqlTransaction } from "../db/client.ts";
import { findMessageBySlackPosition, insertAttachments, insertMessage } from "../db/messages.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { findOrCreateRequester } from "../db/requesters.ts";
import { findStaffBySlackId } from "../db/staff.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { findSlackThread, setSlackThread } from "../db/ticket-threads.ts";
import { lockTicketStatus, setTicketStatus, touchTicket } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { sha256Hex } from "./digest.ts";
import { addRequesterReply, openTicket, type RequesterMessage } from "./open-ticket.ts";
import type { RecordedOutcome } from "./record-inbound.ts";

export async function recordSlackMessage(
  tx: SqlTransaction,
  settings: DeskSettings,
  message: InboundSlackMessage,
): Promise<RecordedOutcome> {
  const stored = await findMessageBySlackPosition(tx, message.slackChannel, message.ts);
  if (stored !== null) return echo(stored);
  const known =
    message.threadTs === null ? null : await findSlackThread(tx, message.slackChannel, message.threadTs);
  const staff = known === null ? null : await findStaffBySlackId(tx, message.author.slackUserId);
  if (known?.role === "card") return recordNote(tx, message, known.ticketId, staff?.userId ?? null);
  if (message.slackChannel === settings.slackTriageChannel) return amongModerators();
  if (known && staff) return recordStaffAnswer(tx, message, known.ticketId, staff);
  if (known && known.status !== "closed") return recordRequesterReply(tx, message, known.ticketId);
  return recordFirstContact(tx, message, known?.ticketId ?? null);
}

async function recordFirstContact(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  followUpOf: string | null,
): Promise<RecordedOutcome> {
  const requesterId = await findAuthor(tx, message);
  const actor: Actor = { kind: "requester", requesterId, via: "slack" };
  const opened = await openTicket(
    tx,
    {
      title: deriveTitle(message.text),
      description: message.text,
      channel: "slack",
      account: message.account,
      requesterId,
      followUpOf,
      noAutomaticAnswer: null,
    },
    toMessage(message, requesterId),
    message.attachments,
    actor,
  );
  await setSlackThread(tx, {
    channel: message.slackChannel,
    threadTs: message.threadTs ?? message.ts,
    role: "requester",
    ticketId: opened.ticketId,
  });
  const reason = followUpOf === null ? "A new message." : "It follows a closed ticket in the same thread.";
  return settled("ticket", reason, opened.ticketId, opened.number, opened.messageId);
}

async function recordRequesterReply(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  ticketId: string,
): Promise<RecordedOutcome> {
  const requesterId = await findAuthor(tx, message);
  const actor: Actor = { kind: "requester", requesterId, via: "slack" };
  const reply = toMessage(message, requesterId);
  const { messageId, number } = await addRequesterReply(tx, ticketId, reply, message.attachments, actor);
  return settled("reply", `Written in the thread of ticket #${number}.`, ticketId, number, messageId);
}

/** A moderator who writes in the requester's thread has answered: the requester has read it there. */
async function recordStaffAnswer(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  ticketId: string,
  staff: { userId: string; name: string; role: "moderator" | "admin" },
): Promise<RecordedOutcome> {
  const ticket = await lockTicketStatus(tx, ticketId);
  if (!ticket) throw new Error("The ticket of this thread does not exist.");
  const messageId = await insertMessage(tx, {
    ...toMessage(message, null),
    ticketId,
    kind: "reply",
    visibility: "public",
    direction: "outbound",
    authorUserId: staff.userId,
    authorName: staff.name,
  });
  if (messageId !== null) await insertAttachments(tx, messageId, message.attachments, sha256Hex);
  const actor: Actor = { kind: staff.role, userId: staff.userId, name: staff.name, via: "slack" };
  const status = decideStatus(ticket.status, "answered") ?? ticket.status;
  if (status !== ticket.status) await setTicketStatus(tx, ticketId, status);
  else await touchTicket(tx, ticketId);
  await addTicketEvent(tx, ticketId, "replied", actor, { messageId, was: ticket.status, became: status });
  await addOutboxEvent(tx, "ticket/changed", { ticketId });
  const reason = `${staff.name} answered in the thread of ticket #${ticket.number}.`;
  return settled("reply", reason, ticketId, ticket.number, messageId);
}

/** Text under the card is internal: it never leaves by itself. */
async function recordNote(
  tx: SqlTransaction,
  message: InboundSlackMessage,
  ticketId: string,
  staffId: string | null,
): Promise<RecordedOutcome> {
  const ticket = await lockTicketStatus(tx, ticketId);
  if (!ticket) throw new Error("The ticket of this card does not exist.");
  const messageId = await insertMessage(tx, {
    ...toMessage(message, null),
    ticketId,
    kind: "note",
    visibility: "internal",
    direction: "inbound",
    authorUserId: staffId,
  });
  if (messageId !== null) await insertAttachments(tx, messageId, message.attachments, sha256Hex);
  const actor: Actor =
    staffId === null
      ? { kind: "system", via: "slack" }
      : { kind: "moderator", userId: staffId, name: message.author.name, via: "slack" };
  await addTicketEvent(tx, ticketId, "note-added", actor, { messageId });
  const reason = `An internal note under the card of ticket #${ticket.number}.`;
  return settled("reply", reason, ticketId, ticket.number, messageId);
}

/** What we posted ourselves comes back as an event, and stands in the channel's history. */
function echo(stored: { messageId: string; ticketId: string; number: number }): RecordedOutcome {
  return {
    outcome: "own",
    reason: `It is what was posted on ticket #${stored.number}.`,
    ticketId: stored.ticketId,
    ticketNumber: stored.number,
    messageId: stored.messageId,
    rawId: null,
    emailMessageId: null,
  };
}

function amongModerators(): RecordedOutcome {
  return {
    outcome: "own",
    reason: "A conversation among moderators, not under a ticket's card.",
    ticketId: null,
    ticketNumber: null,
    messageId: null,
    rawId: null,
    emailMessageId: null,
  };
}

function findAuthor(tx: SqlTransaction, message: InboundSlackMessage): Promise<string> {
  return findOrCreateRequester(tx, {
    channel: "slack",
    address: `${message.account}/${message.author.slackUserId}`,
    name: message.author.name,
    email: message.author.email?.toLowerCase() ?? null,
    userId: null,
  });
}

function toMessage(message: InboundSlackMessage, requesterId: string | null): RequesterMessage {
  return {
    channel: "slack",
    authorUserId: null,
    authorRequesterId: requesterId,
    authorName: message.author.name,
    subject: "",
    text: message.text,
    textTrimmed: message.text,
    html: null,
    email: null,
    slack: { channel: message.slackChannel, ts: message.ts },
    rawId: null,
  };
}

function settled(
  outcome: "ticket" | "reply",
  reason: string,
  ticketId: string,
  ticketNumber: number,
  messageId: string | null,
): RecordedOutcome {
  return { outcome, reason, ticketId, ticketNumber, messageId, rawId: null, emailMessageId: null };
}
