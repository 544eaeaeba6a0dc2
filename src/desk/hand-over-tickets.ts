/** Gives the open tickets of people who have left, or are gone for long, to others by the same rule. */
import type { AssignmentChoice } from "../core/assignment.ts";
import { lockAssignment, markAllAssigned } from "../db/assignment-candidates.ts";
import {
  type Leaver,
  listLeavers,
  listStranded,
  lockTicketsToAssign,
  saveDecisions,
  type TicketToAssign,
} from "../db/assignments.ts";
import { inTransaction, type Sql, type SqlTransaction } from "../db/client.ts";
import { addOutboxEvents } from "../db/outbox.ts";
import { addTicketEvents, type NewTicketEvent } from "../db/ticket-events.ts";
import { setTicketStatus } from "../db/tickets.ts";
import { decideAssignees } from "./decide-assignees.ts";

const SYSTEM = { kind: "system", via: "workflow" } as const;
const HOUR_MS = 3_600_000;
const TICKETS_MAX = 200;

export interface HandedOver {
  /** Tickets that somebody else has now. */
  moved: number;
  /** Tickets that nobody has now, since their holder is not on the staff any more. */
  unassigned: number;
  /** Tickets that stay with somebody who is away, since there is nobody else. */
  kept: number;
}

interface Move {
  ticket: TicketToAssign;
  from: string;
  why: string;
  choice: AssignmentChoice;
}

/**
 * As of what is true now, and so safe to repeat: whoever has come back meanwhile keeps what they have.
 * @param awayHandoverHours being away for so long is leaving; 0: never
 */
export async function handOverTickets(sql: Sql, awayHandoverHours: number, now: Date): Promise<HandedOver> {
  const awayBefore = awayHandoverHours === 0 ? null : new Date(now.getTime() - awayHandoverHours * HOUR_MS);
  if ((await listStranded(sql, awayBefore, 1)).length === 0) return { moved: 0, unassigned: 0, kept: 0 };
  return inTransaction(sql, async (tx) => {
    await lockAssignment(tx);
    const stranded = await listStranded(tx, awayBefore, TICKETS_MAX);
    const tickets = await lockTicketsToAssign(
      tx,
      stranded.map(({ id }) => id),
    );
    const holders = tickets.flatMap(({ assigneeId }) => (assigneeId === null ? [] : [assigneeId]));
    const leavers = new Map(
      (await listLeavers(tx, holders, awayBefore)).map((leaver) => [leaver.userId, leaver]),
    );
    return moveTickets(tx, tickets, leavers, now);
  });
}

async function moveTickets(
  tx: SqlTransaction,
  tickets: readonly TicketToAssign[],
  leavers: ReadonlyMap<string, Leaver>,
  now: Date,
): Promise<HandedOver> {
  const left = tickets.filter(({ assigneeId }) => assigneeId !== null && leavers.has(assigneeId));
  const byId = new Map(left.map((ticket) => [ticket.id, ticket]));
  const moves: Move[] = [];
  let kept = 0;
  for (const { ticketId, choice } of await decideAssignees(tx, left, now)) {
    const ticket = byId.get(ticketId);
    const leaver = leavers.get(ticket?.assigneeId ?? "");
    if (ticket === undefined || leaver === undefined) continue;
    // Who is away still knows of it: better with them than with nobody.
    if (choice.userId === null && leaver.reason === "away") kept++;
    else moves.push({ ticket, from: leaver.userId, why: `${explain(leaver)} ${choice.why}`, choice });
  }
  await writeMoves(tx, moves, now);
  const moved = moves.filter(({ choice }) => choice.userId !== null).length;
  return { moved, unassigned: moves.length - moved, kept };
}

function explain({ name, reason }: Leaver): string {
  switch (reason) {
    case "deactivated":
      return `The account of ${name} was deactivated.`;
    case "no-staff":
      return `${name} is no moderator any more.`;
    case "away":
      return `${name} is away and hands their tickets over.`;
    default:
      return reason satisfies never;
  }
}

async function writeMoves(tx: SqlTransaction, moves: readonly Move[], now: Date): Promise<void> {
  if (moves.length === 0) return;
  const decidedAt = now.toISOString();
  await saveDecisions(
    tx,
    moves.map(({ ticket, choice, why }) => ({
      ticketId: ticket.id,
      assigneeId: choice.userId,
      decision: { how: "handed-over", ...choice, why, decidedAt },
    })),
  );
  // Whoever gets it has not begun.
  for (const { ticket } of moves) {
    if (ticket.status === "in_progress") await setTicketStatus(tx, ticket.id, "open");
  }
  const takers = moves.flatMap(({ choice }) => (choice.userId === null ? [] : [choice.userId]));
  await markAllAssigned(tx, takers);
  await addTicketEvents(tx, moves.map(toTicketEvent));
  await addOutboxEvents(tx, [
    ...moves.map(({ ticket }) => ({ name: "ticket/changed" as const, data: { ticketId: ticket.id } })),
    ...moves.flatMap(({ ticket, choice }) =>
      choice.userId === null
        ? []
        : [{ name: "ticket/assigned" as const, data: { ticketId: ticket.id, userId: choice.userId } }],
    ),
  ]);
}

function toTicketEvent({ ticket, from, why, choice }: Move): NewTicketEvent {
  const { userId } = choice;
  return userId === null
    ? { ticketId: ticket.id, type: "unassigned", actor: SYSTEM, data: { from, why } }
    : { ticketId: ticket.id, type: "assigned", actor: SYSTEM, data: { from, to: userId, why } };
}
