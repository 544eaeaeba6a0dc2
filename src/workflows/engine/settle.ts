/** What a call's outcome changes in the database. Each settlement is one transaction, under the call's lease. */
import { inTransaction, type Sql } from "../../db/client.ts";
import { storeEvents } from "../../db/engine-events.ts";
import {
  type CallLease,
  type ClaimedCall,
  deleteCall,
  hasPending,
  holdCall,
  planStepCalls,
  requeueCall,
  restartAttempts,
  wakeRun,
} from "../../db/engine-queue.ts";
import { createChildRun, type FinishedCall, finishRuns, killRun } from "../../db/engine-runs.ts";
import { type StepResult, storeSteps } from "../../db/engine-steps.ts";
import { addWaits, endWaits, type NewWait } from "../../db/engine-waits.ts";
import { type Batcher, createBatcher } from "./batcher.ts";
import { END_OF_TIME, resolveDueAt } from "./durations.ts";
import { idempotentUntil } from "./event-api.ts";
import { planWaitMatch } from "./event-match.ts";
import { ExpressionError } from "./expressions.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import { readLimitKey } from "./run-planner.ts";
import type { CallError, FoundStep } from "./sdk-outcome.ts";
import {
  type EngineContext,
  type EngineEvent,
  FUNCTION_FAILED,
  FUNCTION_INVOKED,
  INTERNAL_PREFIX,
  readBatchLimits,
  WHOLE_FUNCTION,
} from "./types.ts";
import { createUlid } from "./ulid.ts";

/** `lost`: the lease is gone and nothing was stored. `on`: the same call goes on, with the steps just stored. */
export type Settlement = "lost" | "ended" | "on" | "queued";

export type Settler = {
  finish(call: ClaimedCall, steps: readonly StepResult[], output: string): Promise<Settlement>;
  progress(call: ClaimedCall, steps: readonly StepResult[], found: readonly FoundStep[]): Promise<Settlement>;
  /** Puts the call back; what it had done stays done. */
  retry(
    call: ClaimedCall,
    next: { attempt: number; dueAt: Date; steps: readonly StepResult[] },
  ): Promise<Settlement>;
  kill(call: ClaimedCall, error: CallError, steps: readonly StepResult[]): Promise<Settlement>;
};

/** A step that asks for what cannot be had: its run fails, and another try would not help. */
export class ImpossibleStepError extends Error {
  override name = "ImpossibleStepError";
}

export function createSettler(
  context: EngineContext,
  functions: ReadonlyMap<string, RegisteredFunction>,
): Settler {
  const { sql, clock } = context;
  const finished: Batcher<FinishedCall, boolean> = createBatcher(async (batch) => {
    const ended = await finishRuns(sql, batch, clock.now());
    return batch.map(({ lease }) => ended.has(lease.item));
  }, readBatchLimits(context));

  /** Runs `work` while the lease is held; nothing at all when it is not. */
  function underLease(
    lease: CallLease,
    work: (tx: Sql, now: Date, held: { again: boolean }) => Promise<Settlement>,
  ): Promise<Settlement> {
    return inTransaction(sql, async (tx) => {
      const held = await holdCall(tx, lease);
      return held ? work(tx, clock.now(), held) : "lost";
    });
  }

  return {
    finish: async (call, steps, output) => {
      if (steps.length === 0 && call.parentRunId === null) {
        return (await finished.add({ lease: call, output })) ? "ended" : "lost";
      }
      return underLease(call, async (tx, now) => {
        await storeSteps(tx, call.runId, steps, now);
        await finishRuns(tx, [{ lease: call, output }], now);
        await tellParent(tx, call, { data: output, error: null }, now);
        return "ended";
      });
    },

    progress: (call, steps, found) =>
      underLease(call, async (tx, now, { again }) => {
        if (steps.length > 0) await storeSteps(tx, call.runId, steps, now);
        if (call.stepId !== WHOLE_FUNCTION) {
          // A planned step is done: the function is called again to see what follows from it.
          await deleteCall(tx, call);
          await wakeRun(tx, call.runId, now);
          return "queued";
        }
        await addFoundSteps(tx, context, functions, call, found, now);
        if (again) {
          await requeueCall(tx, call, { attempt: 0, dueAt: now });
          return "queued";
        }
        if (found.length === 0 && steps.length > 0) {
          await restartAttempts(tx, call);
          return "on";
        }
        await deleteCall(tx, call);
        await refuseStuckRun(tx, call.runId);
        return "queued";
      }),

    retry: async (call, { steps, ...next }) => {
      if (steps.length === 0) return (await requeueCall(sql, call, next)) ? "queued" : "lost";
      return underLease(call, async (tx, now) => {
        await storeSteps(tx, call.runId, steps, now);
        await requeueCall(tx, call, next);
        return "queued";
      });
    },

    kill: (call, error, steps) =>
      underLease(call, async (tx, now) => {
        if (steps.length > 0) await storeSteps(tx, call.runId, steps, now);
        const text = JSON.stringify(error);
        await killRun(tx, call.runId, text, now);
        await storeFailedEvent(tx, context, call, error, now);
        await tellParent(tx, call, { data: null, error: text }, now);
        return "ended";
      }),
  };
}

/** A run with nothing to come would stay as it is for ever; better that it dies and is seen. */
async function refuseStuckRun(tx: Sql, runId: string): Promise<void> {
  if (!(await hasPending(tx, runId)))
    throw new Error("The function has ended its call without anything to come.");
}

async function addFoundSteps(
  tx: Sql,
  context: EngineContext,
  functions: ReadonlyMap<string, RegisteredFunction>,
  call: ClaimedCall,
  found: readonly FoundStep[],
  now: Date,
): Promise<void> {
  const calls = found.filter((step) => step.type === "call");
  if (calls.length > 0) await planStepCalls(tx, call.runId, calls, now);
  const event = JSON.parse(call.event) as EngineEvent;
  const waits = found.flatMap((step) => (step.type === "call" ? [] : [planWait(step, event, now)]));
  if (waits.length > 0) await addWaits(tx, call.runId, waits, now);
  for (const step of found) {
    if (step.type === "invoke") await invoke(tx, context, functions, call, step, now);
  }
}

function planWait(step: Exclude<FoundStep, { type: "call" }>, event: EngineEvent, now: Date): NewWait {
  const { stepId, name } = step;
  const base = { stepId, name, eventName: null, matchPath: "", matchValue: "", condition: null };
  switch (step.type) {
    case "sleep":
      return { ...base, kind: "sleep", dueAt: readDueAt(step, step.until, now) };
    case "invoke":
      return {
        ...base,
        kind: "invoke",
        dueAt: step.timeout === undefined ? END_OF_TIME : readDueAt(step, step.timeout, now),
      };
    case "event":
      if (step.eventName.startsWith(INTERNAL_PREFIX)) {
        throw new ImpossibleStepError(
          `Step "${name}" waits for "${step.eventName}", which the engine does not send.`,
        );
      }
      return {
        ...base,
        ...planMatch(step, event),
        kind: "event",
        eventName: step.eventName,
        dueAt: readDueAt(step, step.timeout, now),
      };
  }
}

function planMatch(step: Extract<FoundStep, { type: "event" }>, event: EngineEvent) {
  try {
    return planWaitMatch(step.condition, event);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ImpossibleStepError(`Step "${step.name}": ${error.message}`);
  }
}

function readDueAt(step: { name: string }, text: string, now: Date): Date {
  const dueAt = resolveDueAt(text, now);
  if (!dueAt)
    throw new ImpossibleStepError(`Step "${step.name}" asks for a time that cannot be read: "${text}".`);
  return dueAt;
}

/** Starts the run that a step.invoke asks for; its end will end the wait. The event's id makes it once for each step. */
async function invoke(
  tx: Sql,
  context: EngineContext,
  functions: ReadonlyMap<string, RegisteredFunction>,
  call: ClaimedCall,
  step: Extract<FoundStep, { type: "invoke" }>,
  now: Date,
): Promise<void> {
  const fn = functions.get(step.functionId);
  if (!fn)
    throw new ImpossibleStepError(`Step "${step.name}" invokes "${step.functionId}", which does not exist.`);
  const data = (step.payload.data ?? {}) as Record<string, unknown>;
  const event: EngineEvent = {
    ...step.payload,
    id: `invoke:${call.runId}:${step.stepId}`,
    name: FUNCTION_INVOKED,
    data,
    ts: now.getTime(),
  };
  await storeEvents(tx, {
    events: [{ id: event.id, name: event.name, payload: JSON.stringify(event) }],
    runs: [],
    cancels: [],
    now,
    idempotentUntil: idempotentUntil(now),
    routed: true,
    engineId: context.engineId,
  });
  const child = {
    id: createUlid(now.getTime()),
    functionId: fn.id,
    eventId: event.id,
    limitKey: readLimitKey(fn, event),
    parentRunId: call.runId,
    parentStepId: step.stepId,
  };
  await createChildRun(tx, child, now);
}

async function tellParent(
  tx: Sql,
  call: ClaimedCall,
  result: { data: string | null; error: string | null },
  now: Date,
): Promise<void> {
  if (call.parentRunId === null || call.parentStepId === null) return;
  await endWaits(tx, [{ runId: call.parentRunId, stepId: call.parentStepId, ...result }], now);
}

/**
 * The event that failure handlers listen to. A failing failure handler sends none.
 * Source: Inngest server, pkg/execution/executor/finalize.go.
 */
async function storeFailedEvent(
  tx: Sql,
  context: EngineContext,
  call: ClaimedCall,
  error: CallError,
  now: Date,
): Promise<void> {
  const event = JSON.parse(call.event) as EngineEvent;
  if (event.name === FUNCTION_FAILED) return;
  const failed: EngineEvent = {
    id: createUlid(now.getTime()),
    name: FUNCTION_FAILED,
    data: {
      function_id: call.functionId,
      run_id: call.runId,
      error,
      event,
      events: [event],
      _inngest: { status: "Failed" },
    },
    ts: now.getTime(),
  };
  await storeEvents(tx, {
    events: [{ id: failed.id, name: failed.name, payload: JSON.stringify(failed) }],
    runs: [],
    cancels: [],
    now,
    idempotentUntil: idempotentUntil(now),
    routed: false,
    engineId: context.engineId,
  });
}
