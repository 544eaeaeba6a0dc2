/** A moderator takes a ticket. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { decideStatus } from "../core/ticket.ts";
import { lockAssignment, markAssigned } from "../db/assignment-candidates.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, setTicketAssignee, setTicketStatus } from "../db/tickets.ts";
import { describeHandDecision } from "./hand-decision.ts";
import { handleOnce } from "./handle-once.ts";

export interface Claim {
  number: number;
  /** True where the ticket was the actor's, and in progress, before. */
  unchanged: boolean;
}

/**
 * The ticket becomes the actor's and is in progress. An open ticket can be claimed from whoever it was assigned to;
 * one that somebody works on cannot: of two who claim in the same instant, the second gets a conflict.
 * `key`: see handleOnce.
 */
export async function claimTicket(
  sql: Sql,
  actor: StaffActor,
  ticketId: string,
  key?: string,
): Promise<Claim> {
  return inTransaction(sql, async (tx) => {
    await handleOnce(tx, key);
    await lockAssignment(tx);
    const locked = await lockTicketStatus(tx, ticketId);
    const ticket = locked && (await readTicket(tx, ticketId));
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const { number, status } = ticket;
    const became = decideStatus(status, "claimed");
    if (became === null) {
      throw new AppError(
        "conflict",
        `Ticket #${number} is ${status}: it can be claimed once it is open again.`,
      );
    }
    const isTheirs = ticket.assigneeId === actor.userId;
    if (isTheirs && became === status) return { number, unchanged: true };
    if (!isTheirs && ticket.assigneeId !== null && status !== "open") {
      throw new AppError("conflict", `${ticket.assigneeName} is working on ticket #${number}.`);
    }
    if (!isTheirs) {
      const why = `${actor.name} claimed it.`;
      await setTicketAssignee(
        tx,
        ticketId,
        ticket.assigneeId,
        actor.userId,
        describeHandDecision("claimed", actor, why),
      );
      await markAssigned(tx, actor.userId);
    }
    if (became !== status) await setTicketStatus(tx, ticketId, became);
    await addTicketEvent(tx, ticketId, "claimed", actor, { from: ticket.assigneeId, was: status, became });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { number, unchanged: false };
  });
}
