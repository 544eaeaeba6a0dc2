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

export interface Dispatch {
  /** The app whose listeners are called; Bolt names it when it is made. */
  init(app: App): void;
  /** `done` once the listeners are through: recorded, so to say. Never rejects. */
  event(body: SlackBody, retry: Retry, waitUntil?: WaitUntil): Promise<EventResult>;
  /** Clicks, forms, shortcuts, commands, options. Never rejects. */
  interaction(body: SlackBody, waitUntil?: WaitUntil): Promise<InteractionResult>;
  /** Resolves when no listener is at work any more: for a graceful shutdown. */
  settled(): Promise<void>;
}

export function createDispatch(log: Log, answerWithinMs: number = ANSWER_WITHIN_MS): Dispatch {
  const runs = createListenerRuns(log, answerWithinMs);
  let app: App | undefined;
  const run = (event: ReceiverEvent, waitUntil: WaitUntil | undefined) => {
    if (app === undefined) throw new Error("The receiver belongs to no Bolt app yet.");
    return runs.run(app, event, waitUntil);
  };
  return {
    init: (owner) => {
      app = owner;
    },
    event: async (body, retry, waitUntil) => {
      const result = await run({ ...retry, body, ack: async () => {} }, waitUntil);
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
      const result = await run({ body, ack }, waitUntil);
      if (acknowledged !== undefined) return { kind: "acknowledged", value: acknowledged.value };
      return result === "done" ? { kind: "unheard" } : { kind: result };
    },
    settled: runs.settled,
  };
}
