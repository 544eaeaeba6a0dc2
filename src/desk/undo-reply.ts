/** A reply inside its undo window is taken back: nothing is sent, and the text is given back. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import type { UndoAnswer } from "../core/slack-actions.ts";
import { decideStatus, TICKET_STATUSES, type TicketStatus } from "../core/ticket.ts";
import { inTransaction, type Sql, type SqlTransaction } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { cancelQueuedDelivery, readDeliveryOutline, readStatusBeforeReply } from "../db/reply-context.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, setTicketStatus } from "../db/tickets.ts";

/** Of this and the sending, one wins: both change the delivery's state under the condition that nobody has before. */
export async function undoReply(sql: Sql, actor: StaffActor, deliveryId: string): Promise<UndoAnswer> {
  return inTransaction(sql, async (tx) => {
    const outline = await readDeliveryOutline(tx, deliveryId);
    const ticket = outline && (await lockTicketStatus(tx, outline.ticketId));
    if (!outline || !ticket) throw new AppError("not_found", "That reply does not exist.");
    const { ticketId } = outline;
    const cancelled = await cancelQueuedDelivery(tx, deliveryId);
    if (cancelled === null) {
      const now = await readDeliveryOutline(tx, deliveryId);
      return { state: "too-late", text: explainState(ticket.number, now?.state ?? "") };
    }
    await restoreStatus(tx, ticketId, deliveryId, ticket.status);
    await addTicketEvent(tx, ticketId, "reply-undone", actor, { deliveryId, messageId: cancelled.messageId });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { state: "undone", ticketId, number: ticket.number, text: cancelled.text };
  });
}

/** Back to what it was before the reply was queued, where nothing else has moved it since. */
async function restoreStatus(
  tx: SqlTransaction,
  ticketId: string,
  deliveryId: string,
  now: TicketStatus,
): Promise<void> {
  const before = await readStatusBeforeReply(tx, ticketId, deliveryId);
  const was = TICKET_STATUSES.find((status) => status === before);
  if (was === undefined || was === now || decideStatus(was, "answered") !== now) return;
  await setTicketStatus(tx, ticketId, was);
}

function explainState(number: number, state: string): string {
  if (state === "cancelled") return `The reply on ticket #${number} was taken back already.`;
  if (state === "sending") return `Too late: the reply on ticket #${number} is being sent.`;
  return `Too late: the reply on ticket #${number} has left.`;
}
