/** A moderator answers the requester. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { decideStatus } from "../core/ticket.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, setTicketAssignee, setTicketStatus } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { queuePublicMessage } from "./queue-public-message.ts";

const REPLY_LENGTH_MAX = 50_000;

export interface QueuedReply {
  number: number;
  /** Null where this submission had been queued before: nothing was written. */
  deliveryId: string | null;
  alreadyQueued: boolean;
  undoSeconds: number;
}

/**
 * Queues the reply; it leaves after the undo window. An unassigned ticket becomes the actor's.
 * `submissionKey` is the same for every delivery of one submitted form: it is queued once.
 */
export async function queueReply(
  sql: Sql,
  settings: DeskSettings,
  actor: StaffActor,
  ticketId: string,
  text: string,
  submissionKey?: string,
): Promise<QueuedReply> {
  const words = text.trim();
  if (words === "")
    throw new AppError("invalid", "The reply is empty: write what the requester should read.");
  if (words.length > REPLY_LENGTH_MAX) {
    throw new AppError("invalid", `The reply is longer than ${REPLY_LENGTH_MAX} characters: shorten it.`);
  }
  return inTransaction(sql, async (tx) => {
    const locked = await lockTicketStatus(tx, ticketId);
    const ticket = locked && (await readTicket(tx, ticketId));
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const became = decideStatus(ticket.status, "answered");
    if (became === null) throw new AppError("conflict", `Ticket #${ticket.number} is closed.`);
    const queued = await queuePublicMessage(tx, settings, ticket, {
      kind: "reply",
      text: words,
      authorUserId: actor.userId,
      authorName: actor.name,
      undoSeconds: settings.undoSeconds,
      ...(submissionKey === undefined ? {} : { submissionKey }),
    });
    const { undoSeconds } = settings;
    if (queued === null) return { number: ticket.number, deliveryId: null, alreadyQueued: true, undoSeconds };
    if (ticket.assigneeId === null) {
      const why = `${actor.name} answered first.`;
      await setTicketAssignee(tx, ticketId, null, actor.userId, { userId: actor.userId, why });
    }
    if (became !== ticket.status) await setTicketStatus(tx, ticketId, became);
    await addTicketEvent(tx, ticketId, "reply-queued", actor, { ...queued, was: ticket.status, became });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { number: ticket.number, deliveryId: queued.deliveryId, alreadyQueued: false, undoSeconds };
  });
}
