/** What every way of training the local classifier is given, and gives. */
import type { Desk, TriageExample } from "../../core/triage.ts";
import type { DeskModel } from "../../triage/local/desk-model.ts";

export interface TrainingJob {
  categories: Desk["categories"];
  examples: TriageExample[];
}

/** `onProgress` hears the share that is done, 0 to 1. Rejects where training is not possible in this way. */
export type TrainDesk = (job: TrainingJob, onProgress?: (done: number) => void) => Promise<DeskModel>;
