/** A resolved or closed ticket is open again. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { decideStatus } from "../core/ticket.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, setTicketStatus } from "../db/tickets.ts";
import { handleOnce } from "./handle-once.ts";

/** `key`: see handleOnce. */
export async function reopenTicket(
  sql: Sql,
  actor: StaffActor,
  ticketId: string,
  key?: string,
): Promise<{ number: number }> {
  return inTransaction(sql, async (tx) => {
    await handleOnce(tx, key);
    const ticket = await lockTicketStatus(tx, ticketId);
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const became = decideStatus(ticket.status, "reopened");
    if (became === null) throw new AppError("conflict", `Ticket #${ticket.number} is open already.`);
    await setTicketStatus(tx, ticketId, became);
    await addTicketEvent(tx, ticketId, "reopened", actor, { was: ticket.status, became });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { number: ticket.number };
  });
}
