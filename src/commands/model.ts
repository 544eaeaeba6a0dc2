import { listStoredModels, readLearningState, type StoredModel } from "../db/local-models.ts";
import { type RebuildReport, rebuildLocalModel } from "../runtime/local-models/rebuild-local-model.ts";
import { trainInThread } from "../runtime/local-models/train-in-thread.ts";
import { openDatabase } from "../runtime/open-database.ts";
import { EXAMPLES_MAX } from "../triage/local/desk-model.ts";
import type { ModelFigures } from "../triage/local/train.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";
import { ownTerminal } from "./mail-progress.ts";
import { createWorkProgress } from "./work-progress.ts";

const CONNECTIONS_MAX = 4;

/** `deskhand model rebuild`: trains the local classifier on this desk's tickets now, whether or not there are new ones. */
export async function modelRebuild(context: CommandContext, { json }: { json: boolean }): Promise<number> {
  const config = readConfig(context);
  const log = createCommandLog(context);
  const database = await openDatabase(config, { role: "command", log, connectionsMax: CONNECTIONS_MAX });
  const progress = createWorkProgress(ownTerminal());
  try {
    const report = await rebuildLocalModel(
      { sql: database.sql, train: trainInThread },
      { always: true, onProgress: (done) => progress.update("training", done) },
    );
    progress.stop();
    context.print(json ? JSON.stringify(report) : describeRebuild(report));
    return EXIT.done;
  } finally {
    progress.stop();
    await database.close();
  }
}

function describeRebuild({ version, rows, figures, sizeBytes, elapsedMs }: RebuildReport): string {
  return [
    `Version ${version} is trained ${describeRows(rows)}, in ${(elapsedMs / 1000).toFixed(1)} s; ${formatMb(sizeBytes)}.`,
    ...describeFigures("categories", figures?.categories ?? null),
    ...describeFigures("priorities", figures?.priorities ?? null),
    ...(rows === 0
      ? ["  The figures are of the built-in start's own tickets: they say nothing about this desk."]
      : []),
    "Running services use it from their next ticket on.",
  ].join("\n");
}

function describeFigures(what: string, figures: ModelFigures | null): string[] {
  if (figures === null) return [`  ${what}: too few tickets to say how good it is`];
  const { accuracy, macroF1, rows } = figures;
  return [
    `  ${what}: accuracy ${accuracy.toFixed(3)}, macro-F1 ${macroF1.toFixed(3)} on ${rows} left out in turn`,
  ];
}

function describeRows(rows: number): string {
  return rows === 0
    ? "on the built-in start alone"
    : `on ${countTickets(rows)} of this desk and on the built-in start`;
}

function countTickets(count: number): string {
  return count === 1 ? "1 ticket" : `${count} tickets`;
}

function formatMb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `deskhand model show`: the stored versions, newest first, and what there is to learn from. */
export async function modelShow(context: CommandContext, { json }: { json: boolean }): Promise<number> {
  const config = readConfig(context);
  const log = createCommandLog(context);
  const database = await openDatabase(config, { role: "command", log, connectionsMax: CONNECTIONS_MAX });
  try {
    const models = await listStoredModels(database.sql);
    const { rowCount } = await readLearningState(database.sql);
    context.print(json ? JSON.stringify({ models, learnable: rowCount }) : describeModels(models, rowCount));
    return EXIT.done;
  } finally {
    await database.close();
  }
}

function describeModels(models: StoredModel[], learnable: number): string {
  const waiting = describeLearnable(learnable);
  if (models.length === 0) {
    return `No model is stored: the built-in start triages. ${waiting}\nTo train one now: deskhand model rebuild`;
  }
  const lines = models.map(({ version, trainedAt, rowCount, sizeBytes }, place) => {
    const use = place === 0 ? ", in use" : "";
    return `version ${version}: trained ${trainedAt.toISOString()} ${describeRows(rowCount)}, ${formatMb(sizeBytes)}${use}`;
  });
  return [...lines, waiting].join("\n");
}

function describeLearnable(count: number): string {
  if (count === 0) return "No ticket was corrected or closed yet, so there is none to learn from.";
  const there =
    count === 1 ? "1 corrected or closed ticket is there" : `${count} corrected or closed tickets are there`;
  const limit = count > EXAMPLES_MAX ? `; ${EXAMPLES_MAX} are used, the corrected and the newest first` : "";
  return `${there} to learn from${limit}.`;
}
