/** Slack takes about one message a second in a channel, with short bursts. https://docs.slack.dev/apis/web-api/rate-limits */

export interface Pace {
  /** A new message may follow after so long, once a burst is used up. */
  intervalMs: number;
  /** So many may follow each other at once. */
  burst: number;
}
export const SLACK_PACE: Pace = { intervalMs: 1_000, burst: 5 };

export interface PostPace {
  /** Runs `post` when its turn in the channel has come: one after the other, in the order of the calls. */
  run<T>(channel: string, post: () => Promise<T>): Promise<T>;
}

interface Lane {
  tail: Promise<unknown>;
  /** When the whole burst may be used again. */
  restedAt: number;
  waiting: number;
}

const LANES_MAX = 1_000;

export function createPostPace(
  { intervalMs, burst }: Pace = SLACK_PACE,
  now: () => number = Date.now,
  sleep: (ms: number) => Promise<void> = wait,
): PostPace {
  const lanes = new Map<string, Lane>();

  async function takeTurn<T>(lane: Lane, post: () => Promise<T>): Promise<T> {
    const waitMs = lane.restedAt - (burst - 1) * intervalMs - now();
    if (waitMs > 0) await sleep(waitMs);
    lane.restedAt = Math.max(lane.restedAt, now()) + intervalMs;
    return post();
  }

  function forgetRested(): void {
    for (const [channel, lane] of lanes) {
      if (lane.waiting === 0 && lane.restedAt <= now()) lanes.delete(channel);
    }
  }

  return {
    run: async (channel, post) => {
      const lane = lanes.get(channel) ?? { tail: Promise.resolve(), restedAt: 0, waiting: 0 };
      lanes.set(channel, lane);
      lane.waiting += 1;
      const turn = lane.tail.then(() => takeTurn(lane, post));
      lane.tail = turn.catch(() => {});
      try {
        return await turn;
      } finally {
        lane.waiting -= 1;
        if (lanes.size > LANES_MAX) forgetRested();
      }
    },
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
