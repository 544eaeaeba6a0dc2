/** `/api/admin/runs` on the real application over a database that the real engine has run on. */
import { Inngest } from "inngest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { embeddedClientOptions } from "../../src/workflows/engine/client-options.ts";
import { createEmbeddedEngine, type EmbeddedEngine } from "../../src/workflows/engine/engine.ts";
import { QUIET } from "../helpers/workflows.ts";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
let engine: EmbeddedEngine;
let admin: string;
let user: string;
let broken = true;
let firstStepRuns = 0;

beforeAll(async () => {
  api = await createApi({ replayRun: (id) => engine.replayDeadRun(id) });
  engine = createEmbeddedEngine({ sql: api.sql, log: QUIET });
  const client = new Inngest({ id: "runs", ...embeddedClientOptions(engine, QUIET) });
  const functions = [
    client.createFunction(
      { id: "mortal", retries: 0, triggers: [{ event: "mortal/go" }] },
      async ({ step }) => {
        await step.run("count", () => ++firstStepRuns);
        return step.run("break", () => {
          if (broken) throw new Error("The far end said no.");
          return "whole";
        });
      },
    ),
    client.createFunction({ id: "sleeper", triggers: [{ event: "sleeper/go" }] }, async ({ step }) => {
      await step.sleep("long", "30 days");
    }),
  ];
  await engine.start(functions, { client });
  await client.send([
    { name: "mortal/go", data: { n: 1 } },
    ...[1, 2, 3].map(() => ({ name: "sleeper/go", data: {} })),
  ]);
  await engine.waitUntilIdle();
  admin = (await api.signUpAs("admin")).token;
  user = (await api.signUp()).token;
});
afterAll(async () => {
  await engine.stop();
  await api.drop();
});

async function readDeadRun() {
  const { json } = await api.call("GET", "/api/admin/runs?state=dead", { token: admin });
  return json.runs[0];
}

describe("runs, to be looked at", () => {
  it("are listed page by page, the newest first, by state", async () => {
    const first = await api.call("GET", "/api/admin/runs?limit=3", { token: admin });
    expect(first).toMatchObject({
      status: 200,
      json: { runs: [{}, {}, {}], nextCursor: expect.any(String) },
    });
    const second = await api.call("GET", `/api/admin/runs?limit=3&cursor=${first.json.nextCursor}`, {
      token: admin,
    });
    expect(second.json.runs).toHaveLength(1);
    expect(second.json.nextCursor).toBeNull();
    const ids = [...first.json.runs, ...second.json.runs].map((run: { id: string }) => run.id);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    const active = await api.call("GET", "/api/admin/runs?state=active", { token: admin });
    expect(active.json.runs.map((run: { state: string }) => run.state)).toEqual([
      "waiting",
      "waiting",
      "waiting",
    ]);
  });

  it("show their steps, what they wait for, and why they died", async () => {
    const dead = await readDeadRun();
    expect(dead).toMatchObject({ function: "runs-mortal", event: { name: "mortal/go" } });
    const { json } = await api.call("GET", `/api/admin/runs/${dead.id}`, { token: admin });
    expect(json.run).toMatchObject({
      state: "dead",
      data: { data: { n: 1 } },
      error: { message: "The far end said no." },
    });
    expect(json.run.steps[0]).toMatchObject({ name: "count", output: 1 });
    const { json: list } = await api.call("GET", "/api/admin/runs?state=active&limit=1", { token: admin });
    const waiting = await api.call("GET", `/api/admin/runs/${list.runs[0].id}`, { token: admin });
    expect(waiting.json.run.pending).toMatchObject([{ kind: "sleep", name: "long" }]);
  });

  it("are for admins alone", async () => {
    const { id } = await readDeadRun();
    for (const [method, path] of [
      ["GET", "/api/admin/runs"],
      ["GET", `/api/admin/runs/${id}`],
      ["POST", `/api/admin/runs/${id}/replay`],
    ] as const) {
      expect((await api.call(method, path)).status).toBe(401);
      expect((await api.call(method, path, { token: user })).status).toBe(403);
    }
    expect(await readDeadRun()).toMatchObject({ id });
  });

  it("answer with what is wrong about a question", async () => {
    expect(
      (await api.call("GET", "/api/admin/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV", { token: admin })).status,
    ).toBe(404);
    expect(await api.call("GET", "/api/admin/runs?cursor=1", { token: admin })).toMatchObject({
      status: 400,
      json: { error: { field: "cursor" } },
    });
    expect(await api.call("GET", "/api/admin/runs?state=happy", { token: admin })).toMatchObject({
      status: 400,
    });
  });
});

describe("a dead run that is replayed", () => {
  it("goes on where it died, and only once", async () => {
    const { id } = await readDeadRun();
    broken = false;
    const answers = await Promise.all(
      [1, 2].map(() => api.call("POST", `/api/admin/runs/${id}/replay`, { token: admin })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    await engine.waitUntilIdle();
    const { json } = await api.call("GET", `/api/admin/runs/${id}`, { token: admin });
    expect(json.run).toMatchObject({ state: "finished", output: "whole" });
    expect(firstStepRuns).toBe(1);
  });
});
