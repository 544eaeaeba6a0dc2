/**
 * An Inngest dev server as the conformance suite sees it: `npx inngest-cli dev --no-discovery`, its address in
 * INNGEST_DEV_URL. It must be able to reach 127.0.0.1 of this process. Time passes there as it does on the wall.
 * Sources: Inngest server, pkg/devserver/api.go, pkg/api/apiv1 (events, functions), pkg/coreapi/gql.query.graphql.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Inngest, type InngestFunction } from "inngest";
import { serve } from "inngest/node";
import { createSdkLogger } from "../../src/workflows/engine/client-options.ts";
import type { Harness, ObservedRun, SentEvent } from "./conformance/harness.ts";
import { createLogList } from "./embedded-harness.ts";

const SERVE_PATH = "/api/inngest";

export type DevServerOptions = {
  clientOptions?: object;
  /** Without a call for so long, nothing is under way that needs no time. Longer than the server's own pauses. */
  quietMs?: number;
  /** The longest that `settle` waits for that. */
  settleMaxMs?: number;
  /** The longest that `until` waits: retries of the server take up to half a minute each. */
  untilMaxMs?: number;
};

export type DevServerHarness = Harness & { client: Inngest.Any; stop(): Promise<void> };

type ServedFunctions = { url: string; server: Server; isQuietFor(ms: number): boolean };

/** What `GET /v1/events/{id}/runs` says of a run. */
type RunRow = { run_id: string; function_id: string; status: string; output?: unknown };

let apps = 0;

export async function createDevServerHarness(
  devServerUrl: string,
  buildFunctions: (client: Inngest.Any) => InngestFunction.Any[],
  options: DevServerOptions = {},
): Promise<DevServerHarness> {
  const { clientOptions = {}, quietMs = 1500, settleMaxMs = 30_000, untilMaxMs = 240_000 } = options;
  // An app of its own: what an earlier run of the suite has left registered is not this one's.
  const appId = `conformance-${Date.now()}-${++apps}`;
  const client = new Inngest({
    id: appId,
    isDev: true,
    baseUrl: devServerUrl,
    eventKey: "conformance",
    logger: createSdkLogger(createLogList().log),
    ...clientOptions,
  });
  const served = await serveFunctions(client, buildFunctions(client));
  const ask = createAsk(devServerUrl);
  await register(served.url);
  const slugs = await readSlugs(ask, appId);

  // Quiet from now on: what was just sent, or has just become due, has not arrived yet.
  const settle = async (): Promise<void> => {
    const startedAt = Date.now();
    const isSettled = () => Date.now() - startedAt >= quietMs && served.isQuietFor(quietMs);
    await waitFor(isSettled, settleMaxMs, Math.min(100, quietMs));
  };
  return {
    appId,
    client,
    send: async (...events: SentEvent[]) => (await client.send(events)).ids,
    settle,
    passTime: async (ms) => {
      await pause(ms);
      await settle();
    },
    until: async (what, condition) => {
      if (!(await waitFor(condition, untilMaxMs, 500))) throw new Error(`This never happened: ${what}.`);
      // Seen once: the server has called a run completed that still had steps before it.
      await settle();
    },
    runsOf: async (eventId) => {
      const rows = await readRuns(ask, eventId);
      const own = rows.filter((row) => slugs.has(row.function_id));
      const runs = await Promise.all(own.map((row) => observe(ask, row, slugs.get(row.function_id) ?? "")));
      return runs.sort((a, b) => a.functionId.localeCompare(b.functionId));
    },
    stop: async () => {
      const url = `${devServerUrl}/fn/remove?url=${encodeURIComponent(served.url)}`;
      await fetch(url, { method: "DELETE" }).catch(() => undefined);
      served.server.closeAllConnections();
      await new Promise((resolve) => served.server.close(resolve));
    },
  };
}

/** Serves the functions on a port of 127.0.0.1, and knows when it was last called. */
async function serveFunctions(
  client: Inngest.Any,
  functions: InngestFunction.Any[],
): Promise<ServedFunctions> {
  const handle = serve({ client, functions, servePath: SERVE_PATH });
  let underWay = 0;
  let lastCallAt = Date.now();
  const server = createServer((request, response) => {
    underWay++;
    response.once("close", () => {
      underWay--;
      lastCallAt = Date.now();
    });
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${SERVE_PATH}`;
  return { url, server, isQuietFor: (ms) => underWay === 0 && Date.now() - lastCallAt >= ms };
}

/** A PUT has the SDK register itself with its server, at `/fn/register`. SDK specification, 4.3. */
async function register(url: string): Promise<void> {
  const response = await fetch(url, { method: "PUT" });
  const text = await response.text();
  if (!response.ok) throw new Error(`The dev server refused the functions (${response.status}): ${text}`);
}

type Ask = <T>(path: string, body?: object) => Promise<T>;

function createAsk(devServerUrl: string): Ask {
  return async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(new URL(path, devServerUrl), {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
}

/** Function ids as the suite knows them, by the server's. */
async function readSlugs(ask: Ask, appId: string): Promise<Map<string, string>> {
  const functions = await ask<{ internal_id: string; id: string }[]>(`/v1/apps/${appId}/functions`);
  return new Map(functions.map(({ internal_id, id }) => [internal_id, id.replace(`${appId}-`, "")]));
}

async function readRuns(ask: Ask, eventId: string): Promise<RunRow[]> {
  // The server keeps an answer for seconds, by its address.
  const { data } = await ask<{ data: RunRow[] | null }>(`/v1/events/${eventId}/runs?at=${Math.random()}`);
  return data ?? [];
}

const STATUS: { [status: string]: ObservedRun["status"] } = {
  Completed: "finished",
  Failed: "failed",
  Cancelled: "cancelled",
};

async function observe(ask: Ask, row: RunRow, functionId: string): Promise<ObservedRun> {
  const status = STATUS[row.status] ?? "running";
  // The server leaves the row's output empty, and has it in the run's trace.
  const output = row.output || (status === "finished" ? await readTracedOutput(ask, row.run_id) : undefined);
  return { functionId, status, output: unwrap(output) };
}

async function readTracedOutput(ask: Ask, runId: string): Promise<unknown> {
  const query = (text: string, variables: object) =>
    ask<{ data: Record<string, Record<string, string | null> | null> | null }>("/v0/gql", {
      query: text,
      variables,
    });
  const trace = await query("query ($id: String!) { runTrace(runID: $id) { outputID } }", { id: runId });
  const outputId = trace.data?.runTrace?.outputID;
  if (!outputId) return undefined;
  const output = await query("query ($id: String!) { runTraceSpanOutputByID(outputID: $id) { data } }", {
    id: outputId,
  });
  const text = output.data?.runTraceSpanOutputByID?.data;
  return text ? (JSON.parse(text) as unknown) : undefined;
}

/** Outputs travel as they are, as JSON text, or as {data: …}. */
function unwrap(output: unknown): unknown {
  if (output === null || typeof output !== "object" || Array.isArray(output)) return output;
  const keys = Object.keys(output);
  return keys.length === 1 && keys[0] === "data" ? (output as { data: unknown }).data : output;
}

async function waitFor(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  intervalMs: number,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= deadline) return false;
    await pause(intervalMs);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
