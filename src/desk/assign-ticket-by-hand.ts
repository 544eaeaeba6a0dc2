/** A moderator or admin gives a ticket to somebody. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { listNeededSkills, normaliseSkill } from "../core/skills.ts";
import type { AssignForm } from "../core/slack-actions.ts";
import { OPEN_STATUSES } from "../core/ticket.ts";
import { listAssignmentCandidates, lockAssignment, markAssigned } from "../db/assignment-candidates.ts";
import { readCanonicalSkills } from "../db/assignments.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { deleteDecline } from "../db/declines.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, setTicketAssignee } from "../db/tickets.ts";
import { describeHandDecision } from "./hand-decision.ts";
import { handleOnce } from "./handle-once.ts";

/** Everybody on the staff, the best placed first: present, then skills covered, then the share of capacity in use. */
export async function readAssignForm(sql: Sql, ticketId: string): Promise<AssignForm> {
  const ticket = await readTicket(sql, ticketId);
  if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
  const canonical = await readCanonicalSkills(sql, ticket.relatedSkills.map(normaliseSkill));
  const needed = listNeededSkills(ticket.relatedSkills, canonical);
  const scored = (await listAssignmentCandidates(sql)).map((candidate) => ({
    candidate,
    matched: needed.filter(({ normalised }) => candidate.skills.includes(normalised)).length,
    share: candidate.load / Math.max(1, candidate.capacity),
    isHere: !candidate.away && !candidate.offHours,
  }));
  scored.sort(
    (a, b) =>
      Number(b.isHere) - Number(a.isHere) ||
      b.matched - a.matched ||
      a.share - b.share ||
      a.candidate.name.localeCompare(b.candidate.name),
  );
  const people = scored.map(({ candidate, matched }) => {
    const { userId, name, load, capacity } = candidate;
    const absent = candidate.away ? " · away" : candidate.offHours ? " · off hours" : "";
    const has = userId === ticket.assigneeId ? " · has it" : absent;
    const skills = needed.length === 0 ? "" : `${matched}/${needed.length} skills · `;
    return { userId, name, fit: `${skills}${load}/${capacity} open${has}` };
  });
  return { number: ticket.number, title: ticket.title, people };
}

/** Over capacity and away too: a person knows what they do. `key`: see handleOnce. */
export async function assignTicketByHand(
  sql: Sql,
  actor: StaffActor,
  ticketId: string,
  userId: string,
  key?: string,
): Promise<{ number: number; name: string; unchanged: boolean }> {
  return inTransaction(sql, async (tx) => {
    await handleOnce(tx, key);
    await lockAssignment(tx);
    const locked = await lockTicketStatus(tx, ticketId);
    const ticket = locked && (await readTicket(tx, ticketId));
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const { number, assigneeId } = ticket;
    if (!OPEN_STATUSES.some((status) => status === ticket.status)) {
      throw new AppError(
        "conflict",
        `Ticket #${number} is ${ticket.status}: reopen it before you assign it.`,
      );
    }
    const target = (await listAssignmentCandidates(tx)).find((one) => one.userId === userId);
    if (!target) throw new AppError("not_found", "That person is no moderator or admin of the desk.");
    if (assigneeId === userId) return { number, name: target.name, unchanged: true };
    const why =
      userId === actor.userId ? `${actor.name} took it.` : `${actor.name} gave it to ${target.name}.`;
    await setTicketAssignee(tx, ticketId, assigneeId, userId, describeHandDecision("by-hand", target, why));
    await deleteDecline(tx, ticketId, userId);
    await markAssigned(tx, userId);
    await addTicketEvent(tx, ticketId, "assigned", actor, { from: assigneeId, to: userId, why });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    if (userId !== actor.userId) await addOutboxEvent(tx, "ticket/assigned", { ticketId, userId });
    return { number, name: target.name, unchanged: false };
  });
}
