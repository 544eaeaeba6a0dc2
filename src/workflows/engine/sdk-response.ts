/** What the SDK's answer to a call means. Source: SDK specification, 4.4.3, 5.1 and 5.3. */
import type { StepResult } from "../../db/engine-steps.ts";
import type { SdkResponse } from "./sdk-handler.ts";

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

export function readSdkResponse(response: SdkResponse): CallOutcome {
  const body = parseBody(response.body);
  if (response.status === 200) return { type: "finished", steps: [], output: JSON.stringify(body ?? null) };
  if (response.status === 206) return readOperations(Array.isArray(body) ? body : [body], response);
  return {
    type: "failed",
    steps: [],
    error: readError(body, `The SDK answered with status ${response.status}.`),
    step: undefined,
    ...readRetry(response),
  };
}

/** The operations of a checkpoint, of which only finished steps may come. Undefined when there are others. */
export function readCheckpointSteps(operations: readonly unknown[]): StepResult[] | undefined {
  const outcome = readOperations(operations, NO_RESPONSE);
  return outcome.type === "progressed" && outcome.found.length === 0 ? outcome.steps : undefined;
}

const NO_RESPONSE: SdkResponse = { status: 206, headers: new Map(), body: "" };

/** Finished steps count whatever else the answer holds: also those that stand behind one that failed. */
function readOperations(operations: readonly unknown[], response: SdkResponse): CallOutcome {
  const steps: StepResult[] = [];
  const found: FoundStep[] = [];
  let ending: CallOutcome | undefined;
  for (const item of operations) {
    const operation = (item ?? {}) as Operation;
    const stepId = String(operation.id);
    const name = String(operation.displayName ?? operation.name ?? stepId);
    switch (operation.op) {
      case "RunComplete":
        ending ??= { type: "finished", steps, output: JSON.stringify(operation.data ?? null) };
        break;
      case "StepRun":
      case "Step":
        steps.push({ stepId, name, kind: "run", data: JSON.stringify(operation.data ?? null), error: null });
        break;
      case "StepFailed": {
        const error = JSON.stringify(readError(operation.error, "The step failed."));
        steps.push({ stepId, name, kind: "run", data: null, error });
        break;
      }
      case "StepError":
        ending ??= {
          type: "failed",
          steps,
          error: readError(operation.error, "The step failed."),
          step: { stepId, name },
          ...readRetry(response),
        };
        break;
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
  const opts = (operation.opts ?? {}) as Record<string, unknown>;
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

function readRetry(response: SdkResponse): { retryable: boolean; retryAfter: string | undefined } {
  return {
    retryable: response.headers.get("x-inngest-no-retry") !== "true",
    retryAfter: response.headers.get("retry-after"),
  };
}

/** Errors travel as {name, message, stack, …}; a step that was not found as {error, …}. */
function readError(value: unknown, otherwise: string): CallError {
  const record = value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
  const { __serialized: _marker, ...rest } = record;
  return {
    ...rest,
    name: String(record.name ?? "Error"),
    message: String(record.message ?? record.error ?? otherwise),
  };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
