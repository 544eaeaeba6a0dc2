/** Gives an unassigned ticket to the right moderator, under a lock that every assignment shares. */
import { chooseAssignee } from "../core/assignment.ts";
import { listAssignmentCandidates, lockAssignment, markAssigned } from "../db/assignment-candidates.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { listDecliners } from "../db/declines.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { readTicket, setTicketAssignee } from "../db/tickets.ts";

export type AssignmentOutcome =
  | { state: "assigned"; userId: string; why: string }
  | { state: "already-assigned"; userId: string }
  | { state: "nobody"; why: string }
  | { state: "no-ticket" };

export async function assignTicket(sql: SqlPool, ticketId: string): Promise<AssignmentOutcome> {
  return inTransaction(sql, async (tx) => {
    await lockAssignment(tx);
    const ticket = await readTicket(tx, ticketId);
    if (!ticket) return { state: "no-ticket" };
    if (ticket.assigneeId !== null) return { state: "already-assigned", userId: ticket.assigneeId };
    const choice = chooseAssignee(
      ticket.relatedSkills,
      await listAssignmentCandidates(tx),
      await listDecliners(tx, ticketId),
    );
    if (choice.userId === null) return { state: "nobody", why: choice.why };
    if (!(await setTicketAssignee(tx, ticketId, null, choice.userId, choice))) {
      return { state: "nobody", why: "Somebody took the ticket in the meantime." };
    }
    await markAssigned(tx, choice.userId);
    const system = { kind: "system", via: "workflow" } as const;
    await addTicketEvent(tx, ticketId, "assigned", system, { to: choice.userId, why: choice.why });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    await addOutboxEvent(tx, "ticket/assigned", { ticketId, userId: choice.userId });
    return { state: "assigned", userId: choice.userId, why: choice.why };
  });
}
