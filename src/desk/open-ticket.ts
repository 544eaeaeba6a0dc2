/** A first contact becomes a ticket; later words join it. Used by every channel's recorder. */
import type { Actor } from "../core/actor.ts";
import type { InboundAttachment } from "../core/inbound.ts";
import { decideStatus, type TicketStatus } from "../core/ticket.ts";
import type { SqlTransaction } from "../db/client.ts";
import { addMessage, insertAttachments, type NewMessage } from "../db/messages.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import {
  insertTicket,
  lockTicketStatus,
  type NewTicket,
  setTicketStatus,
  touchTicket,
} from "../db/tickets.ts";

export type RequesterMessage = Omit<NewMessage, "ticketId" | "kind" | "visibility" | "direction">;

/** `announced: false`: the caller sees to it that the event leaves, once what is missing has been completed. */
export interface OpenOptions {
  announced?: boolean;
}

/** Writes the ticket, its first message with files, the audit entry and `ticket/created`. */
export async function openTicket(
  tx: SqlTransaction,
  ticket: NewTicket,
  message: RequesterMessage,
  attachments: readonly InboundAttachment[],
  actor: Actor,
  { announced = true }: OpenOptions = {},
): Promise<{ ticketId: string; number: number; messageId: string }> {
  const { id: ticketId, number } = await insertTicket(tx, ticket);
  const messageId = await storeRequesterMessage(tx, ticketId, message, attachments);
  await addTicketEvent(tx, ticketId, "created", actor, { followUpOf: ticket.followUpOf });
  if (announced) await addOutboxEvent(tx, "ticket/created", { ticketId });
  return { ticketId, number, messageId };
}

/** Adds the requester's words to a ticket, wakes it, and adds `ticket/replied`. */
export async function addRequesterReply(
  tx: SqlTransaction,
  ticketId: string,
  message: RequesterMessage,
  attachments: readonly InboundAttachment[],
  actor: Actor,
  { announced = true }: OpenOptions = {},
): Promise<{ messageId: string; number: number; status: TicketStatus }> {
  const ticket = await lockTicketStatus(tx, ticketId);
  if (!ticket) throw new Error("The ticket that the message belongs to does not exist.");
  const messageId = await storeRequesterMessage(tx, ticketId, message, attachments);
  // Whoever may write to a closed ticket reopens it: after a while a reply opens a follow-up instead.
  const status =
    decideStatus(ticket.status, "requester-replied") ??
    decideStatus(ticket.status, "reopened") ??
    ticket.status;
  if (status !== ticket.status) await setTicketStatus(tx, ticketId, status);
  else await touchTicket(tx, ticketId);
  await addTicketEvent(tx, ticketId, "replied", actor, { messageId, was: ticket.status, became: status });
  if (announced) await addOutboxEvent(tx, "ticket/replied", { ticketId, messageId });
  return { messageId, number: ticket.number, status };
}

async function storeRequesterMessage(
  tx: SqlTransaction,
  ticketId: string,
  message: RequesterMessage,
  attachments: readonly InboundAttachment[],
): Promise<string> {
  const stored = {
    ...message,
    ticketId,
    kind: "message",
    visibility: "public",
    direction: "inbound",
  } as const;
  const messageId = await addMessage(tx, stored);
  await insertAttachments(tx, messageId, attachments);
  return messageId;
}
