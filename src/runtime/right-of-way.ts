/** Slack wants its answer at once: whatever can wait lets its requests pass before it takes up its next portion. */

/** So long after the last answer, nobody waits any more: the requests of a burst come close behind each other. */
const QUIET_MS = 20;
/** Where requests never cease, the rest still gets its turn so often. */
const HOLD_MS_MAX = 1_000;

export interface RightOfWay {
  /** Runs what somebody waits for. */
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nobody waits; at the latest after a second. */
  give(): Promise<void>;
}

export function createRightOfWay(): RightOfWay {
  let inHand = 0;
  let quietAt = 0;
  const isTaken = (): boolean => inHand > 0 || performance.now() < quietAt;
  return {
    async take(work) {
      inHand += 1;
      try {
        return await work();
      } finally {
        inHand -= 1;
        quietAt = performance.now() + QUIET_MS;
      }
    },
    async give() {
      const deadline = performance.now() + HOLD_MS_MAX;
      while (isTaken() && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      }
    },
  };
}
