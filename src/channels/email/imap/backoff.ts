/** How long to wait before the next try. */

export interface BackoffOptions {
  baseMs: number;
  maxMs: number;
  /** A connection that held this long counts as good: the next failure starts from the beginning. */
  stableAfterMs: number;
}

export interface Backoff {
  /** The next wait: doubles with each failure up to the maximum, and is then drawn from its upper half. */
  nextMs(): number;
  /** Tells that a connection held for so long. Nothing is reset by a shorter one. */
  heldFor(ms: number): void;
  readonly failures: number;
}

/** `random` gives numbers from 0 up to 1: many mailboxes of one server must not come back at the same moment. */
export function createBackoff(options: BackoffOptions, random: () => number = Math.random): Backoff {
  let failures = 0;
  return {
    nextMs() {
      const ceilingMs = Math.min(options.maxMs, options.baseMs * 2 ** Math.min(failures, 30));
      failures++;
      return Math.round(ceilingMs / 2 + (ceilingMs / 2) * random());
    },
    heldFor(ms) {
      if (ms >= options.stableAfterMs) failures = 0;
    },
    get failures() {
      return failures;
    },
  };
}
