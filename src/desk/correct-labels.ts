/** A person corrects what triage said. It is kept with who, when and what, and triage never writes over it. */
import type { StaffActor } from "../core/actor.ts";
import { describeUnknownCategory, findByCategoryName } from "../core/category-name.ts";
import { AppError } from "../core/errors.ts";
import { listNeededSkills } from "../core/skills.ts";
import type { Priority } from "../core/ticket.ts";
import { lockAssignment } from "../db/assignment-candidates.ts";
import { listActiveCategories } from "../db/categories.ts";
import { inTransaction, type Sql, type SqlTransaction } from "../db/client.ts";
import { setCategoryByPerson, setPriorityByPerson, setSkillsByPerson } from "../db/corrections.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { lockSkillByName } from "../db/skill-admin.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, type TicketRow } from "../db/tickets.ts";
import { assignTickets } from "./assign-tickets.ts";
import { handleOnce } from "./handle-once.ts";

export interface Correction {
  number: number;
  /** True where it was so before: nothing was written. */
  unchanged: boolean;
}

/** `key`: see handleOnce. */
export async function changePriority(
  sql: Sql,
  actor: StaffActor,
  ticketId: string,
  priority: Priority,
  key?: string,
): Promise<Correction> {
  return inTransaction(sql, async (tx) => {
    const ticket = await lockForCorrection(tx, ticketId, key);
    const { number, priority: was } = ticket;
    if (was === priority) return { number, unchanged: true };
    await setPriorityByPerson(tx, ticketId, actor.userId, { was, became: priority, via: actor.via });
    await addTicketEvent(tx, ticketId, "priority-changed", actor, { was, became: priority });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { number, unchanged: false };
  });
}

/** In whatever case and spacing it is written. Rejects with `invalid` where the desk has no such category. */
export async function changeCategory(
  sql: Sql,
  actor: StaffActor,
  ticketId: string,
  category: string,
  key?: string,
): Promise<Correction> {
  return inTransaction(sql, async (tx) => {
    const ticket = await lockForCorrection(tx, ticketId, key);
    const { number, category: was } = ticket;
    const became = await findCategory(tx, category);
    if (was === became) return { number, unchanged: true };
    if (!(await setCategoryByPerson(tx, ticketId, actor.userId, { was, became, via: actor.via }))) {
      throw new AppError("conflict", `The category ${became} has just been renamed or retired: look again.`);
    }
    await addTicketEvent(tx, ticketId, "category-changed", actor, { was, became });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { number, unchanged: false };
  });
}

/** Its name as the desk spells it. */
async function findCategory(sql: Sql, wanted: string): Promise<string> {
  const categories = await listActiveCategories(sql);
  const found = findByCategoryName(categories, wanted);
  if (found !== undefined) return found.name;
  const names = categories.map(({ name }) => name);
  throw new AppError("invalid", describeUnknownCategory(wanted, names));
}

/**
 * These are the skills that the ticket needs, and no others: names or aliases of the desk's, in any spelling. A ticket
 * that nobody has is assigned by them at once. Rejects with `invalid` where the desk has not one of them.
 */
export async function changeSkills(
  sql: Sql,
  actor: StaffActor,
  ticketId: string,
  names: readonly string[],
  key?: string,
): Promise<Correction> {
  return inTransaction(sql, async (tx) => {
    // Before the ticket's own lock, as everywhere.
    await lockAssignment(tx);
    const { number, relatedSkills: was, assigneeId } = await lockForCorrection(tx, ticketId, key);
    const skills = await findActiveSkills(tx, names);
    const became = skills.map(({ name }) => name);
    if (was.length === became.length && was.every((name, index) => name === became[index])) {
      return { number, unchanged: true };
    }
    await setSkillsByPerson(tx, ticketId, actor.userId, { was, became, via: actor.via });
    await addTicketEvent(tx, ticketId, "skills-changed", actor, { was, became });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    if (assigneeId === null) await assignTickets(tx, [ticketId], new Date());
    return { number, unchanged: false };
  });
}

async function findActiveSkills(tx: SqlTransaction, names: readonly string[]): Promise<{ name: string }[]> {
  const found: { name: string }[] = [];
  for (const { name, normalised } of listNeededSkills(names)) {
    const skill = await lockSkillByName(tx, normalised);
    if (skill === null || skill.status !== "active") {
      throw new AppError("invalid", `The desk has no skill ${name}: an admin can add it.`);
    }
    if (!found.some((one) => one.name === skill.name)) found.push({ name: skill.name });
  }
  return found;
}

async function lockForCorrection(
  tx: SqlTransaction,
  ticketId: string,
  key: string | undefined,
): Promise<TicketRow> {
  await handleOnce(tx, key);
  const locked = await lockTicketStatus(tx, ticketId);
  const ticket = locked && (await readTicket(tx, ticketId));
  if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
  if (ticket.status === "closed") throw new AppError("conflict", `Ticket #${ticket.number} is closed.`);
  return ticket;
}
