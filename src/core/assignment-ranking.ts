/** Candidates for a ticket, and the order in which they come. */
import type { NeededSkill } from "./skills.ts";
import type { Priority } from "./ticket.ts";

/** What an open ticket weighs in somebody's load. */
export const PRIORITY_WEIGHTS: Readonly<Record<Priority, number>> = { low: 0.5, medium: 1, high: 2 };

export interface AssignmentCandidate {
  userId: string;
  name: string;
  role: "moderator" | "admin";
  /** Normalised. */
  skills: readonly string[];
  /** How many open tickets they can hold. */
  capacity: number;
  /** How many open tickets they hold. */
  load: number;
  /** The same tickets by PRIORITY_WEIGHTS. */
  weight: number;
  away: boolean;
  /** It is outside their working hours. */
  offHours: boolean;
  /** Takes tickets for which no needed skill is known. */
  takesGeneral: boolean;
  /** Epoch milliseconds of their last assignment; null = never. */
  idleSinceMs: number | null;
}

/** A candidate beside the ticket. */
export interface Scored {
  candidate: AssignmentCandidate;
  /** Names of the needed skills that they have. */
  matched: string[];
  /** 0 to 1. */
  coverage: number;
}

export interface TicketToRank {
  /** As `listNeededSkills` gives them. */
  skills: readonly NeededSkill[];
  /** No words of the ticket speak for its skills, such as where its category alone suggested them. */
  skillsGuessed?: boolean;
  priority: Priority;
}

export interface Ranking {
  /** Names, each skill once. */
  needed: string[];
  /** No words of the ticket speak for them: they are a preference, not a requirement. */
  guessed: boolean;
  /** Ids of those who handed the ticket back. */
  excluded: ReadonlySet<string>;
  scored: Scored[];
  /** Moderators who could take it, the best placed first. */
  fit: Scored[];
  chosen: Scored | undefined;
}

export function rankCandidates(
  { skills: needed, skillsGuessed = false, priority }: TicketToRank,
  candidates: readonly AssignmentCandidate[],
  excluded: ReadonlySet<string>,
): Ranking {
  const guessed = skillsGuessed && needed.length > 0;
  const scored = candidates.map((candidate) => score(candidate, needed));
  const able = scored.filter(
    (one) =>
      one.candidate.role === "moderator" &&
      isPresent(one.candidate, excluded) &&
      hasRoom(one.candidate) &&
      canTake(one, { needed, guessed }),
  );
  const fit = rankByTurn(able, PRIORITY_WEIGHTS[priority]);
  const chosen = fit[0] ?? rankAdmins(scored, excluded)[0];
  return { needed: needed.map(({ name }) => name), guessed, excluded, scored, fit, chosen };
}

function score(candidate: AssignmentCandidate, needed: readonly NeededSkill[]): Scored {
  const matched = needed.filter(({ normalised }) => candidate.skills.includes(normalised));
  return {
    candidate,
    matched: matched.map(({ name }) => name),
    coverage: needed.length === 0 ? 0 : matched.length / needed.length,
  };
}

/** By needed skills, or, where none is known for certain, by their word that they take such tickets. */
export function canTake(
  { candidate, coverage }: Scored,
  { needed, guessed }: { needed: readonly unknown[]; guessed: boolean },
): boolean {
  return coverage > 0 || ((guessed || needed.length === 0) && candidate.takesGeneral);
}

export function isPresent(candidate: AssignmentCandidate, excluded: ReadonlySet<string>): boolean {
  return !candidate.away && !candidate.offHours && !excluded.has(candidate.userId);
}

export function hasRoom(candidate: AssignmentCandidate): boolean {
  return candidate.load < candidate.capacity;
}

/** The best covered whose turn it is come first, then the best covered who are ahead, then the others. */
function rankByTurn(able: readonly Scored[], weight: number): Scored[] {
  const best = Math.max(0, ...able.map(({ coverage }) => coverage));
  const equals = able.filter(({ coverage }) => coverage === best);
  const limit = Math.min(...equals.map(({ candidate }) => fairShare(candidate)));
  const isAhead = ({ candidate }: Scored) => candidate.load / candidate.capacity > limit;
  return able.toSorted(
    (a, b) =>
      b.coverage - a.coverage ||
      Number(isAhead(a)) - Number(isAhead(b)) ||
      shareByWeight(a.candidate, weight) - shareByWeight(b.candidate, weight) ||
      fairShare(a.candidate) - fairShare(b.candidate) ||
      compareIdle(a, b),
  );
}

/**
 * The share of capacity in use, the next ticket counted half. Given out by this, tickets come to proportions that favour
 * neither large nor small capacities (the divisors 1/2, 3/2, 5/2… of Sainte-Laguë).
 */
export function fairShare({ load, capacity }: AssignmentCandidate): number {
  return (load + 0.5) / capacity;
}

function shareByWeight(candidate: AssignmentCandidate, weight: number): number {
  return (candidate.weight + weight / 2) / candidate.capacity;
}

function compareIdle(a: Scored, b: Scored): number {
  return (
    lastTurn(a.candidate) - lastTurn(b.candidate) ||
    (a.candidate.userId < b.candidate.userId ? -1 : a.candidate.userId > b.candidate.userId ? 1 : 0)
  );
}

function lastTurn({ idleSinceMs }: AssignmentCandidate): number {
  return idleSinceMs ?? -Number.MAX_SAFE_INTEGER;
}

function rankAdmins(scored: readonly Scored[], excluded: ReadonlySet<string>): Scored[] {
  return scored
    .filter(({ candidate }) => candidate.role === "admin" && isPresent(candidate, excluded))
    .sort(
      (a, b) =>
        b.coverage - a.coverage ||
        a.candidate.load - b.candidate.load ||
        a.candidate.weight - b.candidate.weight ||
        compareIdle(a, b),
    );
}

/** The chosen one, then those who could have taken it, then the others by what they cover. */
export function listInOrder({ scored, fit, chosen }: Ranking): Scored[] {
  const first = new Set(chosen === undefined ? fit : [chosen, ...fit]);
  const rest = scored.filter((one) => !first.has(one)).sort((a, b) => b.coverage - a.coverage);
  return [...first, ...rest];
}
