/** The local classifier of a running service: the newest stored model of this desk, else the built-in start. */
import type { Log } from "../core/log.ts";
import type { RankSimilar } from "../core/slack-views.ts";
import type { Classifier, Desk } from "../core/triage.ts";
import type { Sql } from "../db/client.ts";
import { readModelContent, readNewestModelVersion } from "../db/local-models.ts";
import type { DeskModel } from "../triage/local/desk-model.ts";
import { createLocalClassifier, type DeskModelInUse } from "../triage/local/local-classifier.ts";
import { compareDocuments } from "../triage/local/similarity.ts";
import { unpackDeskModel } from "../triage/local/stored-model.ts";
import type { TrainDesk } from "./local-models/train-desk.ts";
import { trainInSlices } from "./local-models/train-in-slices.ts";

export interface LocalTriageParts {
  sql: Sql;
  log: Log;
  train: TrainDesk;
  /** What is kept between tickets; where the parts live for one request only, it must outlive them. */
  memory?: LocalTriageMemory;
}

/** Nothing in it belongs to a connection or a request. */
export interface LocalTriageMemory {
  /** The newest stored model; `model` is null where that version cannot be read. */
  loaded: { version: number; model: DeskModel | null } | null;
  /** The built-in start for the categories `on`. */
  start: { on: string; model: Promise<DeskModel> } | null;
}

export function createLocalTriageMemory(): LocalTriageMemory {
  return { loaded: null, start: null };
}

export interface LocalTriage {
  /** The desk's examples are in the stored model: what is handed over is not looked at. */
  createClassifier(): Classifier;
  /** By the stored model, or the built-in start where one was trained; null before. */
  rankSimilar: RankSimilar;
  /** Makes the model for these categories ready, before the first ticket needs it. Never rejects. */
  warmUp(categories: Desk["categories"]): Promise<void>;
}

/** Looks at the newest version with each ticket, so that every process follows a rebuild by any of them. */
export function createLocalTriage(parts: LocalTriageParts): LocalTriage {
  const { sql, log, train, memory = createLocalTriageMemory() } = parts;
  const start = createStart(train, log, memory);
  const loadNewest = async (): Promise<{ version: number; model: DeskModel } | null> => {
    const version = await readNewestModelVersion(sql);
    if (version === null) return null;
    if (memory.loaded?.version !== version) memory.loaded = { version, model: await load(sql, log, version) };
    const { model } = memory.loaded;
    return model && { version, model };
  };
  const modelFor = async (desk: Pick<Desk, "categories">): Promise<DeskModelInUse> => {
    const stored = await loadNewest();
    if (stored !== null && knowsCategories(stored.model, desk)) return stored;
    return { model: await start(desk.categories), version: null };
  };
  const classifier = createLocalClassifier({ modelFor });
  return {
    createClassifier: () => classifier,
    rankSimilar: async (ticket, candidates) => {
      const model = (await loadNewest())?.model ?? (await memory.start?.model);
      return model ? compareDocuments(model.categories, ticket, candidates) : null;
    },
    warmUp: async (categories) => {
      try {
        await modelFor({ categories });
      } catch (error) {
        log.warn({ reason: String(error) }, "The local classifier is made ready with the first ticket.");
      }
    },
  };
}

/** Null where the version cannot be read, which is said once: the built-in start goes on until there is a newer one. */
async function load(sql: Sql, log: Log, version: number): Promise<DeskModel | null> {
  const content = await readModelContent(sql, version);
  try {
    if (content === null) return null;
    const model = unpackDeskModel(content);
    log.info({ version }, "This version of the local classifier is in use from now on.");
    return model;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error(
      { version, reason },
      "The stored local classifier cannot be used; the built-in start stands in. Run: deskhand model rebuild",
    );
    return null;
  }
}

/** A category that was added, renamed or switched off since: the model would answer with what the desk does not have. */
function knowsCategories({ categories }: DeskModel, desk: Pick<Desk, "categories">): boolean {
  const known = new Set(categories.labels);
  return known.size === desk.categories.length && desk.categories.every(({ name }) => known.has(name));
}

/** Trained once for each list of categories; where no thread can be had, in slices beside other work. */
function createStart(
  train: TrainDesk,
  log: Log,
  memory: LocalTriageMemory,
): (categories: Desk["categories"]) => Promise<DeskModel> {
  return (categories) => {
    const on = JSON.stringify(categories);
    if (memory.start?.on === on) return memory.start.model;
    const job = { categories, examples: [] };
    const model = train(job).catch((error: unknown) => {
      log.warn({ reason: String(error) }, "The built-in start is trained without a thread.");
      return trainInSlices(job);
    });
    memory.start = { on, model };
    return model;
  };
}
