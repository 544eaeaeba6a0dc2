/**
 * One call of a function: what the SDK's request handler does with a call request (SDK specification, 4.4), without the
 * request. The handler builds a dozen schemas, headers, a URL and a signature check for each call, to read what this
 * process wrote itself; that took more of a run's time than everything else together.
 */
import { type Inngest, type InngestFunction, type Middleware, NonRetriableError } from "inngest";
import { type InngestExecution, InngestExecutionEngine, types } from "inngest/internals";
import type { RunMemo } from "../../db/engine-steps.ts";
import { leaveStreamUnused } from "./sdk-shortcuts.ts";
import { WHOLE_FUNCTION } from "./types.ts";

export type SdkCall = {
  functionId: string;
  stepId: string;
  runId: string;
  /** Comes back with each checkpoint and says under which lease it is stored. */
  leaseToken: string;
  attempt: number;
  maxAttempts: number;
  /** The event as JSON text. */
  event: string;
  memo: RunMemo;
};

export type SdkResult = InngestExecution.ExecutionResult;

/** Rejects where the call cannot be made at all; what the function throws is a result. */
export type SdkCaller = (call: SdkCall) => Promise<SdkResult>;

type Executable = { fn: InngestFunction.Any; handlerKind: "main" | "failure" };

export function createSdkCaller(client: Inngest.Any, functions: readonly InngestFunction.Any[]): SdkCaller {
  const executables = new Map<string, Executable>();
  for (const fn of functions) {
    executables.set(fn.id(client.id), { fn, handlerKind: "main" });
    executables.set(`${fn.id(client.id)}-failure`, { fn, handlerKind: "failure" });
  }
  return async (call) => {
    const executable = executables.get(call.functionId);
    if (!executable) throw new Error(`This process has no function "${call.functionId}".`);
    const options = planExecution(client, executable, call);
    const execution = InngestExecutionEngine.createExecutionEngine(options);
    leaveStreamUnused(execution);
    return startWrapped(execution, executable.fn, options);
  };
}

function planExecution(
  client: Inngest.Any,
  { fn, handlerKind }: Executable,
  { runId, functionId, leaseToken, event, memo, ...call }: SdkCall,
): InngestExecution.InngestExecutionOptions {
  const requestedStep = call.stepId === WHOLE_FUNCTION ? undefined : call.stepId;
  const checkpointing = readCheckpointing(fn, { requestedStep, functionId, memo });
  return {
    client,
    fn,
    handlerKind,
    runId,
    internalFnId: functionId,
    queueItemId: leaseToken,
    stepMode: checkpointing ? types.StepMode.AsyncCheckpointing : types.StepMode.Async,
    ...(checkpointing ? { checkpointingConfig: checkpointing } : {}),
    // Two objects, as over the wire: a function that changes `event` finds `events` as they were sent.
    data: {
      event: JSON.parse(event),
      events: [JSON.parse(event)],
      runId,
      attempt: call.attempt,
      maxAttempts: call.maxAttempts,
    },
    ...readMemo(memo),
    ...(requestedStep === undefined ? {} : { requestedRunStep: requestedStep }),
    disableImmediateExecution: memo.othersPending,
    requestStartedAt: Date.now(),
    middlewareInstances: createMiddleware(client, fn),
    transformCtx: refuseWhatNeedsAsyncContext,
    reqArgs: [],
    headers: {},
  };
}

type Context = Parameters<NonNullable<InngestExecution.InngestExecutionOptions["transformCtx"]>>[0];

/** What needs the SDK's async context, which it is kept from here (see `doWithoutAsyncContext`), fails its run by name. */
function refuseWhatNeedsAsyncContext(context: Context): Context {
  const fetch = Object.assign(refuse("step.fetch"), { config: refuse("step.fetch") });
  const group = { parallel: refuse("group.parallel"), experiment: refuse("group.experiment") };
  return { ...context, step: { ...context.step, fetch }, group: { ...context.group, ...group } };
}

function refuse(feature: string): () => never {
  return () => {
    throw new NonRetriableError(`The embedded workflow engine does not implement ${feature}.`);
  };
}

type Checkpointing = NonNullable<InngestExecution.InngestExecutionOptions["checkpointingConfig"]>;

/**
 * How the function wants its steps to be checkpointed; undefined: each step is an answer of its own. The SDK decides,
 * by the options of function and client. A function may take as long as it takes: there is no request to time out.
 */
function readCheckpointing(
  fn: InngestFunction.Any,
  call: { requestedStep: string | undefined; functionId: string; memo: RunMemo },
): Checkpointing | undefined {
  const decide: unknown = Reflect.get(fn, "shouldAsyncCheckpoint");
  if (typeof decide !== "function") return undefined;
  return Reflect.apply(decide, fn, [call.requestedStep, call.functionId, call.memo.othersPending, 0]);
}

function readMemo({ steps }: RunMemo) {
  const stepState: Record<string, object> = {};
  for (const { stepId, data, error } of steps) {
    stepState[stepId] =
      error === null
        ? { id: stepId, data: JSON.parse(data ?? "null") }
        : { id: stepId, error: JSON.parse(error) };
  }
  return {
    stepState: stepState as InngestExecution.InngestExecutionOptions["stepState"],
    stepCompletionOrder: steps.map((step) => step.stepId),
  };
}

function createMiddleware(client: Inngest.Any, fn: InngestFunction.Any): Middleware.BaseMiddleware[] {
  const ofClient = (Reflect.get(client, "middleware") ?? []) as Middleware.Class[];
  return [...ofClient, ...(fn.opts.middleware ?? [])].map((Class) => new Class({ client }));
}

/** Lets middleware wrap the call as it would wrap the request of one. The response that it sees is empty. */
async function startWrapped(
  execution: InngestExecution.IInngestExecution,
  fn: InngestFunction.Any,
  { runId, middlewareInstances = [] }: InngestExecution.InngestExecutionOptions,
): Promise<SdkResult> {
  let result: SdkResult | undefined;
  let next = async (): Promise<Middleware.Response> => {
    result = await execution.start();
    return { status: 200, headers: {}, body: "" };
  };
  for (const middleware of middlewareInstances.toReversed()) {
    if (!middleware.wrapRequest) continue;
    const inner = next;
    next = () =>
      middleware.wrapRequest?.({ next: inner, requestArgs: [], requestInfo: REQUEST, runId, fn }) ?? inner();
  }
  await next();
  if (!result) throw new Error("A middleware has kept the function from being called.");
  return result;
}

const REQUEST: Middleware.Request = Object.freeze({
  headers: Object.freeze({}),
  method: "POST",
  url: new URL("http://embedded.invalid/api/inngest"),
  body: () => Promise.resolve({}),
});
