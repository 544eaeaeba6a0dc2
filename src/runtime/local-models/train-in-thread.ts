/** Trains in a thread of its own: seconds of work of which the service notices nothing. */
import { Worker } from "node:worker_threads";
import { AppError } from "../../core/errors.ts";
import type { DeskModel } from "../../triage/local/desk-model.ts";
import { unpackDeskModel } from "../../triage/local/stored-model.ts";
import type { TrainDesk, TrainingJob } from "./train-desk.ts";

/** From the thread: the share that is done, then the model as it is stored. */
export type TrainingMessage = { kind: "progress"; done: number } | { kind: "trained"; packed: Uint8Array };

const HEAP_MB_MAX = 1024;

/** The thread begins with the job and ends with it. Rejects with `internal` where it cannot be started, or dies. */
export const trainInThread: TrainDesk = (job, onProgress) =>
  new Promise<DeskModel>((resolve, reject) => {
    const worker = startWorker(job);
    const fail = (reason: string, cause?: unknown): void => {
      reject(new AppError("internal", `The local classifier could not be trained: ${reason}`, { cause }));
    };
    worker.on("message", (message: TrainingMessage) => {
      if (message.kind === "progress") onProgress?.(message.done);
      else resolve(unpackDeskModel(message.packed));
    });
    worker.on("error", (error) => fail(error.message, error));
    worker.on("exit", () => fail("the thread ended."));
  });

/** A thread inherits no loader: run from source, it registers tsx before it loads the program. */
const SOURCE_BOOT = `
  const { workerData } = require("node:worker_threads");
  import(workerData.tsx).then(({ register }) => {
    register();
    return import(workerData.entry);
  });
`;

function startWorker(job: TrainingJob): Worker {
  const settings = { resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX }, execArgv: [] };
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(`./train-thread${isSource ? ".ts" : ".js"}`, import.meta.url);
  if (!isSource) return new Worker(entry, { ...settings, workerData: { job } });
  const workerData = { tsx: import.meta.resolve("tsx/esm/api"), entry: entry.href, job };
  return new Worker(SOURCE_BOOT, { ...settings, eval: true, workerData });
}
