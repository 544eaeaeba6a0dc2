/** The time that one mail may take, where its parsing can be interrupted at all. */

export interface Deadline {
  /** Fires when the time is over. Made when first asked for: the reader of regular mails never waits, and needs none. */
  signal(): AbortSignal;
  clear(): void;
}

/** The time runs from now on; the signal's reason is what `createReason` gives. */
export function createDeadline(timeMs: number, createReason: () => Error): Deadline {
  const endsAt = performance.now() + timeMs;
  let abort: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = (): AbortController => {
    const started = new AbortController();
    timer = setTimeout(() => started.abort(createReason()), Math.max(0, endsAt - performance.now()));
    return started;
  };
  return {
    signal() {
      abort ??= start();
      return abort.signal;
    },
    clear: () => clearTimeout(timer),
  };
}
