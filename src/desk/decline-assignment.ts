/** "Not mine": the assignee hands a ticket back, it goes to the next best placed, and an admin may hear of a skill. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { listNeededSkills, normaliseSkill } from "../core/skills.ts";
import type { DeclineForm, DeclineReason } from "../core/slack-actions.ts";
import { OPEN_STATUSES } from "../core/ticket.ts";
import { lockAssignment, markAssigned } from "../db/assignment-candidates.ts";
import { readCanonicalSkills } from "../db/assignments.ts";
import { inTransaction, type Sql, type SqlTransaction } from "../db/client.ts";
import { insertDecline, insertSkillProposal, listDecliners, listUserSkills } from "../db/declines.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import {
  clearTicketAssignee,
  lockTicketStatus,
  readTicket,
  setTicketAssignee,
  setTicketStatus,
  type TicketRow,
} from "../db/tickets.ts";
import { decideAssignees } from "./decide-assignees.ts";
import { handleOnce } from "./handle-once.ts";

const NOTE_LENGTH_MAX = 3_000;

export interface Declined {
  number: number;
  /** Who has it now, or null: it waits. */
  next: string | null;
  /** Names of the skills that an admin is asked about. */
  proposed: string[];
}

/** Rejects with `conflict` where the ticket is not the actor's. */
export async function readDeclineForm(sql: Sql, actor: StaffActor, ticketId: string): Promise<DeclineForm> {
  const ticket = await readTicket(sql, ticketId);
  const { number, title } = requireAssignee(ticket, actor);
  const skills = ticket === null ? [] : await listDoubtfulSkills(sql, ticket, actor.userId);
  return { number, title, skills: skills.map(({ name }) => name) };
}

/** `key`: see handleOnce. */
export async function declineAssignment(
  sql: Sql,
  actor: StaffActor,
  ticketId: string,
  why: { reason: DeclineReason; note: string },
  key?: string,
): Promise<Declined> {
  if (why.note.length > NOTE_LENGTH_MAX) {
    throw new AppError("invalid", `The note is longer than ${NOTE_LENGTH_MAX} characters: shorten it.`);
  }
  return inTransaction(sql, async (tx) => {
    await handleOnce(tx, key);
    await lockAssignment(tx);
    const locked = await lockTicketStatus(tx, ticketId);
    const ticket = requireAssignee(locked && (await readTicket(tx, ticketId)), actor);
    await insertDecline(tx, { ticketId, userId: actor.userId, ...why });
    await addTicketEvent(tx, ticketId, "declined", actor, { reason: why.reason, note: why.note !== "" });
    const next = await reroute(tx, ticket, actor);
    // Whoever gets it has not begun.
    if (ticket.status === "in_progress") await setTicketStatus(tx, ticketId, "open");
    const proposed = why.reason === "skill" ? await proposeSkillChanges(tx, ticket, actor, why.note) : [];
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { number: ticket.number, next, proposed };
  });
}

function requireAssignee(ticket: TicketRow | null, actor: StaffActor): TicketRow {
  if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
  const { number, assigneeId, assigneeName, status } = ticket;
  if (!OPEN_STATUSES.some((one) => one === status)) {
    throw new AppError("conflict", `Ticket #${number} is ${status}: there is nothing to hand back.`);
  }
  if (assigneeId === actor.userId) return ticket;
  const whose = assigneeId === null ? "nobody's" : `${assigneeName}'s`;
  throw new AppError("conflict", `Ticket #${number} is ${whose}, not yours: assign it to somebody instead.`);
}

async function reroute(tx: SqlTransaction, ticket: TicketRow, actor: StaffActor): Promise<string | null> {
  const now = new Date();
  const decliners = await listDecliners(tx, ticket.id);
  const [decided] = await decideAssignees(tx, [{ ...ticket, decliners }], now);
  if (decided === undefined) throw new AppError("internal", "No decision was made on the ticket.");
  const { choice } = decided;
  const why = `${actor.name} said it is not theirs. ${choice.why}`;
  const system = { kind: "system", via: actor.via } as const;
  const decision = { how: "declined", ...choice, why, decidedAt: now.toISOString() };
  if (choice.userId === null) {
    await clearTicketAssignee(tx, ticket.id, decision);
    await addTicketEvent(tx, ticket.id, "unassigned", system, { from: actor.userId, why });
    return null;
  }
  await setTicketAssignee(tx, ticket.id, actor.userId, choice.userId, decision);
  await markAssigned(tx, choice.userId);
  await addTicketEvent(tx, ticket.id, "assigned", system, { from: actor.userId, to: choice.userId, why });
  await addOutboxEvent(tx, "ticket/assigned", { ticketId: ticket.id, userId: choice.userId });
  return choice.name;
}

/** Skills that the ticket needs and the person is said to have: the reason that it came to them. */
async function listDoubtfulSkills(
  sql: Sql,
  ticket: TicketRow,
  userId: string,
): Promise<{ skillId: string; name: string }[]> {
  const skills = await listUserSkills(sql, userId);
  const canonical = await readCanonicalSkills(sql, ticket.relatedSkills.map(normaliseSkill));
  const needed = new Set(listNeededSkills(ticket.relatedSkills, canonical).map((one) => one.normalised));
  return skills.filter(({ normalised }) => needed.has(normalised));
}

async function proposeSkillChanges(
  tx: SqlTransaction,
  ticket: TicketRow,
  actor: StaffActor,
  note: string,
): Promise<string[]> {
  const proposed: string[] = [];
  for (const { skillId, name } of await listDoubtfulSkills(tx, ticket, actor.userId)) {
    const proposal = { userId: actor.userId, skillId, ticketId: ticket.id, note };
    const proposalId = await insertSkillProposal(tx, proposal);
    if (proposalId === null) continue;
    await addTicketEvent(tx, ticket.id, "skill-change-proposed", actor, { proposalId, skill: name });
    await addOutboxEvent(tx, "skill/proposed", { proposalId });
    proposed.push(name);
  }
  return proposed;
}
