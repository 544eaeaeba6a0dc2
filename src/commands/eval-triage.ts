import { loadConfig } from "../config.ts";
import { createModel } from "../runtime/model.ts";
import { StartupError } from "../runtime/startup-error.ts";
import { type EvalReport, evaluateTriage } from "../triage/eval.ts";
import { type CommandContext, createCommandLog, EXIT } from "./command-context.ts";
import { readEvalRows } from "./eval-rows.ts";
import { ownTerminal } from "./mail-progress.ts";
import { createWorkProgress } from "./work-progress.ts";

export interface EvalOptions {
  json: boolean;
  train: string | null;
  field: string;
  model: "local" | "gemini";
}

/** `deskhand eval triage FILE.jsonl`. */
export async function evalTriage(
  context: CommandContext,
  file: string,
  options: EvalOptions,
): Promise<number> {
  const rows = await readEvalRows(file, options.field);
  const train = options.train === null ? null : await readEvalRows(options.train, options.field);
  const gemini = options.model === "gemini" ? openGemini(context) : null;
  const progress = createWorkProgress(ownTerminal());
  const onProgress = (what: string, done: number): void => progress.update(what, done);
  const report = await evaluateTriage({ rows, train, field: options.field, gemini, onProgress }).finally(
    progress.stop,
  );
  context.print(options.json ? JSON.stringify(report) : describe(report));
  return EXIT.done;
}

function openGemini(context: CommandContext) {
  const model = createModel(loadConfig(context.env), createCommandLog(context));
  if (model === null)
    throw new StartupError("GEMINI_API_KEY", "it is missing.", "Set it, or use --model local.");
  return model;
}

function describe(report: EvalReport): string {
  const classes = Object.entries(report.perClass).map(
    ([label, { f1, support }]) => `  ${label.padEnd(28)} F1 ${f1.toFixed(3)}  of ${support}`,
  );
  return [
    `${report.n} ${report.n === 1 ? "ticket" : "tickets"}: accuracy ${report.accuracy.toFixed(3)}, macro-F1 ${report.macroF1.toFixed(3)}, ${report.msPerTicket.toFixed(2)} ms each`,
    ...classes,
    ...describeUnlearned(report.unlearnedLabels),
  ].join("\n");
}

function describeUnlearned(labels: string[]): string[] {
  if (labels.length === 0) return [];
  return [`No training row has ${labels.join(", ")}: none of their tickets can be right.`];
}
