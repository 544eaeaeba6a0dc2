/** Waiting by looking, for a bounded time; a time-out says what was still missing. */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../core/errors.ts";

export type Look<T> = { found: T } | { missing: string };

export interface Patience {
  /** For each wait. */
  timeoutMs: number;
  /** Ends every wait at once, e.g. on Ctrl-C. */
  signal: AbortSignal;
}

const LOOK_AGAIN_MS = 60;

/** Looks until something is found. Rejects after `timeoutMs` with what the last look missed, or when aborted. */
export async function waitUntil<T>(look: () => Promise<Look<T>>, patience: Patience): Promise<T> {
  const giveUpAt = performance.now() + patience.timeoutMs;
  for (;;) {
    patience.signal.throwIfAborted();
    const seen = await look();
    if ("found" in seen) return seen.found;
    if (performance.now() >= giveUpAt) {
      throw new AppError(
        "unavailable",
        `Waited ${Math.round(patience.timeoutMs / 1000)} s, and still missing: ${seen.missing}.`,
      );
    }
    await sleep(LOOK_AGAIN_MS, undefined, { signal: patience.signal });
  }
}
