/** Runs that have failed for good: visible, logged once, replayable. */
import { NonRetriableError } from "inngest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestClock, createTestEngine, type TestEngine } from "./embedded-harness.ts";

let database: TestDatabase;
let test: TestEngine;
const clock = createTestClock();
const notes: string[] = [];
let broken = true;

beforeAll(async () => {
  database = await createTestDatabase();
  test = createTestEngine(database, { now: clock.now });
  const { client } = test;
  await test.start([
    client.createFunction(
      { id: "mortal", retries: 1, triggers: [{ event: "mortal/go" }] },
      async ({ step }) => {
        const first = await step.run("first", () => {
          notes.push("first");
          return 41;
        });
        const second = await step.run("second", () => {
          notes.push("second");
          if (broken) throw new Error("secret words of a customer");
          return first + 1;
        });
        return second;
      },
    ),
    client.createFunction({ id: "gone-ticket", triggers: [{ event: "gone/go" }] }, async ({ event }) => {
      if (event.data.gone) throw new NonRetriableError("the ticket is gone");
      notes.push("sound");
    }),
    client.createFunction(
      {
        id: "double-fault",
        retries: 0,
        triggers: [{ event: "double/go" }],
        onFailure: async () => {
          throw new NonRetriableError("and the handler too");
        },
      },
      async () => {
        throw new Error("at first");
      },
    ),
  ]);
});
afterAll(async () => {
  await test?.engine.stop();
  await database?.drop();
});

it("a run whose attempts are exhausted is dead: listed with its error, logged once with its ids and without its words", async () => {
  const { engine, client, lines } = test;
  const [eventId] = (await client.send({ name: "mortal/go" })).ids;
  await engine.waitUntilIdle();
  expect(await engine.listDeadRuns()).toEqual([]);
  clock.advance(11_000);
  await engine.waitUntilIdle();

  const [dead, ...others] = await engine.listDeadRuns();
  expect(others).toEqual([]);
  expect(dead).toMatchObject({
    functionId: "test-mortal",
    state: "dead",
    eventId,
    eventName: "mortal/go",
    error: { name: "Error", message: "secret words of a customer" },
  });
  const errors = lines.filter((line) => line.level === "error");
  expect(errors).toEqual([
    {
      level: "error",
      message: "a workflow run is dead",
      fields: { runId: dead?.id, functionId: "test-mortal", eventId, errorName: "Error" },
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain("secret words");
});

it("one run can be read with its steps", async () => {
  const [dead] = await test.engine.listDeadRuns();
  const run = await test.engine.readRun(dead?.id ?? "");
  expect(run?.steps).toMatchObject([
    { name: "first", kind: "run", data: 41, error: null },
    { name: "second", kind: "run", data: null, error: { message: "secret words of a customer" } },
  ]);
  expect(run?.pending).toEqual([]);
  expect(await test.engine.readRun("nobody")).toBeUndefined();
});

it("a dead run that is replayed goes on where it died, and only once", async () => {
  const { engine } = test;
  const [dead] = await engine.listDeadRuns();
  const id = dead?.id ?? "";
  broken = false;
  notes.length = 0;
  expect(await Promise.all([engine.replayDeadRun(id), engine.replayDeadRun(id)])).toContain(false);
  await engine.waitUntilIdle();
  expect(notes).toEqual(["second"]);
  expect(await engine.readRun(id)).toMatchObject({ state: "finished", output: 42, error: null });
  expect(await engine.replayDeadRun(id)).toBe(false);
  expect(await engine.listDeadRuns()).toEqual([]);
});

it("a poisonous event fails its own run and stops nothing else", async () => {
  const { engine, client } = test;
  notes.length = 0;
  await client.send([
    { name: "gone/go", data: { gone: true } },
    { name: "gone/go", data: { gone: false, body: "x".repeat(1_000_000) } },
  ]);
  await engine.waitUntilIdle();
  expect(notes).toEqual(["sound"]);
  expect((await engine.listDeadRuns()).map((run) => run.functionId)).toEqual(["test-gone-ticket"]);
});

it("a failure handler that fails is dead itself, and starts no further handler", async () => {
  const { engine, client } = test;
  await client.send({ name: "double/go" });
  await engine.waitUntilIdle();
  const dead = (await engine.listDeadRuns()).filter((run) => run.functionId.includes("double-fault"));
  expect(dead.map((run) => run.functionId).sort()).toEqual([
    "test-double-fault",
    "test-double-fault-failure",
  ]);
});

it("runs are listed newest first, by state, page by page", async () => {
  const { engine } = test;
  const all = await engine.listRuns();
  expect(all.map((run) => run.id)).toEqual(
    all
      .map((run) => run.id)
      .sort()
      .reverse(),
  );
  const page = await engine.listRuns({ limit: 2 });
  const next = await engine.listRuns({ limit: 2, before: page[1]?.id ?? "" });
  expect([...page, ...next]).toEqual(all.slice(0, 4));
  expect((await engine.listRuns({ state: "finished" })).every((run) => run.state === "finished")).toBe(true);
});
