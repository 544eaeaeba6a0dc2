/** Gives unassigned tickets to the right moderators, under a lock that every assignment shares. */
import { OPEN_STATUSES } from "../core/ticket.ts";
import { lockAssignment, markAllAssigned } from "../db/assignment-candidates.ts";
import { lockTicketsToAssign, saveDecisions, saveVainDecisions } from "../db/assignments.ts";
import { inTransaction, type Sql, type SqlTransaction } from "../db/client.ts";
import { addOutboxEvents } from "../db/outbox.ts";
import { addTicketEvents } from "../db/ticket-events.ts";
import { decideAssignees } from "./decide-assignees.ts";

export type AssignmentOutcome =
  | { state: "assigned"; userId: string; why: string }
  | { state: "already-assigned"; userId: string }
  | { state: "nobody"; why: string }
  | { state: "not-open" }
  | { state: "no-ticket" };

const SYSTEM = { kind: "system", via: "workflow" } as const;

/** One transaction with the same few statements for one ticket or hundreds; answers in the order asked. */
export async function assignTickets(
  sql: Sql,
  ticketIds: readonly string[],
  now: Date,
): Promise<AssignmentOutcome[]> {
  const outcomes = await inTransaction(sql, async (tx) => {
    await lockAssignment(tx);
    const known = new Map<string, AssignmentOutcome>();
    const tickets = await lockTicketsToAssign(tx, ticketIds);
    const undecided = tickets.filter(({ id, status, assigneeId }) => {
      if (assigneeId !== null) known.set(id, { state: "already-assigned", userId: assigneeId });
      else if (!OPEN_STATUSES.some((open) => open === status)) known.set(id, { state: "not-open" });
      return !known.has(id);
    });
    if (undecided.length > 0) await decide(tx, undecided, now, known);
    return known;
  });
  return ticketIds.map((id) => outcomes.get(id) ?? { state: "no-ticket" });
}

async function decide(
  tx: SqlTransaction,
  tickets: Parameters<typeof decideAssignees>[1],
  now: Date,
  outcomes: Map<string, AssignmentOutcome>,
): Promise<void> {
  const given: { ticketId: string; userId: string; why: string; decision: unknown }[] = [];
  const vain: { ticketId: string; why: string; decision: unknown }[] = [];
  for (const { ticketId, choice } of await decideAssignees(tx, tickets, now)) {
    const { userId, why } = choice;
    const decision = { how: "rule", ...choice, decidedAt: now.toISOString() };
    if (userId === null) vain.push({ ticketId, why, decision });
    else given.push({ ticketId, userId, why, decision });
    outcomes.set(ticketId, userId === null ? { state: "nobody", why } : { state: "assigned", userId, why });
  }
  await saveDecisions(
    tx,
    given.map(({ ticketId, userId, decision }) => ({ ticketId, assigneeId: userId, decision })),
  );
  const news = await saveVainDecisions(tx, vain);
  await tellOfAssignments(tx, given, news);
}

async function tellOfAssignments(
  tx: SqlTransaction,
  given: readonly { ticketId: string; userId: string; why: string }[],
  newlyVain: readonly string[],
): Promise<void> {
  if (given.length > 0) {
    await markAllAssigned(
      tx,
      given.map(({ userId }) => userId),
    );
    await addTicketEvents(
      tx,
      given.map(({ ticketId, userId, why }) => ({
        ticketId,
        type: "assigned",
        actor: SYSTEM,
        data: { to: userId, why },
      })),
    );
  }
  const changed = [...given.map(({ ticketId }) => ticketId), ...newlyVain];
  if (changed.length === 0) return;
  await addOutboxEvents(tx, [
    ...changed.map((ticketId) => ({ name: "ticket/changed" as const, data: { ticketId } })),
    ...given.map(({ ticketId, userId }) => ({
      name: "ticket/assigned" as const,
      data: { ticketId, userId },
    })),
  ]);
}
