/**
 * The `fetch` of an Inngest client that has no Inngest server: it stands for the event API and for the checkpoint API,
 * and says so of everything else.
 */
import { describeError } from "./describe-error.ts";
import { acceptEvents, EventRefusedError, parseEvents } from "./event-api.ts";
import type { CheckpointAnswer } from "./flights.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import { readCheckpointSteps } from "./sdk-outcome.ts";
import type { EngineContext, EngineEvent, WorkKind } from "./types.ts";

/** The signature of `fetch`, as far as the SDK uses it. */
export type EngineFetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

export type ApiParts = {
  context: EngineContext;
  /** The functions of this process; undefined until the engine has started. */
  functions: () => readonly RegisteredFunction[] | undefined;
  checkpoint: (
    token: string,
    steps: NonNullable<ReturnType<typeof readCheckpointSteps>>,
  ) => Promise<CheckpointAnswer>;
  wake: (...kinds: WorkKind[]) => void;
  /** While the engine is being drained: where new events go, instead of starting runs here. */
  forward: () => ((events: readonly EngineEvent[]) => Promise<void>) | undefined;
};

const CHECKPOINT_PATH = /^\/v1\/checkpoint\/[^/]+\/async$/;

export function createApiFetch(parts: ApiParts): EngineFetch {
  // The SDK reads nothing but the status of a stored checkpoint, so that one answer does for all.
  const stored = new Response(null, { status: 200 });
  return async (input, init) => {
    const request = await readRequest(input, init);
    const { method, pathname } = request;
    if (method === "POST" && pathname.startsWith("/e/")) return receiveEvents(parts, request);
    if (method === "POST" && CHECKPOINT_PATH.test(pathname)) {
      return (await receiveCheckpoint(parts, request)) ?? stored;
    }
    const error = `The embedded workflow engine does not implement ${method} ${pathname} of Inngest's API.`;
    return answer(501, { error, status: 501 });
  };
}

type ApiRequest = { method: string; pathname: string; header(name: string): string | null; text: string };

/** The SDK posts strings. Reading them as they are, without building a Request, is worth a tenth of a run's time. */
async function readRequest(input: RequestInfo | URL, init: RequestInit | undefined): Promise<ApiRequest> {
  if (!(input instanceof Request) && typeof init?.body === "string") {
    const { pathname } = new URL(input);
    return {
      method: (init.method ?? "GET").toUpperCase(),
      pathname,
      header: (name) => new Headers(init.headers).get(name),
      text: init.body,
    };
  }
  const request = new Request(input, init);
  return {
    method: request.method,
    pathname: new URL(request.url).pathname,
    header: (name) => request.headers.get(name),
    text: await request.text(),
  };
}

async function receiveEvents(parts: ApiParts, request: ApiRequest): Promise<Response> {
  try {
    const body: unknown = JSON.parse(request.text);
    const seed = request.header("x-inngest-event-id-seed");
    const events = parseEvents(body, seed, parts.context.clock.now());
    const forward = parts.forward();
    if (forward) await forward(events);
    else if (events.length > 0) {
      const stored = await acceptEvents(parts.context, parts.functions(), events);
      if (stored.unrouted) parts.wake("events", "calls");
      else if (stored.runs > 0) parts.wake("calls");
    }
    return answer(200, { ids: events.map((event) => event.id), status: 200 });
  } catch (error) {
    if (error instanceof EventRefusedError || error instanceof SyntaxError) {
      return answer(400, { error: error.message, ids: [], status: 400 });
    }
    parts.context.log.warn(describeError(error), "workflow events could not be stored");
    return answer(503, {
      error: "The events could not be stored: the database is away.",
      ids: [],
      status: 503,
    });
  }
}

/** Resolves to nothing when the steps are stored. Source: SDK specification, 10.3.1. 409 makes the SDK stop: another process has the run, or it has ended. */
async function receiveCheckpoint(parts: ApiParts, request: ApiRequest): Promise<Response | undefined> {
  const body = JSON.parse(request.text) as { qi_id?: unknown; steps?: unknown };
  const steps = Array.isArray(body.steps) ? readCheckpointSteps(body.steps) : undefined;
  if (!steps) return answer(400, { error: "Only finished steps can be checkpointed.", status: 400 });
  try {
    if ((await parts.checkpoint(String(body.qi_id), steps)) === "stored") return undefined;
    return answer(409, { error: "This call has lost its lease.", status: 409 });
  } catch (error) {
    // The SDK tries again, and in the end answers the call itself with the steps: they are stored then.
    parts.context.log.warn(describeError(error), "a workflow checkpoint could not be stored");
    return answer(503, { error: "The checkpoint could not be stored: the database is away.", status: 503 });
  }
}

function answer(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}
