/** Trains where there are no threads (Cloudflare Workers): a little at a time, so that other work gets its turn. */
import { type DeskModel, trainDeskModelInSteps } from "../../triage/local/desk-model.ts";
import type { TrainDesk } from "./train-desk.ts";

const SLICE_MS = 15;

export const trainInSlices: TrainDesk = async ({ categories, examples }, onProgress) => {
  const steps = trainDeskModelInSteps({ categories }, examples);
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value satisfies DeskModel;
    onProgress?.(step.value);
    if (performance.now() - began < SLICE_MS) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    began = performance.now();
  }
};
