/** Keeps a ticket's deadlines true to what happened to it, and tells of each once when its time comes. */
import { DEADLINE_KINDS, type DeadlineKind, decideDeadline, type ServiceLevels } from "../core/sla.ts";
import { inTransaction, type SqlPool, type SqlTransaction } from "../db/client.ts";
import { listDeadlines, markDeadline, putDeadline, readTicketTimeline } from "../db/deadlines.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { outdateHomesOfTicket } from "../db/slack-homes.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus } from "../db/tickets.ts";

export interface ToldDeadline {
  kind: DeadlineKind;
  /** Reminded before it, or told that it was missed. */
  as: "reminded" | "missed";
}

const SYSTEM = { kind: "system", via: "workflow" } as const;

/**
 * Decides the ticket's deadlines anew, and marks those whose time has come by `now`: reminded once, missed once, and
 * never after an answer, since that is looked at in the same transaction. Each mark leaves an event for the notices.
 */
export async function keepDeadlines(
  sql: SqlPool,
  levels: ServiceLevels,
  ticketId: string,
  now: Date,
): Promise<ToldDeadline[]> {
  return inTransaction(sql, async (tx) => {
    if ((await lockTicketStatus(tx, ticketId)) === null) return [];
    const timeline = await readTicketTimeline(tx, ticketId);
    if (timeline === null) return [];
    for (const kind of DEADLINE_KINDS) {
      await putDeadline(tx, ticketId, kind, decideDeadline(kind, timeline, levels));
    }
    const told = await tellDue(tx, ticketId, now);
    await outdateHomesOfTicket(tx, ticketId);
    return told;
  });
}

async function tellDue(tx: SqlTransaction, ticketId: string, now: Date): Promise<ToldDeadline[]> {
  const told: ToldDeadline[] = [];
  for (const { kind, state, dueAt, remindAt } of await listDeadlines(tx, ticketId)) {
    if (state !== "running" || dueAt === null || remindAt === null || now < remindAt) continue;
    // Whoever hears that it was missed needs no reminder of it.
    const as = now >= dueAt ? "missed" : "reminded";
    if (!(await markDeadline(tx, ticketId, kind, as, now))) continue;
    await addTicketEvent(tx, ticketId, `deadline-${as}`, SYSTEM, {
      deadline: kind,
      dueAt: dueAt.toISOString(),
    });
    await addOutboxEvent(tx, `deadline/${as}`, { ticketId, kind });
    told.push({ kind, as });
  }
  return told;
}
