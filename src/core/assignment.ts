/** Who takes a ticket: skills first, then room, then whose turn it is. `docs/assignment.md` has a worked example. */
import {
  type AssignmentCandidate,
  listInOrder,
  rankCandidates,
  type TicketToRank,
} from "./assignment-ranking.ts";
import { explainChoice, noteFor } from "./assignment-reasons.ts";
import type { Priority } from "./ticket.ts";

export interface ConsideredCandidate {
  userId: string;
  name: string;
  role: "moderator" | "admin";
  /** Needed skills that they have. */
  matched: string[];
  /** 0 to 1. */
  coverage: number;
  /** Open tickets at that moment, and the same by PRIORITY_WEIGHTS. */
  load: number;
  weight: number;
  capacity: number;
  /** Why they were chosen or not. */
  note: string;
}

/** A decision as it is kept with the ticket. */
interface Decision {
  /** One sentence for the card. */
  why: string;
  /** Each needed skill once. */
  needed: string[];
  /** No words of the ticket spoke for them. */
  guessed: boolean;
  priority: Priority;
  /** The chosen one first, then whoever came nearest. */
  considered: ConsideredCandidate[];
  /** How many more were considered and are not listed. */
  omitted: number;
}

export type AssignmentChoice = Decision &
  ({ userId: string; name: string; coverage: number } | { userId: null });

const CONSIDERED_MAX = 50;

/**
 * Chooses among moderators who are there, have room and at least one needed skill: first by skills covered; then by
 * load against capacity, so that nobody is ahead of another by more than a ticket, and among those whose turn it is,
 * whose open tickets weigh least; then the longest without a new ticket; then userId. A ticket without a needed skill
 * goes the same way to those who take general ones, and never to everybody; where its skills are a guess, those who have
 * them come first, and those who take general ones behind. Without a moderator it is an admin, the one
 * with most needed skills and then fewest tickets, over capacity too: a ticket that nobody looks at is worse.
 * @param excluded ids of those who handed it back
 */
export function chooseAssignee(
  ticket: TicketToRank,
  candidates: readonly AssignmentCandidate[],
  excluded: readonly string[] = [],
): AssignmentChoice {
  const ranking = rankCandidates(ticket, candidates, new Set(excluded));
  const { chosen, needed } = ranking;
  const listed = listInOrder(ranking);
  const considered = listed.slice(0, CONSIDERED_MAX).map((one) => {
    const { userId, name, role, load, weight, capacity } = one.candidate;
    const { matched, coverage } = one;
    return { userId, name, role, matched, coverage, load, weight, capacity, note: noteFor(one, ranking) };
  });
  const decision: Decision = {
    why: explainChoice(ranking),
    needed,
    guessed: ranking.guessed,
    priority: ticket.priority,
    considered,
    omitted: listed.length - considered.length,
  };
  if (chosen === undefined) return { userId: null, ...decision };
  const { userId, name } = chosen.candidate;
  return { userId, name, coverage: chosen.coverage, ...decision };
}
