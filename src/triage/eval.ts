/** How good is triage? Measured on labelled tickets, by accuracy and macro-F1. */
import { AppError } from "../core/errors.ts";
import { PRIORITIES, type Priority } from "../core/ticket.ts";
import type { Classifier, Desk } from "../core/triage.ts";
import { createLocalClassifier } from "./local/local-classifier.ts";
import { predict } from "./local/model.ts";
import { SEED_CATEGORIES } from "./local/seed/seed.ts";
import { trainInSteps } from "./local/train.ts";

export interface EvalRow {
  text: string;
  subject: string;
  label: string;
}

export interface EvalInput {
  rows: EvalRow[];
  /** The only rows to learn from; null: the built-in start. */
  train: EvalRow[] | null;
  /** What the label is. With `priority` and no `train`, the cues decide; else the labels are taken for categories. */
  field: string;
  /** Measured instead of the local classifier; with `train`, those rows are its examples. */
  gemini?: Classifier | null;
  /** Hears what is being done and the share of it that is done, 0 to 1. */
  onProgress?: (what: "training" | "testing", done: number) => void;
}

export interface ClassReport {
  precision: number;
  recall: number;
  f1: number;
  /** Rows with this label. */
  support: number;
}

export interface EvalReport {
  n: number;
  accuracy: number;
  /** The mean F1 of the labels that occur in the rows, each counted the same. */
  macroF1: number;
  perClass: Record<string, ClassReport>;
  msPerTicket: number;
  /** Labels of the rows that no training row has, so that none of their tickets can be right; [] without `train`. */
  unlearnedLabels: string[];
}

/**
 * Rejects with `invalid` where there is nothing to test or to learn from or no label in common, and with whatever a remote model says when
 * its key or name is wrong. A ticket for which a remote model is away or answers nonsense counts as wrong.
 */
export async function evaluateTriage(input: EvalInput): Promise<EvalReport> {
  const { rows, train, onProgress } = input;
  if (rows.length === 0) throw new AppError("invalid", "There are no tickets to test on.");
  if (train !== null && train.length === 0)
    throw new AppError("invalid", "There are no tickets to learn from.");
  const unlearnedLabels = train === null ? [] : findUnlearned(rows, train);
  const answer = prepare(input);
  // The built-in start trains at its first ticket, which is no ticket's time.
  if (train === null && !input.gemini) await answer({ text: "", subject: "", label: "" });
  const predicted: (string | null)[] = [];
  let elapsedMs = 0;
  for (const row of rows) {
    const started = performance.now();
    predicted.push(await answer(row));
    elapsedMs += performance.now() - started;
    onProgress?.("testing", predicted.length / rows.length);
  }
  const gold = rows.map(({ label }) => label);
  return { ...report(gold, predicted, elapsedMs / rows.length), unlearnedLabels };
}

const LABELS_NAMED_MAX = 5;

function findUnlearned(rows: EvalRow[], train: EvalRow[]): string[] {
  const known = new Set(train.map(({ label }) => label));
  const wanted = [...new Set(rows.map(({ label }) => label))];
  const unlearned = wanted.filter((label) => !known.has(label)).sort();
  if (unlearned.length < wanted.length) return unlearned;
  const name = (labels: string[]) => labels.slice(0, LABELS_NAMED_MAX).join(", ");
  throw new AppError(
    "invalid",
    `No label of the tickets to test on (${name(unlearned)}) occurs among those to learn from (${name([...known])}). ` +
      "Take both files from the same desk, and check --field.",
  );
}

type Answer = (row: EvalRow) => string | null | Promise<string | null>;

function prepare({ rows, train, field, gemini = null, onProgress }: EvalInput): Answer {
  if (gemini !== null) return askClassifier(gemini, rows, train, field);
  if (train === null) return askClassifier(createLocalClassifier(), rows, null, field);
  const steps = trainInSteps(train.map(({ subject, text, label }) => ({ title: subject, text, label })));
  for (;;) {
    const step = steps.next();
    if (!step.done) {
      onProgress?.("training", step.value);
      continue;
    }
    const model = step.value;
    return ({ subject, text }) => predict(model, { title: subject, text })[0]?.label ?? null;
  }
}

function askClassifier(
  classifier: Classifier,
  rows: EvalRow[],
  train: EvalRow[] | null,
  field: string,
): Answer {
  const desk = buildDesk(rows, train, field);
  const nameOf = namePriorities([...rows, ...(train ?? [])].map(({ label }) => label));
  return async ({ subject, text }) => {
    try {
      const input = { ticketId: "eval", title: subject, text, channel: "email" as const };
      const { triage } = await classifier.classify(input, desk);
      return field === "priority" ? nameOf(triage.priority) : triage.category;
    } catch (error) {
      const isAway =
        error instanceof AppError && (error.code === "unavailable" || error.code === "rate_limited");
      if (isAway) return null;
      throw error;
    }
  };
}

/** By which names other desks know our priorities; the first that occurs among the labels is the one that is meant. */
const PRIORITY_NAMES: Record<Priority, RegExp[]> = {
  high: [
    /^high$/iu,
    /^(?:hoch|alta|haute|elev[ée]e|élevée|urgent|dringend|p1|1|sev1)$/iu,
    /critical|urgent|major|high|kritisch/iu,
  ],
  medium: [
    /^(?:medium|normal|moderate)$/iu,
    /^(?:mittel|media|m[ée]dia|moyenne|p2|2|sev2)$/iu,
    /medium|normal|mittel/iu,
  ],
  low: [
    /^low$/iu,
    /^(?:niedrig|gering|baja|baixa|basse|faible|minor|trivial|p3|3|sev3)$/iu,
    /low|minor|niedrig/iu,
  ],
};

function namePriorities(labels: string[]): (priority: Priority) => string {
  const distinct = [...new Set(labels)].sort();
  return (priority) => {
    for (const pattern of PRIORITY_NAMES[priority]) {
      const found = distinct.find((label) => pattern.test(label));
      if (found !== undefined) return found;
    }
    return priority;
  };
}

/** The eight categories of the start where the labels are among them; else the labels are the desk's categories. */
function buildDesk(rows: EvalRow[], train: EvalRow[] | null, field: string): Desk {
  const labels = [...new Set([...rows, ...(train ?? [])].map(({ label }) => label))];
  const isStart =
    field === "priority" || (train === null && labels.every((label) => SEED_CATEGORIES.includes(label)));
  const names = isStart ? SEED_CATEGORIES : labels;
  return {
    categories: names.map((name) => ({ name, description: "" })),
    skills: [],
    examples: (train ?? []).map(({ subject, text, label }) => {
      const priority = PRIORITIES.find((known) => known === label.toLowerCase()) ?? null;
      const whole = subject === "" ? text : `${subject}\n${text}`;
      return field === "priority"
        ? { text: whole, category: null, priority }
        : { text: whole, category: label, priority: null };
    }),
  };
}

function report(
  gold: string[],
  predicted: (string | null)[],
  msPerTicket: number,
): Omit<EvalReport, "unlearnedLabels"> {
  const right = gold.filter((label, i) => predicted[i] === label).length;
  const perClass: Record<string, ClassReport> = {};
  for (const label of [...new Set(gold)].sort()) {
    const support = gold.filter((one) => one === label).length;
    const claimed = predicted.filter((one) => one === label).length;
    const hits = gold.filter((one, i) => one === label && predicted[i] === label).length;
    const f1 = hits === 0 ? 0 : (2 * hits) / (support + claimed);
    perClass[label] = { precision: claimed === 0 ? 0 : hits / claimed, recall: hits / support, f1, support };
  }
  const classes = Object.values(perClass);
  const macroF1 = classes.reduce((sum, { f1 }) => sum + f1, 0) / classes.length;
  return { n: gold.length, accuracy: right / gold.length, macroF1, perClass, msPerTicket };
}
