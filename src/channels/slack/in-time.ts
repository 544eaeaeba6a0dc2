/** Slack wants its answer within 3 s: waits that end in time, whatever the far end does. */

export type InTime<T> = { inTime: true; value: T } | { inTime: false };

/** Resolves or rejects as `work` does, or with `inTime: false` after `ms`. The work itself goes on. */
export async function waitInTime<T>(work: Promise<T>, ms: number): Promise<InTime<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<InTime<T>>((resolve) => {
    timer = setTimeout(() => resolve({ inTime: false }), ms);
  });
  try {
    return await Promise.race([work.then((value): InTime<T> => ({ inTime: true, value })), late]);
  } finally {
    clearTimeout(timer);
  }
}
