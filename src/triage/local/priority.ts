/** How urgent is it? Cues in the requester's own words, each a quote; a negated cue does not count. */
import type { Priority } from "../../core/ticket.ts";
import { HIGH_CUES, LOW_CUES, NEGATIONS, type PriorityCue } from "./priority-cues.ts";

export interface PriorityGuess {
  priority: Priority;
  /** The words that decided, verbatim; none for "medium". */
  quotes: string[];
}

const READ_LENGTH_MAX = 5000;
const QUOTES_MAX = 3;
/** Points from which a ticket is high, and at which wishes and questions make it low. */
const HIGH_FROM = 2;
const LOW_FROM = 2;

/**
 * High for outages, many people affected, people who cannot work, security incidents and deadlines today; low for
 * questions and wishes. "Not urgent" counts for low. A cue for high beats any number of polite questions.
 */
export function guessPriority(message: { title: string; text: string }): PriorityGuess {
  const parts = [message.title.slice(0, READ_LENGTH_MAX), message.text.slice(0, READ_LENGTH_MAX)];
  const high = parts.flatMap((part) => findCues(part, HIGH_CUES));
  const low = parts.flatMap((part) => findCues(part, LOW_CUES));
  const highPoints = sumDistinct(high);
  const lowPoints = sumDistinct(low);
  const isCalm = low.some(({ cue }) => cue.points >= 3);
  if (highPoints >= HIGH_FROM && !isCalm) return { priority: "high", quotes: pickQuotes(high) };
  if (lowPoints >= LOW_FROM && highPoints < HIGH_FROM) return { priority: "low", quotes: pickQuotes(low) };
  return { priority: "medium", quotes: [] };
}

interface Found {
  cue: PriorityCue;
  quote: string;
}

function findCues(text: string, cues: PriorityCue[]): Found[] {
  const found: Found[] = [];
  const lower = lowerInPlace(text);
  for (const cue of cues) {
    for (const match of lower.matchAll(cue.pattern)) {
      if (cue.negatable !== false && isNegated(lower, match.index)) continue;
      found.push({ cue, quote: text.slice(match.index, match.index + match[0].length).trim() });
      break;
    }
  }
  return found;
}

/** Lower case with each character where it was; much faster than patterns that fold case. */
function lowerInPlace(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return text.replace(/\p{Lu}/gu, (letter) => {
    const small = letter.toLowerCase();
    return small.length === letter.length ? small : letter;
  });
}

/** "not urgent", "kein Notfall": a negation among the few words before, in the same clause. */
function isNegated(text: string, index: number): boolean {
  const before = text.slice(Math.max(0, index - 24), index);
  const clause = before.split(/[.,;:!?\n。、！？]/u).at(-1) ?? "";
  return NEGATIONS.test(clause);
}

function sumDistinct(found: Found[]): number {
  return [...new Set(found.map(({ cue }) => cue))].reduce((sum, { points }) => sum + points, 0);
}

function pickQuotes(found: Found[]): string[] {
  const strongest = [...found].sort((a, b) => b.cue.points - a.cue.points).map(({ quote }) => quote);
  return [...new Set(strongest)].slice(0, QUOTES_MAX);
}
