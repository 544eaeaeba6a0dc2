/** How good is triage? Measured on labelled tickets, by accuracy and macro-F1. */
import { AppError } from "../core/errors.ts";
import { PRIORITIES } from "../core/ticket.ts";
import type { Classifier, Desk } from "../core/triage.ts";
import { createLocalClassifier } from "./local/local-classifier.ts";
import { predict } from "./local/model.ts";
import { SEED_CATEGORIES } from "./local/seed/seed.ts";
import { trainModel } from "./local/train.ts";

export interface EvalRow {
  text: string;
  subject: string;
  label: string;
}

export interface EvalInput {
  rows: EvalRow[];
  /** The only rows to learn from; null: the built-in start. */
  train: EvalRow[] | null;
  /** What the label is. Without `train`, `category` or `priority`. */
  field: string;
  /** Measured instead of the local classifier; with `train`, those rows are its examples. */
  gemini?: Classifier | null;
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
}

/**
 * Rejects with `invalid` where there is nothing to test or to learn from, and with whatever a remote model says when
 * its key or name is wrong. A ticket for which a remote model is away or answers nonsense counts as wrong.
 */
export async function evaluateTriage({ rows, train, field, gemini = null }: EvalInput): Promise<EvalReport> {
  if (rows.length === 0) throw new AppError("invalid", "There are no tickets to test on.");
  if (train !== null && train.length === 0)
    throw new AppError("invalid", "There are no tickets to learn from.");
  const answer = gemini === null ? buildLocal(rows, train, field) : askClassifier(gemini, rows, train, field);
  const predicted: (string | null)[] = [];
  let elapsedMs = 0;
  for (const row of rows) {
    const started = performance.now();
    predicted.push(await answer(row));
    elapsedMs += performance.now() - started;
  }
  return report(
    rows.map(({ label }) => label),
    predicted,
    elapsedMs / rows.length,
  );
}

type Answer = (row: EvalRow) => string | null | Promise<string | null>;

function buildLocal(rows: EvalRow[], train: EvalRow[] | null, field: string): Answer {
  if (train === null) return askClassifier(createLocalClassifier(), rows, null, field);
  const model = trainModel(train.map(({ subject, text, label }) => ({ title: subject, text, label })));
  return ({ subject, text }) => predict(model, { title: subject, text })[0]?.label ?? null;
}

function askClassifier(
  classifier: Classifier,
  rows: EvalRow[],
  train: EvalRow[] | null,
  field: string,
): Answer {
  if (train === null && field !== "category" && field !== "priority") {
    throw new AppError("invalid", `Nothing is known about "${field}": give labelled rows with --train.`);
  }
  const desk = buildDesk(rows, train, field);
  return async ({ subject, text }) => {
    try {
      const input = { ticketId: "eval", title: subject, text, channel: "email" as const };
      const { triage } = await classifier.classify(input, desk);
      return field === "priority" ? triage.priority : triage.category;
    } catch (error) {
      const isAway =
        error instanceof AppError && (error.code === "unavailable" || error.code === "rate_limited");
      if (isAway) return null;
      throw error;
    }
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

function report(gold: string[], predicted: (string | null)[], msPerTicket: number): EvalReport {
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
