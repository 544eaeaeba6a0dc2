/**
 * The HTTP surface of an Inngest dev server, as far as the conformance suite's harness uses it, with the simplest
 * executor that can run steps, sleeps and retries behind it: to test the harness, not to be conformant.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;
type StoredRun = { run_id: string; function_id: string; status: string; output?: unknown };
type Registered = { internal_id: string; id: string; url: string; event: string; retries: number };

const RETRY_MS = 50;

export async function startDevServerStandIn() {
  const functions: (Registered & { app: string })[] = [];
  const runs = new Map<string, StoredRun[]>();
  const outputs = new Map<string, unknown>();
  const removed: string[] = [];

  async function call(fn: Registered, event: Json, runId: string, steps: Json, attempt: number) {
    const url = new URL(fn.url);
    url.searchParams.set("fnId", fn.id);
    url.searchParams.set("stepId", "step");
    const stack = Object.keys(steps);
    return fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "x-inngest-server-kind": "dev" },
      body: JSON.stringify({
        version: 1,
        event,
        events: [event],
        steps,
        ctx: {
          run_id: runId,
          attempt,
          disable_immediate_execution: false,
          use_api: false,
          stack: { stack, current: stack.length },
        },
      }),
    });
  }

  async function execute(fn: Registered, event: Json, run: StoredRun): Promise<void> {
    const steps: Json = {};
    for (let attempt = 0; attempt <= fn.retries; ) {
      const response = await call(fn, event, run.run_id, steps, attempt);
      const body = (await response.json()) as unknown;
      if (response.status === 200) {
        run.status = "Completed";
        outputs.set(run.run_id, body); // only the trace has it, as on a server of today
        return;
      }
      const operations = response.status === 206 && Array.isArray(body) ? (body as Json[]) : [];
      const failed = operations.some(({ op }) => op === "StepError");
      if (response.status !== 206 || failed) {
        attempt++;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        continue;
      }
      for (const { id, op, data, name } of operations) {
        if (op === "Sleep")
          await new Promise((resolve) => setTimeout(resolve, readSeconds(String(name)) * 1000));
        steps[String(id)] = op === "Sleep" ? null : { type: "data", data: data ?? null };
      }
      attempt = 0;
    }
    run.status = "Failed";
  }

  function accept(event: Json): string {
    const id = `evt-${randomUUID()}`;
    const started = functions.filter((fn) => fn.event === event.name);
    const list = started.map((fn) => ({
      run_id: randomUUID(),
      function_id: fn.internal_id,
      status: "Running",
    }));
    runs.set(id, list);
    started.forEach((fn, index) => {
      const run = list[index];
      if (run) void execute(fn, { ...event, id, data: event.data ?? {} }, run);
    });
    return id;
  }

  function registerApp({ appName, functions: configs }: Json): Json {
    for (const config of configs as Json[]) {
      const { event = "" } = (config.triggers as Json[])[0] ?? {};
      const { runtime, retries } = (config.steps as { step: { runtime: { url: string }; retries?: Json } })
        .step;
      functions.push({
        app: String(appName),
        internal_id: randomUUID(),
        id: String(config.id),
        url: runtime.url.split("?")[0] ?? "",
        event: String(event),
        retries: Number(retries?.attempts ?? 4),
      });
    }
    return { ok: true, modified: true };
  }

  function answer(method: string, url: URL, body: unknown): unknown {
    const path = url.pathname;
    if (method === "POST" && path.startsWith("/e/")) {
      return { ids: (body as Json[]).map(accept), status: 200 };
    }
    if (path === "/fn/register") return registerApp(body as Json);
    if (path === "/fn/remove") return { removed: removed.push(url.searchParams.get("url") ?? "") };
    const [, app] = /^\/v1\/apps\/([^/]+)\/functions$/.exec(path) ?? [];
    if (app !== undefined) return functions.filter((fn) => fn.app === app);
    const [, eventId] = /^\/v1\/events\/([^/]+)\/runs$/.exec(path) ?? [];
    if (eventId !== undefined) return { data: runs.get(eventId) ?? null, metadata: {} };
    if (path === "/v0/gql") return trace(body as { query: string; variables: { id: string } });
    return undefined;
  }

  function trace({ query, variables: { id } }: { query: string; variables: { id: string } }): unknown {
    if (query.includes("runTrace(")) return { data: { runTrace: { outputID: id } } };
    return { data: { runTraceSpanOutputByID: { data: JSON.stringify({ data: outputs.get(id) }) } } };
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://stand.in");
    const found = answer(request.method ?? "GET", url, await readJson(request));
    response.writeHead(found === undefined ? 404 : 200, {
      "content-type": "application/json",
      "x-inngest-server-kind": "dev",
    });
    response.end(JSON.stringify(found ?? { error: `${url.pathname} is not here` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    removed,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? undefined : (JSON.parse(Buffer.concat(parts).toString()) as unknown);
}

function readSeconds(duration: string): number {
  return Number(/^(\d+)s$/.exec(duration)?.[1] ?? 0);
}
