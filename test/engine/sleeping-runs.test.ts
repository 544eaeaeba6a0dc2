/** Runs that wait cost rows, and nothing else. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestClock, createTestEngine, type TestEngine } from "./embedded-harness.ts";

const SLEEPERS = 100_000;

let database: TestDatabase;
let test: TestEngine;
const clock = createTestClock();
const notes: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await test?.engine.stop();
  await database?.drop();
});

function define({ client }: TestEngine) {
  return [
    client.createFunction({ id: "sleeper", triggers: [{ event: "sleep/go" }] }, async ({ event, step }) => {
      await step.run("before", () => notes.push(`before ${event.data.n}`));
      await step.sleep("a month", "30d");
      await step.run("after", () => notes.push(`after ${event.data.n}`));
    }),
    client.createFunction({ id: "waiter", triggers: [{ event: "wait/go" }] }, async ({ event, step }) => {
      const answer = await step.waitForEvent("answer", {
        event: "wait/answered",
        match: "data.n",
        timeout: "30d",
      });
      await step.run("got", () => notes.push(`answer ${event.data.n} ${answer?.data.n}`));
    }),
    client.createFunction({ id: "quick", triggers: [{ event: "quick/go" }] }, async ({ step }) => {
      await step.run("only", () => notes.push("quick"));
    }),
  ];
}

async function startEngine(): Promise<void> {
  await test?.engine.stop();
  test = createTestEngine(database, { now: clock.now });
  await test.start(define(test));
}

/** Copies of a run that sleeps or waits, as the engine stored it. */
async function multiply(eventName: string): Promise<void> {
  await database.sql`
    with model as (
      select r.*, e.payload from engine_runs r join engine_events e on e.id = r.event_id where e.name = ${eventName}
    ), copies as (
      select n, ${eventName}::text || '-' || n as id from generate_series(1, ${SLEEPERS / 2}::int) n
    ), events as (
      insert into engine_events (id, name, payload, routed, received_at)
      select c.id, ${eventName}::text, json_build_object('id', c.id, 'name', ${eventName}::text, 'ts', 1,
        'data', json_build_object('n', c.n)), true, m.created_at
      from copies c cross join model m
    ), runs as (
      insert into engine_runs (id, function_id, event_id, created_at)
      select c.id, m.function_id, c.id, m.created_at from copies c cross join model m
    )
    insert into engine_waits
      (run_id, step_id, name, kind, due_at, event_name, match_path, match_value, created_at)
    select c.id, w.step_id, w.name, w.kind, w.due_at, w.event_name, w.match_path,
      case when w.match_value = '' then '' else c.n::text end, w.created_at
    from copies c cross join model m join engine_waits w on w.run_id = m.id`;
}

async function measureQuickRuns(count: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < count; run++) {
    const before = notes.length;
    const startedAt = performance.now();
    await test.client.send({ name: "quick/go" });
    while (notes.length === before) await new Promise((resolve) => setImmediate(resolve));
    times.push(performance.now() - startedAt);
    await test.engine.waitUntilIdle();
  }
  return times.sort((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
}

/** Of the whole process, which other tests may share. */
const countTimers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

it("100,000 sleeping and waiting runs change neither latency nor memory, and are found by index", {
  timeout: 90_000,
}, async () => {
  await startEngine();
  await test.client.send([
    { name: "sleep/go", data: { n: 0 } },
    { name: "wait/go", data: { n: 0 } },
  ]);
  await test.engine.waitUntilIdle();
  await measureQuickRuns(10);
  const emptyMs = await measureQuickRuns(30);
  const emptyMb = heapMb();
  const emptyTimers = countTimers();
  await multiply("sleep/go");
  await multiply("wait/go");
  await database.sql`analyze engine_waits, engine_runs, engine_events, engine_queue`;
  await startEngine();
  await measureQuickRuns(10);
  const fullMs = await measureQuickRuns(30);
  const fullMb = heapMb();
  const fullTimers = countTimers();
  process.stdout.write(
    `  event to step with none waiting ${emptyMs.toFixed(1)} ms, with 100,000 ${fullMs.toFixed(1)} ms; ` +
      `heap ${emptyMb.toFixed(0)} MB, then ${fullMb.toFixed(0)} MB; ` +
      `${emptyTimers} timers, then ${fullTimers}\n`,
  );
  expect(fullMs).toBeLessThan(3 * emptyMs + 5);
  expect(fullMb - emptyMb).toBeLessThan(20); // a row each in memory would be more than a hundred
  expect(fullTimers - emptyTimers).toBeLessThan(20);

  for (const [query, index] of [
    [`select min(due_at) from engine_waits`, "engine_waits_due_idx"],
    [
      `select run_id from engine_waits where due_at <= now() order by due_at limit 200`,
      "engine_waits_due_idx",
    ],
    [
      `select run_id from engine_waits where event_name = 'wait/answered' and match_path = '["data","n"]' and match_value = '7'`,
      "engine_waits_event_idx",
    ],
    [
      `select id from engine_queue where function_id = 'test-quick' and available_at <= now() order by available_at limit 16`,
      "engine_queue_due_idx",
    ],
  ] as const) {
    const plan = await database.sql.unsafe(`explain ${query}`);
    const text = plan.map((row) => Object.values(row).join("")).join("\n");
    // A table of a few rows is read whole, whatever indexes it has.
    if (index === "engine_queue_due_idx") expect(text).not.toContain("Sort Method");
    else expect(text).toContain(index);
  }
});

it("one of them is found by its event, and those whose time has come go on after a restart", {
  timeout: 90_000,
}, async () => {
  notes.length = 0;
  await test.client.send({ name: "wait/answered", data: { n: 4711 } });
  await test.engine.waitUntilIdle();
  expect(notes).toEqual(["answer 4711 4711"]);

  // All but ten sleep for longer still.
  await database.sql`
    update engine_waits set due_at = due_at + interval '30 days'
    where kind = 'event' or run_id not in (select run_id from engine_waits where kind = 'sleep' order by run_id limit 10)`;
  await startEngine();
  clock.advance(29 * 24 * 3_600_000);
  await test.engine.waitUntilIdle();
  expect(notes).toHaveLength(1);
  clock.advance(24 * 3_600_000 + 1000);
  await test.engine.waitUntilIdle();
  // The copies have not stored their first step: it is run when they wake.
  expect(notes.filter((note) => note.startsWith("after"))).toHaveLength(10);
});
