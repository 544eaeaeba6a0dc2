/** Which runs an event starts, and what would cancel them. Pure: the database decides which of them are new. */
import type { NewCancel, NewRun } from "../../db/engine-events.ts";
import { END_OF_TIME, resolveDueAt } from "./durations.ts";
import { planWaitMatch } from "./event-match.ts";
import { canonicalText, type Expression, evaluate, evaluateCondition } from "./expressions.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import type { EngineEvent } from "./types.ts";
import { createUlid } from "./ulid.ts";

export type PlannedRuns = { runs: NewRun[]; cancels: NewCancel[] };

/** The length up to which a key fits an index; only an abused field is longer. */
const KEY_LENGTH_MAX = 600;

/** Runs of every function with a trigger that `event` meets; one each, even when two triggers are met. */
export function planRuns(
  functions: Iterable<RegisteredFunction>,
  event: EngineEvent,
  now: Date,
): PlannedRuns {
  const plan: PlannedRuns = { runs: [], cancels: [] };
  for (const fn of functions) {
    if (fn.events.some((trigger) => isTriggered(trigger.event, trigger.condition, event))) {
      addRun(plan, fn, event, now);
    }
  }
  return plan;
}

/** The run of one function for an event that is meant for it alone: a cron firing. */
export function planRun(fn: RegisteredFunction, event: EngineEvent, now: Date): PlannedRuns {
  const plan: PlannedRuns = { runs: [], cancels: [] };
  addRun(plan, fn, event, now);
  return plan;
}

/** The value of a function's concurrency key for an event, or null where there is no key. */
export function readLimitKey(fn: RegisteredFunction, event: EngineEvent): string | null {
  // Cutting a long key off can only make two groups share their limit.
  return readKey(fn.limitKey, event)?.slice(0, KEY_LENGTH_MAX) ?? null;
}

function isTriggered(name: string, condition: Expression | null, event: EngineEvent): boolean {
  return name === event.name && (condition === null || evaluateCondition(condition, { event }));
}

function addRun(plan: PlannedRuns, fn: RegisteredFunction, event: EngineEvent, now: Date): void {
  const runId = createUlid(now.getTime());
  const idempotencyKey = readKey(fn.idempotencyKey, event);
  plan.runs.push({
    id: runId,
    functionId: fn.id,
    eventId: event.id,
    limitKey: readLimitKey(fn, event),
    // Cutting off could make two different keys one, and drop a run: too long a key makes no claim.
    idempotencyKey: idempotencyKey !== null && idempotencyKey.length > KEY_LENGTH_MAX ? null : idempotencyKey,
    dueAt: readDueAt(event, now),
  });
  fn.cancellations.forEach((cancellation, index) => {
    plan.cancels.push({
      runId,
      stepId: `cancel:${index}`,
      name: cancellation.event,
      eventName: cancellation.event,
      ...planWaitMatch(cancellation.condition, event),
      dueAt: resolveDueAt(cancellation.timeout ?? "9999-12-31", now) ?? END_OF_TIME,
    });
  });
}

/** An event with a time in the future starts its runs then; a second's difference between two clocks is no future. */
function readDueAt(event: EngineEvent, now: Date): Date {
  if (event.ts <= now.getTime() + 1000) return now;
  return new Date(Math.min(event.ts, END_OF_TIME.getTime()));
}

function readKey(expression: Expression | null, event: EngineEvent): string | null {
  const value = expression === null ? undefined : evaluate(expression, { event });
  return value === undefined || value === null ? null : canonicalText(value);
}
