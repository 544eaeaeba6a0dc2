/** What the parts of the engine share. */
import type { Log } from "../../core/log.ts";
import type { SqlPool } from "../../db/client.ts";
import type { BatchLimits } from "./batcher.ts";
import type { Clock } from "./clock.ts";

export type EngineSettings = {
  /** Calls at once in this process: bounds its memory. */
  concurrency: number;
  /** A call whose process gives no sign of life for so long is taken over by another. Renewed three times as often. */
  leaseMs: number;
  /** A call without a finished step for so long counts as a failed attempt. */
  callTimeoutMs: number;
  /** The longest time without looking for work, when no notification and no due time says so earlier. */
  sweepMs: number;
  /** The wait before the next try, in ms, after failed attempt `attempt` (from 0). */
  retryDelayMs: (attempt: number) => number;
  /** Waited for before calls are claimed, and after each step of those under way: more urgent work goes first. */
  giveWay: () => Promise<void>;
};

/** Handed to every part; nothing in it changes. */
export type EngineContext = {
  sql: SqlPool;
  log: Log;
  clock: Clock;
  /** Names this engine among others on the same database. */
  engineId: string;
  settings: EngineSettings;
};

/** How the calls under way write together: in two groups, of which one computes while the other is being written. */
export function readBatchLimits({ settings }: EngineContext): BatchLimits {
  return { size: Math.max(1, Math.ceil(settings.concurrency / 2)), lanes: 2 };
}

/** What may have something new: unrouted events, due times (waits, crons), due calls. */
export type WorkKind = "events" | "times" | "calls";

/** An event as functions see it. */
export type EngineEvent = { id: string; name: string; data: unknown; ts: number; [key: string]: unknown };

/** Events whose names begin so are the engine's own. Source: Inngest server, pkg/consts/events.go. */
export const INTERNAL_PREFIX = "inngest/";
export const FUNCTION_FAILED = "inngest/function.failed";
export const FUNCTION_INVOKED = "inngest/function.invoked";
export const SCHEDULED_TIMER = "inngest/scheduled.timer";

/** The step id of a call that runs the function from its start. Source: SDK specification, 5.3.1. */
export const WHOLE_FUNCTION = "step";
