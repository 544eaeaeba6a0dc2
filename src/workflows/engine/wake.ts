/** What makes the engine look for work sooner than its timer: a notification from another process. */
import { WAKE_CHANNEL } from "../../db/engine-events.ts";
import { describeError } from "./describe-error.ts";
import type { EngineContext, WorkKind } from "./types.ts";

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
    context.log.warn(describeError(error), "the workflow engine cannot LISTEN and falls back to sweeping");
    return async () => {};
  }
}
