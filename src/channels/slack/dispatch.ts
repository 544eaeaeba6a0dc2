/** One way to the listeners for both transports: what Slack sent goes in, how it is to be answered comes out. */
import type { App, ReceiverEvent } from "@slack/bolt";
import type { Log } from "../../core/log.ts";
import { createListenerRuns, type WaitUntil } from "./listener-runs.ts";
import type { SlackBody } from "./request-body.ts";

/** Slack gives up after 3 s; the rest is for the network. */
const ANSWER_WITHIN_MS = 2_500;

export interface Retry {
  retryNum?: number;
  retryReason?: string;
}

/** `failed` and `late` events are to be delivered again: they are not acknowledged. */
export type EventResult = "done" | "failed" | "late";

/** `value` is what the listener answers with; undefined for a bare acknowledgement. */
export type InteractionResult =
  | { kind: "acknowledged"; value: unknown }
  | { kind: "unheard" }
  | { kind: "failed" | "late" };

/**
 * One app for each kind of request: Bolt takes each through the filters of every listener of its app, and the three
 * dozen for clicks and forms made up most of what a burst of events cost.
 */
export interface BoltApps {
  events: App;
  interactions: App;
}

export interface Dispatch {
  /** The apps whose listeners are called. */
  init(apps: BoltApps): void;
  /** `done` once the listeners are through: recorded, so to say. Never rejects. */
  event(body: SlackBody, retry: Retry, waitUntil?: WaitUntil): Promise<EventResult>;
  /** Clicks, forms, shortcuts, commands, options. Never rejects. */
  interaction(body: SlackBody, waitUntil?: WaitUntil): Promise<InteractionResult>;
  /** Resolves when no listener is at work any more: for a graceful shutdown. */
  settled(): Promise<void>;
}

export function createDispatch(log: Log, answerWithinMs: number = ANSWER_WITHIN_MS): Dispatch {
  const runs = createListenerRuns(log, answerWithinMs);
  let apps: BoltApps | undefined;
  const run = (kind: keyof BoltApps, event: ReceiverEvent, waitUntil: WaitUntil | undefined) => {
    if (apps === undefined) throw new Error("The receiver belongs to no Bolt app yet.");
    return runs.run(apps[kind], event, waitUntil);
  };
  return {
    init: (owners) => {
      apps = owners;
    },
    event: async (body, retry, waitUntil) => {
      const result = await run("events", { ...retry, body, ack: async () => {} }, waitUntil);
      if (result === "late") {
        const fields = { component: "slack", eventId: body.event_id };
        log.warn(fields, "an event took too long; Slack will send it again");
      }
      return result;
    },
    interaction: async (body, waitUntil) => {
      let acknowledged: { value: unknown } | undefined;
      const ack = async (value?: unknown) => {
        acknowledged ??= { value };
      };
      const result = await run("interactions", { body, ack }, waitUntil);
      if (acknowledged !== undefined) return { kind: "acknowledged", value: acknowledged.value };
      return result === "done" ? { kind: "unheard" } : { kind: result };
    },
    settled: runs.settled,
  };
}
