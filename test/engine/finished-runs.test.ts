/** What has ended costs nothing but its rows, until it is pruned. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { pruneEngine } from "../../src/workflows/engine/retention.ts";
import { firstUlidOf } from "../../src/workflows/engine/ulid.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestEngine, type TestEngine } from "./embedded-harness.ts";

const FINISHED = 100_000;
const RUNS = 200;
const STEPS = ["one", "two", "three"];
const DAY_MS = 24 * 3_600_000;

let database: TestDatabase;
let test: TestEngine;
/** When the finished runs were made: long enough ago for the pruning of the second test. */
const endedAt = new Date(Date.now() - 40 * DAY_MS);

beforeAll(async () => {
  database = await createTestDatabase();
  const { sql } = database;
  const prefix = firstUlidOf(endedAt.getTime()).slice(0, 18);
  await sql`
    insert into engine_events (id, name, payload, routed, received_at)
    select 'old' || n, 'old/go', '{}', true, ${endedAt} from generate_series(1, ${FINISHED}::int) n`;
  await sql`
    insert into engine_runs (id, function_id, event_id, state, output, created_at, ended_at)
    select ${prefix}::text || lpad(n::text, 8, '0'), 'test-chain', 'old' || n, 'finished', 'null', ${endedAt}, ${endedAt}
    from generate_series(1, ${FINISHED}::int) n`;
  await sql`
    insert into engine_steps (run_id, step_id, name, kind, data, stored_at)
    select id, step, step, 'run', 'null', ${endedAt} from engine_runs cross join unnest(${STEPS}::text[]) step`;
  await sql`analyze engine_events, engine_runs, engine_steps`;
  test = createTestEngine(database);
  await test.start([
    test.client.createFunction({ id: "chain", triggers: [{ event: "chain/go" }] }, async ({ step }) => {
      for (const name of STEPS) await step.run(name, () => 1);
    }),
  ]);
}, 120_000);
afterAll(async () => {
  await test?.engine.stop();
  await database?.drop();
});

type Reads = { table: string; inserted: number; rowsReadInSequence: number };

async function readStatistics(): Promise<Reads[]> {
  return database.sql<Reads[]>`
    select relname as table, n_tup_ins as inserted, seq_tup_read as "rowsReadInSequence"
    from pg_stat_user_tables where relname in ('engine_events', 'engine_runs', 'engine_steps') order by relname`;
}

/** Connections report what they have done about once a second: waits until so much more was inserted into each table. */
async function readStatisticsAfter(before: readonly Reads[], added: readonly number[]): Promise<Reads[]> {
  for (;;) {
    const after = await readStatistics();
    if (
      after.every(({ inserted }, index) => inserted - (before[index]?.inserted ?? 0) >= (added[index] ?? 0))
    ) {
      return after;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it("among 100,000 finished runs, new ones are made, claimed, stored and ended by index alone", async () => {
  const before = await readStatisticsAfter([], [FINISHED, FINISHED, FINISHED * STEPS.length]);
  await test.client.send(Array.from({ length: RUNS }, () => ({ name: "chain/go" })));
  await test.engine.waitUntilIdle();
  const after = await readStatisticsAfter(before, [RUNS, RUNS, RUNS * STEPS.length]);
  expect(after.map((row) => row.rowsReadInSequence)).toEqual(before.map((row) => row.rowsReadInSequence));
});

it("they are pruned with their steps and events, and nothing else is", { timeout: 60_000 }, async () => {
  const pruned = await pruneEngine(database.sql, { days: 30, now: new Date() });
  expect(pruned).toEqual({ runs: FINISHED, deadRuns: 0, events: FINISHED });
  const [left] = await database.sql`
    select (select count(*) from engine_runs) as runs, (select count(*) from engine_steps) as steps,
      (select count(*) from engine_events) as events`;
  expect(left).toEqual({ runs: RUNS, steps: RUNS * STEPS.length, events: RUNS });
});
