/** How urgent is it? Cues in the requester's own words, each a quote; a negated cue does not count. */
import { PRIORITIES, type Priority } from "../../core/ticket.ts";
import { findSpeakingWords, predict } from "./model.ts";
import { HIGH_CUES, LOW_CUES, NEGATIONS, type PriorityCue } from "./priority-cues.ts";
import type { Model } from "./train.ts";

export interface PriorityGuess {
  priority: Priority;
  /** The words that decided, verbatim; without a model none for "medium". */
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

/** How much each finding of the cues says beside what the desk's own tickets say: shares of the three priorities. */
const CUES_SAY: Record<Priority, Record<Priority, number>> = {
  high: { low: 0.1, medium: 0.25, high: 0.65 },
  medium: { low: 0.3, medium: 0.4, high: 0.3 },
  low: { low: 0.6, medium: 0.3, high: 0.1 },
};
/** For a priority that the desk has never given. */
const UNSEEN = 0.02;

/**
 * What the desk's own tickets say, with the cues as their starting point. A model of few tickets is unsure, and lets the
 * cues decide; one of many overrules them. Null: the cues alone.
 */
export function decidePriority(message: { title: string; text: string }, model: Model | null): PriorityGuess {
  const cues = guessPriority(message);
  if (model === null) return cues;
  const learned = new Map(predict(model, message).map(({ label, probability }) => [label, probability]));
  const weigh = (priority: Priority) =>
    Math.max(learned.get(priority) ?? 0, UNSEEN) * CUES_SAY[cues.priority][priority];
  const priority = PRIORITIES.reduce((best, one) => (weigh(one) > weigh(best) ? one : best), cues.priority);
  const words = findSpeakingWords(model, message, priority).map(({ quote }) => quote);
  const quotes = priority === cues.priority ? [...cues.quotes, ...words] : words;
  return { priority, quotes: [...new Set(quotes)].slice(0, QUOTES_MAX) };
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
