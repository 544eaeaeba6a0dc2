/** Old runs go, with all that is theirs; what may still be wanted stays. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { inTransaction } from "../../src/db/client.ts";
import { DEAD_KEPT_LONGER, pruneEngine } from "../../src/workflows/engine/retention.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestClock, createTestEngine, type TestEngine } from "./embedded-harness.ts";

const DAY_MS = 24 * 3_600_000;

let database: TestDatabase;
let test: TestEngine;
const clock = createTestClock();

beforeAll(async () => {
  database = await createTestDatabase();
  test = createTestEngine(database, { now: clock.now, concurrency: 50 });
  await test.start([
    test.client.createFunction({ id: "quick", triggers: [{ event: "quick/go" }] }, async ({ step }) => {
      await step.run("one", () => 1);
    }),
    test.client.createFunction({ id: "deadly", retries: 0, triggers: [{ event: "deadly/go" }] }, async () => {
      throw new Error("dead");
    }),
    test.client.createFunction({ id: "long", triggers: [{ event: "long/go" }] }, async ({ step }) => {
      await step.sleep("a very long time", "400d");
    }),
    test.client.createFunction(
      { id: "stopped", cancelOn: [{ event: "stop/go" }], triggers: [{ event: "stoppable/go" }] },
      async ({ step }) => step.sleep("long", "400d"),
    ),
  ]);
});
afterAll(async () => {
  await test?.engine.stop();
  await database?.drop();
});

const countTable = async (table: string) =>
  (await database.sql<{ n: number }[]>`select count(*) as n from ${database.sql(table)}`)[0]?.n;
const names = async () =>
  (await database.sql<{ name: string }[]>`select distinct name from engine_events order by name`).map(
    (row) => row.name,
  );
const prune = () => pruneEngine(database.sql, { days: 30, now: clock.now() });

it("finished and cancelled runs older than the limit go with their steps and events; dead and active ones stay", async () => {
  const { client, engine } = test;
  await client.send([
    ...Array.from({ length: 1200 }, () => ({ name: "quick/go" })),
    { name: "deadly/go" },
    { name: "long/go" },
    { name: "stoppable/go" },
    { name: "nobody/listens" },
  ]);
  await engine.waitUntilIdle();
  await client.send({ name: "stop/go" });
  await engine.waitUntilIdle();
  clock.advance(29 * DAY_MS);
  expect(await prune()).toEqual({ runs: 0, deadRuns: 0, events: 0 });
  clock.advance(2 * DAY_MS);
  await client.send({ name: "quick/go", id: "young" });
  await engine.waitUntilIdle();

  // The failure's own event has no run either: nobody handles it.
  expect(await prune()).toEqual({ runs: 1201, deadRuns: 0, events: 1204 });
  expect((await engine.listRuns()).map((run) => [run.functionId, run.state]).sort()).toEqual([
    ["test-deadly", "dead"],
    ["test-long", "waiting"],
    ["test-quick", "finished"],
  ]);
  expect(await names()).toEqual(["deadly/go", "long/go", "quick/go"]);
  expect(await countTable("engine_steps")).toBe(1);
  expect(await prune()).toEqual({ runs: 0, deadRuns: 0, events: 0 });
});

it("a dead run can be replayed for long, and goes in the end", async () => {
  clock.advance(200 * DAY_MS);
  await prune();
  expect(await test.engine.listDeadRuns()).toHaveLength(1);
  clock.advance((DEAD_KEPT_LONGER * 30 - 200) * DAY_MS);
  await test.engine.waitUntilIdle();
  expect((await prune()).deadRuns).toBe(1);
  expect(await test.engine.listDeadRuns()).toEqual([]);
});

it("the search for old runs is bounded by the primary key", async () => {
  const plan = await inTransaction(database.sql, async (tx) => {
    await tx`set local enable_seqscan = off`; // a table of a few rows is read whole, whatever indexes it has
    return tx<{ "QUERY PLAN": string }[]>`
      explain select id from engine_runs where id > '' and id < '01' order by id limit 500`;
  });
  const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
  expect(text).toMatch(/engine_runs_pkey[\s\S]*Index Cond: .*id < '01'/);
});
