/** Why a ticket came to somebody, and why it passed the others by: sentences for the card, the API and the audit trail. */
import { canTake, fairShare, hasRoom, isPresent, type Ranking, type Scored } from "./assignment-ranking.ts";

/** One sentence. */
export function explainChoice(ranking: Ranking): string {
  const { chosen } = ranking;
  if (chosen === undefined)
    return `${explainNoModerator(ranking)}, and no admin is available: it waits unassigned.`;
  return chosen.candidate.role === "moderator"
    ? explainModerator(chosen, ranking)
    : explainAdmin(chosen, ranking);
}

/** A few words on one of those who were considered. */
export function noteFor(one: Scored, { needed, excluded, chosen, fit }: Ranking): string {
  const { candidate, coverage, matched } = one;
  if (one === chosen) return "chosen";
  if (excluded.has(candidate.userId)) return "handed it back";
  if (candidate.away) return "away";
  if (candidate.offHours) return "outside working hours";
  if (candidate.role === "admin") {
    return chosen?.candidate.role === "admin"
      ? passedOverAdmin(one, chosen)
      : "admin, asked only when no moderator fits";
  }
  if (!canTake(one, needed.length)) {
    return needed.length === 0 ? "takes no tickets without a known skill" : "has no needed skill";
  }
  if (!hasRoom(candidate)) return "full";
  const winner = fit[0];
  if (winner === undefined) return "had a ticket more recently";
  if (coverage < winner.coverage) return `covers ${matched.length} of ${needed.length} needed skills`;
  return compareLoads(one, winner) ?? "had a ticket more recently";
}

function passedOverAdmin(one: Scored, chosen: Scored): string {
  if (one.coverage < chosen.coverage) return "admin with fewer needed skills";
  return one.candidate.load > chosen.candidate.load
    ? "admin with more open tickets"
    : "had a ticket more recently";
}

/** What tells the loads of two apart who cover the same; null where nothing does. */
function compareLoads(one: Scored, winner: Scored): string | null {
  if (fairShare(one.candidate) > fairShare(winner.candidate)) return "more loaded";
  const heavier =
    one.candidate.weight / one.candidate.capacity > winner.candidate.weight / winner.candidate.capacity;
  return heavier ? "their open tickets weigh more" : null;
}

function explainModerator(chosen: Scored, { needed, fit }: Ranking): string {
  const { candidate, matched } = chosen;
  const knows =
    needed.length === 0
      ? "takes tickets for which no skill is known"
      : `knows ${listWords(matched)} (${matched.length} of ${needed.length} needed ${plural(needed.length, "skill")})`;
  const room = `${candidate.load} of ${candidate.capacity} open ${plural(candidate.capacity, "ticket")}`;
  return `${candidate.name} ${knows}, holds ${room}, and is ${explainLead(chosen, needed, fit)}.`;
}

/** What put them before the next best placed. */
function explainLead(chosen: Scored, needed: string[], fit: readonly Scored[]): string {
  const of = needed.length === 0 ? "who do" : "with a needed skill";
  const next = fit[1];
  if (next === undefined)
    return needed.length === 0 ? "the only one with room" : "the only one with a needed skill and room";
  if (next.coverage < chosen.coverage) return `the best match of ${fit.length} ${of}`;
  switch (compareLoads(next, chosen)) {
    case "more loaded":
      return `the least loaded of ${fit.length} ${of}`;
    case null:
      return `the longest without a new ticket of ${fit.length} ${of}`;
    default:
      return `the one of ${fit.length} ${of} whose open tickets weigh least`;
  }
}

function explainAdmin({ candidate, matched }: Scored, ranking: Ranking): string {
  const tickets = `${candidate.load} open ${plural(candidate.load, "ticket")}`;
  const who =
    matched.length === 0
      ? `the admin with the fewest open tickets (${candidate.load})`
      : `an admin who knows ${listWords(matched)} and holds ${tickets}`;
  return `${explainNoModerator(ranking)}, so it goes to ${candidate.name}, ${who}.`;
}

function explainNoModerator({ needed, scored, excluded }: Ranking): string {
  const able = scored.filter((one) => one.candidate.role === "moderator" && canTake(one, needed.length));
  if (able.length === 0) {
    return needed.length === 0
      ? "No needed skill was found in it"
      : `No moderator knows ${listWords(needed)}`;
  }
  const present = able.filter((one) => isPresent(one.candidate, excluded));
  const what = needed.length === 0 ? "take tickets without a known skill" : `know ${listWords(needed)}`;
  const whats = needed.length === 0 ? "takes tickets without a known skill" : `knows ${listWords(needed)}`;
  if (able.length === 1)
    return `The only one who ${whats} is ${present.length === 0 ? "not available" : "full"}`;
  if (present.length === 0) return `Nobody is here of the ${able.length} who ${what}`;
  return present.length === 1
    ? `The one present who ${whats} is full`
    : `All ${present.length} present who ${what} are full`;
}

function listWords(words: readonly string[]): string {
  const shown = words.slice(0, 5);
  if (words.length > 5) shown.push(`${words.length - 5} more`);
  return shown.length < 2
    ? shown.join("")
    : `${shown.slice(0, -1).join(", ")} and ${shown[shown.length - 1]}`;
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
