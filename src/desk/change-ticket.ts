/** Several changes of a ticket by one person, all of them or none. */
import type { StaffActor } from "../core/actor.ts";
import type { Priority, TicketStatus } from "../core/ticket.ts";
import { lockAssignment } from "../db/assignment-candidates.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { assignTicketByHand } from "./assign-ticket-by-hand.ts";
import { changeStatus } from "./change-status.ts";
import { changeCategory, changePriority, changeSkills } from "./correct-labels.ts";
import type { DeskSettings } from "./desk-settings.ts";

export interface TicketChanges {
  category?: string | undefined;
  priority?: Priority | undefined;
  skills?: readonly string[] | undefined;
  /** A user's id. */
  assignedTo?: string | undefined;
  status?: TicketStatus | undefined;
}

/** Labels first, then who has it, then its status. Answers which of them were changes. */
export async function changeTicket(
  sql: Sql,
  settings: DeskSettings,
  actor: StaffActor,
  ticketId: string,
  changes: TicketChanges,
): Promise<{ changed: (keyof TicketChanges)[] }> {
  const { category, priority, skills, assignedTo, status } = changes;
  return inTransaction(sql, async (tx) => {
    // Before the ticket's own lock, as everywhere.
    if (assignedTo !== undefined || skills !== undefined) await lockAssignment(tx);
    const changed: (keyof TicketChanges)[] = [];
    const note = (field: keyof TicketChanges, { unchanged }: { unchanged: boolean }) => {
      if (!unchanged) changed.push(field);
    };
    if (category !== undefined) note("category", await changeCategory(tx, actor, ticketId, category));
    if (priority !== undefined) note("priority", await changePriority(tx, actor, ticketId, priority));
    // Given to somebody in the same breath, it is not first given to another by its skills.
    if (assignedTo !== undefined)
      note("assignedTo", await assignTicketByHand(tx, actor, ticketId, assignedTo));
    if (skills !== undefined) note("skills", await changeSkills(tx, actor, ticketId, skills));
    if (status !== undefined) note("status", await changeStatus(tx, settings, actor, ticketId, status));
    return { changed };
  });
}
