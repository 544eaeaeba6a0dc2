/** Trains the desk's own model from its corrected and closed tickets, and stores it as a new version. */
import type { Sql } from "../../db/client.ts";
import {
  insertModel,
  listLearnableTickets,
  readLearningState,
  readNewestLearnedFrom,
} from "../../db/local-models.ts";
import { EXAMPLES_MAX } from "../../triage/local/desk-model.ts";
import { packDeskModel, STORED_FORMAT } from "../../triage/local/stored-model.ts";
import type { ModelFigures } from "../../triage/local/train.ts";
import type { TrainDesk } from "./train-desk.ts";

export interface RebuildReport {
  /** `unchanged`: nothing new to learn from, so nothing was trained. */
  state: "stored" | "unchanged";
  version: number | null;
  /** Tickets of the desk that it was trained on. */
  rows: number;
  /** By cross-validation, the built-in start's tickets included; null where there was nothing to leave out. */
  figures: { categories: ModelFigures | null; priorities: ModelFigures | null } | null;
  sizeBytes: number;
  elapsedMs: number;
}

/** `always`: even where there is nothing new. `onProgress` hears the share that is done, 0 to 1. */
export async function rebuildLocalModel(
  { sql, train }: { sql: Sql; train: TrainDesk },
  options: { always: boolean; onProgress?: (done: number) => void },
): Promise<RebuildReport> {
  const started = performance.now();
  const state = await readLearningState(sql);
  const elapsed = () => Math.round(performance.now() - started);
  // What an earlier release stored may be unreadable now: it is trained again, though no ticket is new.
  const learnedFrom = `${STORED_FORMAT}|${state.fingerprint}`;
  if (!options.always && (await isNothingNew(sql, learnedFrom, state.rowCount))) {
    return { state: "unchanged", version: null, rows: 0, figures: null, sizeBytes: 0, elapsedMs: elapsed() };
  }
  const examples = await listLearnableTickets(sql, EXAMPLES_MAX);
  const model = await train({ categories: state.categories, examples }, options.onProgress);
  const content = packDeskModel(model);
  const figures = { categories: model.categories.figures, priorities: model.priorities?.figures ?? null };
  const version = await insertModel(sql, {
    learnedFrom,
    rowCount: examples.length,
    figures,
    content,
  });
  const { length: sizeBytes } = content;
  return { state: "stored", version, rows: examples.length, figures, sizeBytes, elapsedMs: elapsed() };
}

/** A desk without tickets of its own has the built-in start, and need not store it. */
async function isNothingNew(sql: Sql, learnedFrom: string, rowCount: number): Promise<boolean> {
  const newest = await readNewestLearnedFrom(sql);
  return newest === null ? rowCount === 0 : newest === learnedFrom;
}
