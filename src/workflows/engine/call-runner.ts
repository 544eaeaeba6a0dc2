/** One claimed call from the SDK's handler to its settlement, and on, while its function only runs steps. */
import { isConnectionFailure } from "../../db/client.ts";
import type { ClaimedCall } from "../../db/engine-queue.ts";
import type { RunMemo, StepResult } from "../../db/engine-steps.ts";
import { describeError } from "./describe-error.ts";
import { resolveRetryAfter } from "./durations.ts";
import type { Flight, Flights } from "./flights.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import type { SdkCaller } from "./sdk-execution.ts";
import { type CallError, type CallOutcome, fail, readSdkResult } from "./sdk-outcome.ts";
import { ImpossibleStepError, type Settlement, type Settler } from "./settle.ts";
import type { EngineContext, WorkKind } from "./types.ts";

/** How often a process may die of the same call before the run is given up. */
const LAPSES_MAX = 20;

/** How long a settlement is tried again while the database is away, and the pause in between. */
const SETTLE_PAUSE_MS = 250;

export type CallRunnerParts = {
  context: EngineContext;
  functions: ReadonlyMap<string, RegisteredFunction>;
  flights: Flights;
  callSdk: SdkCaller;
  settler: Settler;
  /** Told when a settlement has left work that its own call's end does not tell of. */
  wake: (kind: WorkKind) => void;
};

export type CallRunner = (call: ClaimedCall, memo: RunMemo) => Promise<void>;

export function createCallRunner(parts: CallRunnerParts): CallRunner {
  return async (call, memo) => {
    const flight = parts.flights.take(call, call.functionId);
    try {
      await runToSettlement(parts, flight, call, memo);
    } catch (error) {
      // The lease runs out and the call comes up again: nothing is lost but time.
      const { runId, functionId } = call;
      const fields = { runId, functionId, ...describeError(error) };
      parts.context.log.error(fields, "a workflow call could not be settled");
    } finally {
      parts.flights.land(flight);
    }
  };
}

async function runToSettlement(
  parts: CallRunnerParts,
  flight: Flight,
  claimed: ClaimedCall,
  firstMemo: RunMemo,
): Promise<void> {
  let call = claimed;
  let memo = firstMemo;
  for (;;) {
    const outcome = await execute(parts, flight, call, memo);
    if (flight.released) return;
    flight.settling = true;
    const settlement = await settle(parts, flight, call, outcome);
    if (settlement !== "on" || outcome.type !== "progressed") return;
    if (parts.flights.halting) {
      await parts.settler.retry(call, { attempt: 0, dueAt: parts.context.clock.now(), steps: [] });
      return;
    }
    flight.settling = false;
    call = { ...call, attempt: 0, lapses: 0 };
    memo = { ...memo, steps: [...memo.steps, ...flight.checkpointed, ...outcome.steps] };
    flight.checkpointed = [];
    flight.progressAt = Date.now();
  }
}

async function execute(
  { context, functions, callSdk }: CallRunnerParts,
  flight: Flight,
  call: ClaimedCall,
  memo: RunMemo,
): Promise<CallOutcome> {
  if (call.lapses >= LAPSES_MAX) {
    const message = `The process ended ${call.lapses} times while this was being executed.`;
    return fail({ name: "ProcessLostError", message }, false);
  }
  const answer = callSdk({
    functionId: call.functionId,
    stepId: call.stepId,
    runId: call.runId,
    leaseToken: flight.token,
    attempt: call.attempt,
    maxAttempts: functions.get(call.functionId)?.maxAttempts ?? 1,
    event: call.event,
    memo,
  })
    .then(readSdkResult)
    .catch((error: unknown) => fail({ name: "SdkError", message: String(error) }, true));
  const outcome = await withTimeout(answer, flight, context.settings.callTimeoutMs);
  if (outcome) return outcome;
  const message = `No step ended within ${context.settings.callTimeoutMs} ms.`;
  return fail({ name: "CallTimeoutError", message }, true);
}

/** Resolves to undefined when no step was finished for `timeoutMs`. What the call still does then is not stored. */
async function withTimeout(
  answer: Promise<CallOutcome>,
  flight: Flight,
  timeoutMs: number,
): Promise<CallOutcome | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    const check = () => {
      const leftMs = flight.progressAt + timeoutMs - Date.now();
      if (leftMs <= 0) resolve(undefined);
      else timer = setTimeout(check, leftMs);
    };
    check();
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Settles, again while the database is away; a settlement that can never succeed kills the run instead. */
async function settle(
  parts: CallRunnerParts,
  flight: Flight,
  call: ClaimedCall,
  outcome: CallOutcome,
): Promise<Settlement> {
  for (let tries = 1; ; tries++) {
    try {
      return await settleOnce(parts, call, outcome);
    } catch (error) {
      if (isPassing(error)) {
        if (flight.released || tries * SETTLE_PAUSE_MS > parts.context.settings.leaseMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE_MS));
      } else {
        const message = error instanceof Error ? error.message : String(error);
        const name = error instanceof ImpossibleStepError ? error.name : "EngineError";
        return await die(parts, call, { name, message }, []);
      }
    }
  }
}

/** The database is away, or two transactions were in each other's way (40P01, 40001): the same again may succeed. */
function isPassing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return isConnectionFailure(error) || code === "40P01" || code === "40001";
}

function settleOnce(parts: CallRunnerParts, call: ClaimedCall, outcome: CallOutcome): Promise<Settlement> {
  switch (outcome.type) {
    case "finished":
      return parts.settler.finish(call, outcome.steps, outcome.output);
    case "progressed":
      return parts.settler.progress(call, outcome.steps, outcome.found);
    case "failed":
      return settleFailure(parts, call, outcome);
  }
}

async function settleFailure(
  parts: CallRunnerParts,
  call: ClaimedCall,
  outcome: Extract<CallOutcome, { type: "failed" }>,
): Promise<Settlement> {
  const { context, functions, settler } = parts;
  const maxAttempts = functions.get(call.functionId)?.maxAttempts ?? 1;
  // Steps that were done in this call were done at their own tries: the one that failed has had its first.
  const attempt = outcome.steps.length > 0 ? 0 : call.attempt;
  if (!outcome.retryable || attempt + 1 >= maxAttempts) return die(parts, call, outcome.error, outcome.steps);
  const now = context.clock.now();
  const asked = outcome.retryAfter === undefined ? undefined : resolveRetryAfter(outcome.retryAfter, now);
  const dueAt = asked ?? new Date(now.getTime() + context.settings.retryDelayMs(attempt));
  context.log.warn(
    {
      runId: call.runId,
      functionId: call.functionId,
      step: outcome.step?.name,
      attempt: attempt + 1,
      errorName: outcome.error.name,
      retryAt: dueAt.toISOString(),
    },
    "a workflow step failed and will be tried again",
  );
  return settler.retry(call, { attempt: attempt + 1, dueAt, steps: outcome.steps });
}

/** The one place where a run dies, and where that is logged: with ids, not with the message, which may quote a mail. */
async function die(
  parts: CallRunnerParts,
  call: ClaimedCall,
  error: CallError,
  steps: readonly StepResult[],
): Promise<Settlement> {
  const settlement = await parts.settler.kill(call, error, steps);
  if (settlement === "ended") {
    parts.wake("events"); // the failure handler's event
    const { runId, functionId, eventId } = call;
    parts.context.log.error({ runId, functionId, eventId, errorName: error.name }, "a workflow run is dead");
  }
  return settlement;
}
