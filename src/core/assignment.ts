/** Who takes a ticket: skills first, then room, then whose turn it is. */
import { matchSkills } from "./skills.ts";

export interface AssignmentCandidate {
  userId: string;
  name: string;
  role: "moderator" | "admin";
  /** Normalised. */
  skills: string[];
  /** How many open tickets they can hold. */
  capacity: number;
  /** How many open tickets they hold. */
  load: number;
  away: boolean;
  /** Epoch milliseconds of their last assignment; null = never. */
  idleSinceMs: number | null;
}

export interface ConsideredCandidate {
  userId: string;
  name: string;
  /** 0 to 1. */
  coverage: number;
  load: number;
  capacity: number;
  /** Why they were chosen or not. */
  note: string;
}

export type AssignmentChoice =
  | {
      userId: string;
      name: string;
      /** One sentence for the card. */
      why: string;
      coverage: number;
      considered: ConsideredCandidate[];
    }
  | { userId: null; why: string; considered: ConsideredCandidate[] };

interface Scored {
  candidate: AssignmentCandidate;
  matched: string[];
  coverage: number;
}

/**
 * Chooses among moderators with at least one needed skill and room: most skills covered, then the lowest share of
 * their capacity in use, then the longest without a new ticket, then userId. Without one it is the least loaded
 * admin, over capacity too: a ticket that nobody looks at is worse. Nobody who is away or excluded gets it.
 */
export function chooseAssignee(
  neededSkills: string[],
  candidates: AssignmentCandidate[],
  excluded: string[] = [],
): AssignmentChoice {
  const needed = listNeeded(neededSkills);
  const scored = candidates.map((candidate) => ({
    candidate,
    ...matchSkills(needed, candidate.skills),
  }));
  const out = new Set(excluded);
  const fit = scored.filter(
    ({ candidate, coverage }) =>
      candidate.role === "moderator" && coverage > 0 && isPresent(candidate, out) && hasRoom(candidate),
  );
  const chosen = fit.sort(compareModerators)[0] ?? chooseAdmin(scored, out);
  const considered = scored.map((one) => describe(one, out, chosen, needed.length));
  if (chosen === undefined) return { userId: null, why: explainNobody(needed, scored, out), considered };
  const why =
    chosen.candidate.role === "moderator"
      ? explainModerator(chosen, needed.length, fit.length)
      : explainAdmin(chosen, needed, scored, out);
  return {
    userId: chosen.candidate.userId,
    name: chosen.candidate.name,
    why,
    coverage: chosen.coverage,
    considered,
  };
}

/** The needed skills, each once, without what is no name. */
function listNeeded(skills: string[]): string[] {
  return matchSkills(skills, skills).matched;
}

function isPresent(candidate: AssignmentCandidate, excluded: Set<string>): boolean {
  return !candidate.away && !excluded.has(candidate.userId);
}

function hasRoom(candidate: AssignmentCandidate): boolean {
  return candidate.load < candidate.capacity;
}

function compareModerators(a: Scored, b: Scored): number {
  return b.coverage - a.coverage || compareTurns(a, b);
}

function compareTurns(a: Scored, b: Scored): number {
  return (
    share(a.candidate) - share(b.candidate) ||
    lastTurn(a.candidate) - lastTurn(b.candidate) ||
    (a.candidate.userId < b.candidate.userId ? -1 : a.candidate.userId > b.candidate.userId ? 1 : 0)
  );
}

/** The share of capacity in use. Somebody with no capacity is fuller than anybody, and the more tickets the more so. */
function share({ load, capacity }: AssignmentCandidate): number {
  return capacity > 0 ? load / capacity : 1e9 + load;
}

function lastTurn({ idleSinceMs }: AssignmentCandidate): number {
  return idleSinceMs ?? -Number.MAX_SAFE_INTEGER;
}

function chooseAdmin(scored: Scored[], excluded: Set<string>): Scored | undefined {
  return scored
    .filter(({ candidate }) => candidate.role === "admin" && isPresent(candidate, excluded))
    .sort((a, b) => a.candidate.load - b.candidate.load || compareTurns(a, b))[0];
}

function explainModerator({ candidate, matched }: Scored, needed: number, fit: number): string {
  const skills = `${listWords(matched)} (${matched.length} of ${needed} needed ${plural(needed, "skill")})`;
  const room = `${candidate.load} of ${candidate.capacity} open ${plural(candidate.capacity, "ticket")}`;
  const others =
    fit === 1 ? "the only one with a needed skill and room" : `best placed of ${fit} with a needed skill`;
  return `${candidate.name} knows ${skills}, holds ${room}, and is ${others}.`;
}

function explainAdmin(
  { candidate }: Scored,
  needed: string[],
  scored: Scored[],
  excluded: Set<string>,
): string {
  return `${explainNoModerator(needed, scored, excluded)}, so it goes to ${candidate.name}, the admin with the fewest open tickets (${candidate.load}).`;
}

function explainNobody(needed: string[], scored: Scored[], excluded: Set<string>): string {
  return `${explainNoModerator(needed, scored, excluded)}, and no admin is available: it waits unassigned.`;
}

function explainNoModerator(needed: string[], scored: Scored[], excluded: Set<string>): string {
  if (needed.length === 0) return "No needed skill was found in it";
  const able = scored.filter((one) => one.candidate.role === "moderator" && one.coverage > 0);
  if (able.length === 0) return `No moderator knows ${listWords(needed)}`;
  const present = able.filter((one) => isPresent(one.candidate, excluded));
  const skills = listWords(needed);
  if (able.length === 1)
    return `The only one who knows ${skills} is ${present.length === 0 ? "not available" : "full"}`;
  if (present.length === 0) return `Nobody is here of the ${able.length} who know ${skills}`;
  return present.length === 1
    ? `The one present who knows ${skills} is full`
    : `All ${present.length} present who know ${skills} are full`;
}

function describe(
  one: Scored,
  excluded: Set<string>,
  chosen: Scored | undefined,
  needed: number,
): ConsideredCandidate {
  const { candidate, coverage } = one;
  const { userId, name, load, capacity } = candidate;
  return { userId, name, coverage, load, capacity, note: noteFor(one, excluded, chosen, needed) };
}

function noteFor(one: Scored, excluded: Set<string>, chosen: Scored | undefined, needed: number): string {
  const { candidate, coverage, matched } = one;
  if (one === chosen) return "chosen";
  if (excluded.has(candidate.userId)) return "excluded";
  if (candidate.away) return "away";
  if (candidate.role === "admin") return "admin, asked only when no moderator fits";
  if (coverage === 0) return "has no needed skill";
  if (!hasRoom(candidate)) return "full";
  if (chosen !== undefined && coverage < chosen.coverage)
    return `covers ${matched.length} of ${needed} needed skills`;
  if (chosen !== undefined && share(candidate) > share(chosen.candidate)) return "more loaded";
  return "had a ticket more recently";
}

function listWords(words: string[]): string {
  const shown = words.slice(0, 5);
  if (words.length > 5) shown.push(`${words.length - 5} more`);
  return shown.length < 2
    ? shown.join("")
    : `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}`;
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
