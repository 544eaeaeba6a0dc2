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
  text: string;
  category: string | null;
  priority: Priority | null;
}

/** The desk's own lists: a classifier may answer with nothing that is not in them. */
export interface Desk {
  categories: { name: string; description: string }[];
  skills: { name: string; aliases: string[] }[];
  examples: TriageExample[];
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

export interface TriageAttempt {
  source: TriageSource;
  model: string;
  promptVersion: string;
  latencyMs: number;
  tokensIn: number | null;
  tokensOut: number | null;
  triage: Triage;
}

/**
 * Rejects with an AppError of code `unavailable` or `rate_limited` (retryAfterMs set where the model names it)
 * when the model is away or answers nonsense. The local classifier never rejects.
 */
export interface Classifier {
  readonly source: TriageSource;
  readonly model: string;
  classify(input: TriageInput, desk: Desk): Promise<TriageAttempt>;
}
