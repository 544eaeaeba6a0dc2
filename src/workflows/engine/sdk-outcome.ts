/** What the SDK's answer to a call means. Source: SDK specification, 4.4.3, 5.1 and 5.3. */
import type { StepResult } from "../../db/engine-steps.ts";
import { toJsonText } from "./json-text.ts";
import type { SdkResult } from "./sdk-execution.ts";

/** A step that the engine has to see to. `timeout` and `until` are time strings or ISO dates. */
export type FoundStep = { stepId: string; name: string } & (
  | { type: "call" }
  | { type: "sleep"; until: string }
  | { type: "event"; eventName: string; condition: string | undefined; timeout: string }
  | { type: "invoke"; functionId: string; payload: Record<string, unknown>; timeout: string | undefined }
);

export type CallError = { name: string; message: string; [key: string]: unknown };

export type CallOutcome =
  /** The function has returned; `output` is JSON text. */
  | { type: "finished"; steps: StepResult[]; output: string }
  /** Steps were run, or found, or both. */
  | { type: "progressed"; steps: StepResult[]; found: FoundStep[] }
  /** A step (then `step` says which), or the function between its steps, threw. `steps` were done before it did. */
  | {
      type: "failed";
      steps: StepResult[];
      error: CallError;
      retryable: boolean;
      retryAfter: string | undefined;
      step: { stepId: string; name: string } | undefined;
    };

type Operation = {
  id?: unknown;
  op?: unknown;
  name?: unknown;
  displayName?: unknown;
  data?: unknown;
  error?: unknown;
  opts?: unknown;
};

export function readSdkResult(result: SdkResult): CallOutcome {
  switch (result.type) {
    case "function-resolved":
      return { type: "finished", steps: [], output: toJsonText(result.data) };
    case "steps-found":
      return readOperations(result.steps, true);
    case "step-ran":
      return readOperations([result.step], result.retriable ?? true);
    case "function-rejected":
      return fail(readError(result.error, "The function failed."), result.retriable);
    case "step-not-found":
      return fail(describeLostStep(result), true);
    case "change-mode":
      return fail({ name: "SdkError", message: `The SDK wants to go on in the mode "${result.to}".` }, false);
  }
}

/** The operations of a checkpoint, of which only finished steps may come. Undefined when there are others. */
export function readCheckpointSteps(operations: readonly unknown[]): StepResult[] | undefined {
  const outcome = readOperations(operations, true);
  return outcome.type === "progressed" && outcome.found.length === 0 ? outcome.steps : undefined;
}

/** A call that failed as a whole. `retriable` is the SDK's: a text says when to try again. */
export function fail(error: CallError, retriable: boolean | string): CallOutcome {
  return { type: "failed", steps: [], error, step: undefined, ...readRetry(retriable) };
}

/** Finished steps count whatever else the answer holds: also those that stand behind one that failed. */
function readOperations(operations: readonly unknown[], retriable: boolean | string): CallOutcome {
  const steps: StepResult[] = [];
  const found: FoundStep[] = [];
  let ending: CallOutcome | undefined;
  for (const item of operations) {
    const operation = (item ?? {}) as Operation;
    const stepId = String(operation.id);
    const name = String(operation.displayName ?? operation.name ?? stepId);
    switch (operation.op) {
      case "RunComplete":
        ending ??= { type: "finished", steps, output: toJsonText(operation.data) };
        break;
      case "StepRun":
      case "Step":
        steps.push({ stepId, name, kind: "run", data: toJsonText(operation.data), error: null });
        break;
      case "StepFailed": {
        const error = JSON.stringify(readError(operation.error, "The step failed."));
        steps.push({ stepId, name, kind: "run", data: null, error });
        break;
      }
      case "StepError": {
        const error = readError(operation.error, "The step failed.");
        ending ??= { type: "failed", steps, error, step: { stepId, name }, ...readRetry(retriable) };
        break;
      }
      default: {
        const step = readFoundStep(operation, stepId, name);
        if (step) found.push(step);
        else ending ??= refuseOperation(operation, name, steps);
      }
    }
  }
  return ending ?? { type: "progressed", steps, found };
}

function readFoundStep(operation: Operation, stepId: string, name: string): FoundStep | undefined {
  const opts = JSON.parse(toJsonText(operation.opts ?? {})) as Record<string, unknown>;
  switch (operation.op) {
    case "StepPlanned":
      return { type: "call", stepId, name };
    case "Sleep":
      return { type: "sleep", stepId, name, until: String(opts.duration ?? operation.name ?? "") };
    case "WaitForEvent":
      return {
        type: "event",
        stepId,
        name,
        eventName: String(opts.event ?? operation.name),
        condition: opts.if === undefined ? undefined : String(opts.if),
        timeout: String(opts.timeout ?? ""),
      };
    case "InvokeFunction":
      return {
        type: "invoke",
        stepId,
        name,
        functionId: String(opts.function_id),
        payload: (opts.payload ?? {}) as Record<string, unknown>,
        timeout: opts.timeout === undefined ? undefined : String(opts.timeout),
      };
    default:
      return undefined;
  }
}

function refuseOperation(operation: Operation, name: string, steps: StepResult[]): CallOutcome {
  return {
    type: "failed",
    steps,
    error: {
      name: "UnsupportedFeatureError",
      message: `The embedded workflow engine does not implement ${String(operation.op)} (step "${name}").`,
    },
    retryable: false,
    retryAfter: undefined,
    step: undefined,
  };
}

function readRetry(retriable: boolean | string): { retryable: boolean; retryAfter: string | undefined } {
  return {
    retryable: retriable !== false,
    retryAfter: typeof retriable === "string" ? retriable : undefined,
  };
}

/** Errors are {name, message, stack, …}, with whatever else could be written of them. */
function readError(value: unknown, otherwise: string): CallError {
  const read: unknown = JSON.parse(toJsonText(value));
  const record = read !== null && typeof read === "object" ? (read as Record<string, unknown>) : {};
  const { __serialized: _marker, ...rest } = record;
  return { ...rest, name: String(record.name ?? "Error"), message: String(record.message ?? otherwise) };
}

/** A planned step that the function does not come to any more: it was changed, or does not always take the same way. */
function describeLostStep({ step, foundSteps }: Extract<SdkResult, { type: "step-not-found" }>): CallError {
  const found = foundSteps.map(({ id, displayName }) => `${displayName ?? id} (${id})`).join(", ");
  const message = `The function did not come to step "${step.displayName ?? step.id}" within 10 s.`;
  return { name: "StepNotFoundError", message: found === "" ? message : `${message} It found: ${found}.` };
}
