/** Ends tickets that nobody writes to any more: one that waits for its requester with a warning first. */
import { writeCloseWarning, writeQuietResolution } from "../core/closing-notices.ts";
import { AppError } from "../core/errors.ts";
import { decideStatus, type TicketStatus } from "../core/ticket.ts";
import { inTransaction, type SqlPool, type SqlTransaction } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { markWarned, type QuietState, readQuietState } from "../db/quiet-tickets.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, setTicketStatus, type TicketRow } from "../db/tickets.ts";
import { announceRoom } from "./announce-room.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { queuePublicMessage } from "./queue-public-message.ts";

const SYSTEM = { kind: "system", via: "workflow" } as const;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface ClosingRule {
  waitingDays: number;
  warningDays: number;
  resolvedDays: number;
}

/** How many days of waiting bring the warning: never fewer than one, so that there is something to warn of. */
export function warnAfterDays({ waitingDays, warningDays }: ClosingRule): number {
  return Math.max(1, waitingDays - warningDays);
}

/** Warns the requester, once for each wait. False where there was nothing to warn of. */
export async function warnQuietTicket(
  sql: SqlPool,
  settings: DeskSettings,
  rule: ClosingRule,
  ticketId: string,
  now: Date,
): Promise<boolean> {
  return inQuietTicket(sql, ticketId, "waiting", warnAfterDays(rule), now, async (tx, ticket) => {
    if (!(await markWarned(tx, ticketId, now))) return false;
    await addTicketEvent(tx, ticketId, "close-warned", SYSTEM, { days: rule.warningDays });
    await tellRequester(tx, settings, ticket, writeCloseWarning({ ...ticket, days: rule.warningDays }).text);
    return true;
  });
}

/** Resolves a ticket that was warned long enough ago. False where its requester has written since, or was not warned. */
export async function resolveQuietTicket(
  sql: SqlPool,
  settings: DeskSettings,
  rule: ClosingRule,
  ticketId: string,
  now: Date,
): Promise<boolean> {
  return inQuietTicket(sql, ticketId, "waiting", rule.waitingDays, now, async (tx, ticket, { warnedAt }) => {
    if (warnedAt === null || now.getTime() - warnedAt.getTime() < rule.warningDays * DAY_MS) return false;
    await moveTicket(tx, ticket, "resolved");
    await tellRequester(tx, settings, ticket, writeQuietResolution(ticket).text);
    return true;
  });
}

/** Closes a ticket that was resolved long ago: what its requester writes then is a follow-up. */
export async function closeResolvedTicket(
  sql: SqlPool,
  rule: ClosingRule,
  ticketId: string,
  now: Date,
): Promise<boolean> {
  return inQuietTicket(sql, ticketId, "resolved", rule.resolvedDays, now, async (tx, ticket) => {
    await moveTicket(tx, ticket, "closed");
    return true;
  });
}

/** Under the ticket's lock, and only where it still has been in that status for so long. */
async function inQuietTicket(
  sql: SqlPool,
  ticketId: string,
  status: TicketStatus,
  days: number,
  now: Date,
  act: (tx: SqlTransaction, ticket: TicketRow, quiet: QuietState) => Promise<boolean>,
): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    await lockTicketStatus(tx, ticketId);
    const ticket = await readTicket(tx, ticketId);
    const quiet = await readQuietState(tx, ticketId);
    if (ticket === null || quiet === null || ticket.status !== status) return false;
    if (now.getTime() - quiet.statusSince.getTime() < days * DAY_MS) return false;
    return act(tx, ticket, quiet);
  });
}

async function moveTicket(tx: SqlTransaction, ticket: TicketRow, move: "resolved" | "closed"): Promise<void> {
  const became = decideStatus(ticket.status, move);
  if (became === null) throw new AppError("conflict", `Ticket #${ticket.number} is ${ticket.status}.`);
  await setTicketStatus(tx, ticket.id, became);
  await addTicketEvent(tx, ticket.id, move, SYSTEM, { was: ticket.status, quiet: true });
  await addOutboxEvent(tx, "ticket/changed", { ticketId: ticket.id });
  if (move === "resolved") await announceRoom(tx, ticket.assigneeId);
}

async function tellRequester(
  tx: SqlTransaction,
  settings: DeskSettings,
  ticket: TicketRow,
  text: string,
): Promise<void> {
  if (ticket.noAutomaticAnswer !== null || ticket.requesterMailState !== "ok") return;
  await queuePublicMessage(tx, settings, ticket, {
    kind: "notice",
    text,
    authorUserId: null,
    authorName: "Deskhand",
    undoSeconds: 0,
  });
}
