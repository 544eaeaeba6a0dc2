import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { loadConfig } from "../config.ts";
import { AppError } from "../core/errors.ts";
import { createModel } from "../runtime/model.ts";
import { StartupError } from "../runtime/startup-error.ts";
import { type EvalReport, type EvalRow, evaluateTriage } from "../triage/eval.ts";
import { type CommandContext, createCommandLog, EXIT } from "./command-context.ts";
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
  const rows = await readRows(file, options.field);
  const train = options.train === null ? null : await readRows(options.train, options.field);
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

/** JSON lines. Rejects with `invalid`, naming the file or the line and what to do, where it cannot be used. */
async function readRows(file: string, field: string): Promise<EvalRow[]> {
  const schema = z.object({
    text: z.string(),
    subject: z.string().nullish(),
    [field]: z.union([z.string().min(1), z.number()]).transform(String),
  });
  const rows: EvalRow[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      number++;
      if (line.trim() === "") continue;
      const row = schema.parse(JSON.parse(line)) as Record<string, string>;
      rows.push({ text: row.text ?? "", subject: row.subject ?? "", label: row[field] ?? "" });
    }
  } catch (error) {
    throw new AppError("invalid", describeUnreadable(file, field, number, error), { cause: error });
  }
  if (rows.length === 0)
    throw new AppError("invalid", `${file} has no rows. Each line is {"text": …, "${field}": …}.`);
  return rows;
}

/** What the file system says, for a person. */
const FILE_PROBLEMS: Record<string, string> = {
  ENOENT: "does not exist. Check the path",
  EISDIR: "is a folder. Name a file of JSON lines",
  EACCES: "may not be read. Check its permissions",
};

function describeUnreadable(file: string, field: string, line: number, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const problem = FILE_PROBLEMS[code];
  if (problem) return `${file} ${problem}.`;
  const shape = `Each line is {"text": …, "${field}": …}; --field names another label.`;
  if (error instanceof z.ZodError) {
    const wrong = error.issues.map(({ path, message }) => `"${path.join(".")}": ${message}`).join("; ");
    return `${file}, line ${line}: ${wrong}. ${shape}`;
  }
  if (error instanceof SyntaxError) return `${file}, line ${line}: this is not JSON. ${shape}`;
  return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
}

function describe(report: EvalReport): string {
  const classes = Object.entries(report.perClass).map(
    ([label, { f1, support }]) => `  ${label.padEnd(28)} F1 ${f1.toFixed(3)}  of ${support}`,
  );
  return [
    `${report.n} tickets: accuracy ${report.accuracy.toFixed(3)}, macro-F1 ${report.macroF1.toFixed(3)}, ${report.msPerTicket.toFixed(2)} ms each`,
    ...classes,
  ].join("\n");
}
