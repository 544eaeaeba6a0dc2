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
  const waiting: { goOn(): void; deadline: number }[] = [];
  let isLettingPass = false;
  const isTaken = (): boolean => inHand > 0 || performance.now() < quietAt;

  /** One after the other: together they would keep the next request waiting until all of them have done a portion. */
  async function letPass(): Promise<void> {
    if (isLettingPass) return;
    isLettingPass = true;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await nextTurn();
      if (isTaken() && performance.now() < next.deadline) await sleep(QUIET_MS);
      else waiting.shift()?.goOn();
    }
    isLettingPass = false;
  }

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
      if (!isTaken() && waiting.length === 0) return;
      await new Promise<void>((goOn) => {
        waiting.push({ goOn, deadline: performance.now() + HOLD_MS_MAX });
        void letPass();
      });
    },
  };
}

/** Timers come before requests in a turn of the event loop: after a stall, those that came meanwhile are seen first. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
