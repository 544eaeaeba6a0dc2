/** Decides on many tickets, one after the other, as of one look at the staff. */
import { type AssignmentChoice, chooseAssignee } from "../core/assignment.ts";
import { PRIORITY_WEIGHTS } from "../core/assignment-ranking.ts";
import { listNeededSkills, normaliseSkill } from "../core/skills.ts";
import type { Priority } from "../core/ticket.ts";
import { listAssignmentCandidates } from "../db/assignment-candidates.ts";
import { listTicketsWithGuessedSkills, readCanonicalSkills } from "../db/assignments.ts";
import type { SqlTransaction } from "../db/client.ts";

export interface UndecidedTicket {
  id: string;
  priority: Priority;
  relatedSkills: readonly string[];
  /** Ids of those who are not asked. */
  decliners: readonly string[];
}

/** In the order given; each counts in the load of whoever got it. The caller holds the lock of assignment. */
export async function decideAssignees(
  tx: SqlTransaction,
  tickets: readonly UndecidedTicket[],
  now: Date,
): Promise<{ ticketId: string; choice: AssignmentChoice }[]> {
  const candidates = await listAssignmentCandidates(tx, now);
  const byId = new Map(candidates.map((candidate) => [candidate.userId, candidate]));
  const names = tickets.flatMap(({ relatedSkills }) => relatedSkills.map(normaliseSkill));
  const canonical = await readCanonicalSkills(tx, names);
  const guessed = await listTicketsWithGuessedSkills(
    tx,
    tickets.map(({ id }) => id),
  );
  let turn = Math.max(now.getTime(), ...candidates.map(({ idleSinceMs }) => idleSinceMs ?? 0));
  return tickets.map(({ id, priority, relatedSkills, decliners }) => {
    const skills = listNeededSkills(relatedSkills, canonical);
    const choice = chooseAssignee(
      { skills, skillsGuessed: guessed.has(id), priority },
      candidates,
      decliners,
    );
    const taker = choice.userId === null ? undefined : byId.get(choice.userId);
    if (taker !== undefined) {
      taker.load += 1;
      taker.weight += PRIORITY_WEIGHTS[priority];
      taker.idleSinceMs = ++turn;
    }
    return { ticketId: id, choice };
  });
}
