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
export function noteFor(one: Scored, ranking: Ranking): string {
  const { needed, guessed, excluded, chosen, fit } = ranking;
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
  if (!canTake(one, ranking)) {
    if (needed.length === 0) return "takes no tickets without a known skill";
    return guessed ? "has no guessed skill, and takes no general tickets" : "has no needed skill";
  }
  if (!hasRoom(candidate)) return "full";
  const winner = fit[0];
  if (winner === undefined) return "had a ticket more recently";
  if (coverage < winner.coverage)
    return `covers ${matched.length} of ${needed.length} ${guessed ? "guessed" : "needed"} skills`;
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

function explainModerator(chosen: Scored, ranking: Ranking): string {
  const { candidate } = chosen;
  const room = `${candidate.load} of ${candidate.capacity} open ${plural(candidate.capacity, "ticket")}`;
  return `${candidate.name} ${explainSkills(chosen, ranking)}, holds ${room}, and is ${explainLead(chosen, ranking)}.`;
}

function explainSkills({ matched }: Scored, { needed, guessed }: Ranking): string {
  if (needed.length === 0) return "takes tickets for which no skill is known";
  if (matched.length === 0)
    return `takes tickets for which no skill is certain (${listWords(needed)} is a guess)`;
  const of = `${needed.length} ${guessed ? "guessed" : "needed"} ${plural(needed.length, "skill")}`;
  return `knows ${listWords(matched)} (${matched.length} of ${of})`;
}

/** What put them before the next best placed. */
function explainLead(chosen: Scored, { needed, guessed, fit }: Ranking): string {
  const of = needed.length === 0 ? "who do" : guessed ? "who could take it" : "with a needed skill";
  const next = fit[1];
  if (next === undefined) {
    if (needed.length === 0) return "the only one who does and has room";
    return guessed
      ? "the only one who could take it and has room"
      : "the only one with a needed skill and room";
  }
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

function explainNoModerator(ranking: Ranking): string {
  const { needed, guessed, scored, excluded } = ranking;
  const able = scored.filter((one) => one.candidate.role === "moderator" && canTake(one, ranking));
  const skills = guessed ? `${listWords(needed)} (a guess)` : listWords(needed);
  if (able.length === 0) {
    if (needed.length === 0) return "No needed skill was found in it";
    return guessed ? `No moderator knows ${skills} or takes general tickets` : `No moderator knows ${skills}`;
  }
  const present = able.filter((one) => isPresent(one.candidate, excluded));
  const or = guessed
    ? ["take general tickets", "takes general tickets"].map((general) => ` or ${general}`)
    : ["", ""];
  const what = needed.length === 0 ? "take tickets without a known skill" : `know ${skills}${or[0]}`;
  const whats = needed.length === 0 ? "takes tickets without a known skill" : `knows ${skills}${or[1]}`;
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
