/** Triage without a network: our own small model and rules. It never rejects, and it says what it only guesses. */
import { checkEvidence } from "../../core/evidence.ts";
import type { Classifier, Desk, Evidence, Triage, TriageExample, TriageInput } from "../../core/triage.ts";
import { findGuesses } from "../guesses.ts";
import { type HonestMessage, separateInstructions } from "../honest-text.ts";
import { type DeskModel, trainDeskModel } from "./desk-model.ts";
import { detectLanguage } from "./language.ts";
import { findSpeakingWords, type Prediction, predict } from "./model.ts";
import { writeNotes } from "./notes.ts";
import { decidePriority } from "./priority.ts";
import { findSkills } from "./skills.ts";
import { draftReply } from "./suggested-reply.ts";
import { summarise } from "./summary.ts";

export const LOCAL_MODEL = "local-1";
/** Stands where other classifiers name their prompt: the version of the start and the rules. */
const RULES_VERSION = "local-1";
/** A second category is worth considering for skills from this probability on. */
const PLAUSIBLE_FROM = 0.2;
const NOTE_LENGTH_MAX = 2000;
const HEAD_LENGTH_MAX = 30_000;
const TAIL_LENGTH_MAX = 2000;

export interface DeskModelInUse {
  model: DeskModel;
  /** The stored version; null: the built-in start, with what examples were handed over. */
  version: number | null;
}

export interface LocalClassifierOptions {
  /** Corrections and closed tickets to learn from, besides those that come with the desk. */
  examples?: TriageExample[];
  /** Where the desk's model comes from; it must know the desk's categories and no others. Default: trained here. */
  modelFor?: (desk: Desk) => DeskModelInUse | Promise<DeskModelInUse>;
}

/** Without `modelFor` it trains at the first ticket, and again when the desk's categories or examples have changed. */
export function createLocalClassifier(options: LocalClassifierOptions = {}): Classifier {
  const modelFor = options.modelFor ?? createTrainer(options.examples ?? []);
  return {
    source: "local",
    model: LOCAL_MODEL,
    async classify(input, desk) {
      const started = performance.now();
      const { model, version } = await modelFor(desk);
      const triage = triageLocally(input, desk, model);
      return {
        source: "local",
        model: `${LOCAL_MODEL}, ${version === null ? "built-in start" : `version ${version}`}`,
        promptVersion: RULES_VERSION,
        latencyMs: Math.round(performance.now() - started),
        tokensIn: null,
        tokensOut: null,
        triage,
      };
    },
  };
}

/** Trains here and now: for a measurement, a test or a demonstration, not for a service with other things to do. */
function createTrainer(examples: TriageExample[]): (desk: Desk) => DeskModelInUse {
  let trained: { on: string; model: DeskModel } | null = null;
  return (desk) => {
    const all = joinExamples(examples, desk.examples);
    const on = JSON.stringify([desk.categories, all]);
    if (trained?.on !== on) trained = { on, model: trainDeskModel(desk, all) };
    return { model: trained.model, version: null };
  };
}

function joinExamples(first: TriageExample[], second: TriageExample[]): TriageExample[] {
  const seen = new Set(first.map(({ text, category }) => `${category}\u001f${text}`));
  return [...first, ...second.filter(({ text, category }) => !seen.has(`${category}\u001f${text}`))];
}

/** The category is one of the desk's; "" only where the desk has none. */
function triageLocally(input: TriageInput, desk: Desk, model: DeskModel): Triage {
  const message = separateInstructions({ title: input.title, text: readEnds(input.text) });
  const predictions = predict(model.categories, message);
  const best = predictions[0] ?? { label: "", probability: 0 };
  const { quotes: urgentWords, priority } = decidePriority(message, model.priorities);
  const found = findSkills(message, plausible(predictions), desk);
  const notes = writeNotes(message, best.label);
  const evidence: Evidence[] = [
    ...categoryEvidence(model.categories, message, best),
    ...urgentWords.map((quote): Evidence => ({ field: "priority", quote, value: priority })),
    ...found.quotes.map(({ quote, skill }): Evidence => ({ field: "skills", quote, value: skill })),
    ...notes.facts.map(({ quote, label }): Evidence => ({ field: "helpfulNotes", quote, value: label })),
  ];
  const language = detectLanguage(`${message.title}\n${message.text}`);
  const labels = {
    category: best.label,
    priority,
    skills: found.skills,
    helpfulNotes: notes.helpfulNotes.slice(0, NOTE_LENGTH_MAX),
    evidence: checkEvidence(evidence, message).kept,
  };
  return {
    ...labels,
    summary: summarise(message),
    suggestedReply: draftReply(language),
    language,
    confidence: Math.round(best.probability * 1000) / 1000,
    guesses: findGuesses(labels),
    suspicious: message.suspicious,
  };
}

/** What is read of a long text; the middle of it counts for nothing. */
function readEnds(text: string): string {
  if (text.length <= HEAD_LENGTH_MAX + TAIL_LENGTH_MAX) return text;
  return `${text.slice(0, HEAD_LENGTH_MAX)}\n${text.slice(-TAIL_LENGTH_MAX)}`;
}

/** The likeliest category, and those that come close. */
function plausible(predictions: Prediction[]): string[] {
  return predictions
    .filter(({ probability }, place) => place === 0 || probability >= PLAUSIBLE_FROM)
    .map(({ label }) => label);
}

function categoryEvidence(
  model: DeskModel["categories"],
  message: HonestMessage,
  { label }: Prediction,
): Evidence[] {
  return findSpeakingWords(model, message, label).map(({ quote }) => ({
    field: "category",
    quote,
    value: label,
  }));
}
