/** Runs Bolt's listeners for one request, in the time that Slack gives, and knows which are still at work. */
import type { App, ReceiverEvent } from "@slack/bolt";
import type { Log } from "../../core/log.ts";
import { describe } from "./bolt-logger.ts";
import { waitInTime } from "./in-time.ts";

/** Keeps work alive after the response, where the runtime needs to be told (Workers). */
export type WaitUntil = (work: Promise<unknown>) => void;

export interface ListenerRuns {
  /** `late`: they go on, and the response cannot wait for them. Never rejects. */
  run(app: App, event: ReceiverEvent, waitUntil?: WaitUntil): Promise<"done" | "failed" | "late">;
  /** Resolves when none is at work any more. */
  settled(): Promise<void>;
}

export function createListenerRuns(log: Log, answerWithinMs: number): ListenerRuns {
  const running = new Set<Promise<unknown>>();

  async function runAll(app: App, event: ReceiverEvent): Promise<"done" | "failed"> {
    try {
      await app.processEvent(event);
      return "done";
    } catch (error) {
      log.error({ component: "slack", error: describe(error) }, "a Slack listener failed");
      return "failed";
    }
  }

  return {
    run: async (app, event, waitUntil) => {
      const work = runAll(app, event);
      running.add(work);
      void work.then(() => running.delete(work));
      waitUntil?.(work);
      const result = await waitInTime(work, answerWithinMs);
      return result.inTime ? result.value : "late";
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
