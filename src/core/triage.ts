/** The port of triage: what a classifier is asked, and what it may answer. */
import type { Channel, Priority } from "./ticket.ts";

export interface TriageInput {
  ticketId: string;
  title: string;
  /** The requester's words, trimmed of quotes and signatures. */
  text: string;
  channel: Channel;
}

/** A person's correction, or a closed ticket, as an example to learn from. */
export interface TriageExample {
  /** Left out where it stands at the start of the text. */
  title?: string;
  text: string;
  category: string | null;
  priority: Priority | null;
  /** false: closed as it had been triaged, which says less than a person's correction. */
  corrected?: boolean;
}

/** The desk's own lists: a classifier may answer with nothing that is not in them. */
export interface Desk {
  categories: { name: string; description: string }[];
  skills: { name: string; aliases: string[] }[];
  examples: TriageExample[];
  /** What our own people answered to tickets like this one: a model may name the links in it. */
  answers?: string[];
}

export type EvidenceField = "category" | "priority" | "skills" | "helpfulNotes";

/** Words of the message that speak for a label or note. */
export interface Evidence {
  field: EvidenceField;
  /** Words copied from the title or text. */
  quote: string;
  /** The label that the words speak for, e.g. the skill. */
  value: string;
}

export type TriageSource = "gemini" | "local";

export interface Triage {
  summary: string;
  category: string;
  priority: Priority;
  /** Canonical names from the desk's list; may be empty. */
  skills: string[];
  helpfulNotes: string;
  /** Names of skills that the message asks for and the desk does not have: proposed to an admin, used for nothing. */
  unknownSkills?: string[];
  /** Never sent by itself: a person edits and sends it. */
  suggestedReply: string;
  /** ISO 639-1, or `und`. */
  language: string;
  /** 0 to 1. */
  confidence: number;
  /** Each quote stands in the message: checked, the rest is dropped. */
  evidence: Evidence[];
  /** Labels that no quote supports. */
  guesses: EvidenceField[];
  /** Words in the message that read like instructions to a machine. */
  suspicious: string[];
}

/** What a call used up; null where it is not known. */
export interface TriageUsage {
  tokensIn: number | null;
  /** Of the answer, without the thoughts. */
  tokensOut: number | null;
  tokensThinking?: number | null;
  /** In the currency of the configured prices. */
  cost?: number | null;
}

export interface TriageAttempt extends TriageUsage {
  source: TriageSource;
  model: string;
  promptVersion: string;
  latencyMs: number;
  triage: Triage;
}

/**
 * Rejects with a TriageFailure of code `unavailable` or `rate_limited` (retryAfterMs set where the model names it)
 * when the model is away or answers nonsense, `invalid` where its settings are wrong. The local classifier never
 * rejects.
 */
export interface Classifier {
  readonly source: TriageSource;
  readonly model: string;
  /** The longest that a call takes; absent where it takes no time worth naming. */
  readonly timeoutMs?: number;
  /** `timeoutMs`: answer within this time even where the settings allow for more. */
  classify(input: TriageInput, desk: Desk, options?: { timeoutMs?: number }): Promise<TriageAttempt>;
}

/** A probability in whole per cent, 1 to 99: no classifier is certain. */
export function toPercentSure(confidence: number): number {
  return Math.min(99, Math.max(1, Math.round(confidence * 100)));
}
