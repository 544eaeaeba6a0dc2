/** The thread of `trainInThread`: trains what it is started with, hands it over, and ends. */
import { constants, platform, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { trainDeskModelInSteps } from "../../triage/local/desk-model.ts";
import { packDeskModel } from "../../triage/local/stored-model.ts";
import type { TrainingJob } from "./train-desk.ts";
import type { TrainingMessage } from "./train-in-thread.ts";

// On Linux this is the thread's alone: on a small machine those who wait for an answer go first. Elsewhere it would be
// the whole process's.
if (platform() === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const { categories, examples } = (workerData as { job: TrainingJob }).job;
const send = (message: TrainingMessage): void => parentPort?.postMessage(message);

const steps = trainDeskModelInSteps({ categories }, examples);
for (;;) {
  const step = steps.next();
  if (step.done) {
    send({ kind: "trained", packed: packDeskModel(step.value) });
    break;
  }
  send({ kind: "progress", done: step.value });
}
