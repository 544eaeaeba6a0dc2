/**
 * What the SDK does for a server far away, and a server in this process has no use for. Each shortcut reaches into the
 * SDK, whose version is pinned; where a release has changed what it reaches for, it does nothing, and runs are slower
 * and as sound.
 */
import type { Inngest } from "inngest";
import type { StepResult } from "../../db/engine-steps.ts";
import type { CheckpointAnswer } from "./flights.ts";
import { readCheckpointSteps } from "./sdk-outcome.ts";

/** The client's headers, made once: for each request, the SDK reads the whole environment several times. */
export function keepClientHeaders(client: Inngest.Any): void {
  const headers: unknown = Reflect.get(client, "headers");
  if (headers === null || typeof headers !== "object") return;
  Object.defineProperty(client, "headers", { value: Object.freeze(headers), configurable: true });
}

type CheckpointArgs = { queueItemId?: unknown; steps?: unknown };
type SendCheckpoint = (args: CheckpointArgs) => Promise<void>;

/**
 * Hands checkpoints to `store` as they are, instead of as a request to the client's `fetch`. What cannot be stored takes
 * the long way after all, which says so to the SDK in its own words.
 */
export function storeCheckpointsHere(
  client: Inngest.Any,
  store: (leaseToken: string, steps: readonly StepResult[]) => Promise<CheckpointAnswer>,
): void {
  const api: unknown = Reflect.get(client, "inngestApi");
  if (api === null || typeof api !== "object") return;
  const send: unknown = Reflect.get(api, "checkpointStepsAsync");
  if (typeof send !== "function") return;
  const storeHere: SendCheckpoint = async (args) => {
    const steps = Array.isArray(args.steps) ? readCheckpointSteps(args.steps) : undefined;
    if (steps && (await store(String(args.queueItemId), steps)) === "stored") return;
    await Reflect.apply(send, api, [args]);
  };
  Reflect.set(api, "checkpointStepsAsync", storeHere);
}

/** Where the SDK keeps the AsyncLocalStorage of the process, for all copies of itself. */
const ASYNC_CONTEXT = Symbol.for("inngest:als");

/**
 * Has the SDK work as where there is no AsyncLocalStorage, which it supports. Up to Node 22, the first use of one makes
 * every promise of the process several times as dear, and the SDK makes about a thousand for a run of four steps: this
 * was measured as a quarter to a third of a run's time. What functions lose by it is refused in `sdk-execution.ts`.
 */
export function doWithoutAsyncContext(): void {
  const storage = { getStore: () => undefined, run: (_store: unknown, work: () => unknown) => work() };
  const cache = { promise: Promise.resolve(storage), resolved: storage, isFallback: true };
  Reflect.set(globalThis, ASYNC_CONTEXT, cache);
}

/** What the SDK writes into the stream of each execution, for a client that reads along with a durable endpoint. */
const STREAM_WRITERS = ["commit", "rollback", "closeSucceeded", "closeFailed", "end"];

/** Leaves the stream of an execution alone for as long as the function itself does. */
export function leaveStreamUnused(execution: object): void {
  const stream: unknown = Reflect.get(execution, "streamTools");
  if (stream === null || typeof stream !== "object") return;
  for (const name of STREAM_WRITERS) {
    const write: unknown = Reflect.get(stream, name);
    if (typeof write !== "function") continue;
    const writeIfUsed = (...args: unknown[]): unknown =>
      Reflect.get(stream, "activated") === false ? undefined : Reflect.apply(write, stream, args);
    Reflect.set(stream, name, writeIfUsed);
  }
}
