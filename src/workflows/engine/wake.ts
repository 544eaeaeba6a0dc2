/** What makes the engine look for work: a notification from another process, the one timer, and the sweep behind both. */
import { WAKE_CHANNEL } from "../../db/engine-events.ts";
import type { EngineContext, WorkKind } from "./types.ts";

/** The longest delay that timers keep (2^31 - 1 ms). */
const TIMER_MAX_MS = 2_147_483_647;

export type Alarm = {
  /** Rings after `delayMs`, unless set again before. */
  set(delayMs: number): void;
  clear(): void;
};

export function createAlarm(ring: () => void): Alarm {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    set: (delayMs) => {
      clearTimeout(timer);
      timer = setTimeout(ring, Math.min(Math.max(0, delayMs), TIMER_MAX_MS));
    },
    clear: () => clearTimeout(timer),
  };
}

/**
 * Calls `onWake` when another engine or sender has committed work, and whenever the connection comes back, since what
 * was notified meanwhile is lost. Resolves to a function that stops it. A database that cannot LISTEN (behind a
 * transaction pooler) leaves the sweep, which is slower and as safe.
 */
export async function listenForWork(
  context: EngineContext,
  onWake: (...kinds: WorkKind[]) => void,
): Promise<() => Promise<void>> {
  try {
    const subscription = await context.sql.listen(
      WAKE_CHANNEL,
      (payload) => {
        const [senderId, what] = payload.split(" ");
        if (senderId === context.engineId) return;
        if (what === "calls") onWake("calls");
        else onWake("events", "calls");
      },
      () => onWake(),
    );
    return () => subscription.unlisten();
  } catch (error) {
    context.log.warn({ err: error }, "the workflow engine cannot LISTEN and falls back to sweeping");
    return async () => {};
  }
}
