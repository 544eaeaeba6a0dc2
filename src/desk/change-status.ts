/** A moderator or admin sets the status of a ticket by hand. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { canSetByHand, decideStatus, type TicketStatus } from "../core/ticket.ts";
import { inTransaction, type Sql, type SqlTransaction } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, setTicketStatus } from "../db/tickets.ts";
import { announceRoom } from "./announce-room.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { reopenTicket } from "./reopen-ticket.ts";
import { resolveTicket } from "./resolve-ticket.ts";

/**
 * `resolved` tells the requester; `closed` tells nobody, and what the requester writes then is a follow-up; an open
 * status of a resolved or closed ticket opens it again. Rejects with `conflict` where the status does not allow it.
 */
export async function changeStatus(
  sql: Sql,
  settings: DeskSettings,
  actor: StaffActor,
  ticketId: string,
  wanted: TicketStatus,
): Promise<{ number: number; unchanged: boolean }> {
  return inTransaction(sql, async (tx) => {
    const ticket = await lockTicketStatus(tx, ticketId);
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const { number, status: was } = ticket;
    if (was === wanted) return { number, unchanged: true };
    if (canSetByHand(was, wanted)) await setByHand(tx, actor, ticketId, { was, became: wanted });
    else if (wanted === "resolved") await resolveTicket(tx, settings, actor, ticketId, "");
    else if (wanted === "closed") await close(tx, actor, ticketId, ticket);
    else if (wanted === "open") await reopenTicket(tx, actor, ticketId);
    else throw new AppError("conflict", `Ticket #${number} is ${was}: open it again first.`);
    return { number, unchanged: false };
  });
}

async function setByHand(
  tx: SqlTransaction,
  actor: StaffActor,
  ticketId: string,
  change: { was: TicketStatus; became: TicketStatus },
): Promise<void> {
  await setTicketStatus(tx, ticketId, change.became);
  await addTicketEvent(tx, ticketId, "status-changed", actor, change);
  await addOutboxEvent(tx, "ticket/changed", { ticketId });
}

async function close(
  tx: SqlTransaction,
  actor: StaffActor,
  ticketId: string,
  { status: was, assigneeId }: { status: TicketStatus; assigneeId: string | null },
): Promise<void> {
  const became = decideStatus(was, "closed");
  if (became === null) throw new AppError("conflict", "That ticket is closed already.");
  await setTicketStatus(tx, ticketId, became);
  await addTicketEvent(tx, ticketId, "closed", actor, { was });
  await addOutboxEvent(tx, "ticket/changed", { ticketId });
  await announceRoom(tx, assigneeId);
}
