/** Several engines on one database, engines that stall, stop and die. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { claimCalls } from "../../src/db/engine-queue.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestClock, createTestEngine, type TestEngine } from "./embedded-harness.ts";

let database: TestDatabase;
let engines: TestEngine[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(engines.map(({ engine }) => engine.stop({ graceMs: 100 })));
  engines = [];
  await database?.drop();
});

function build(options: Parameters<typeof createTestEngine>[1] = {}): TestEngine {
  const test = createTestEngine(database, options);
  engines.push(test);
  return test;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const settle = () => Promise.all(engines.map(({ engine }) => engine.waitUntilIdle()));

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

it("two engines share the work, and no step is ever run twice or at the same time in both", async () => {
  const counts = new Map<string, number>();
  const workers = new Map<number, number>();
  for (const index of [0, 1]) {
    const test = build({ concurrency: 4 });
    const fn = test.client.createFunction(
      { id: "shared", triggers: [{ event: "shared/go" }] },
      async ({ event, step }) => {
        for (const name of ["a", "b", "c"]) {
          await step.run(name, async () => {
            const key = `${event.data.n}/${name}`;
            counts.set(key, (counts.get(key) ?? 0) + 1);
            workers.set(index, (workers.get(index) ?? 0) + 1);
            await pause(2);
          });
        }
        await Promise.all(
          ["d", "e"].map((name) =>
            step.run(name, () => {
              const key = `${event.data.n}/${name}`;
              counts.set(key, (counts.get(key) ?? 0) + 1);
            }),
          ),
        );
      },
    );
    await test.start([fn]);
  }
  const events = Array.from({ length: 60 }, (_, n) => ({ name: "shared/go", data: { n } }));
  await engines[0]?.client.send(events);
  await settle();
  expect(counts.size).toBe(60 * 5);
  expect([...counts.values()].filter((count) => count !== 1)).toEqual([]);
  expect(workers.size).toBe(2);
  const runs = await database.sql`select state, count(*) from engine_runs group by state`;
  expect(runs).toEqual([{ state: "finished", count: 60 }]);
});

it("a limit on concurrency holds over two engines, and its key limits each value by itself", async () => {
  const active = { all: 0, byKey: new Map<string, number>() };
  const peak = { all: 0, key: 0 };
  const hold = async (key: string) => {
    active.all++;
    active.byKey.set(key, (active.byKey.get(key) ?? 0) + 1);
    peak.all = Math.max(peak.all, active.all);
    peak.key = Math.max(peak.key, active.byKey.get(key) ?? 0);
    await pause(5);
    active.all--;
    active.byKey.set(key, (active.byKey.get(key) ?? 0) - 1);
  };
  for (const _ of [0, 1]) {
    const test = build({ concurrency: 8 });
    await test.start([
      test.client.createFunction(
        {
          id: "limited",
          concurrency: [{ limit: 3 }, { limit: 1, key: "event.data.key" }],
          triggers: [{ event: "limited/go" }],
        },
        async ({ event, step }) => {
          await step.run("hold", () => hold(event.data.key));
          await step.run("hold again", () => hold(event.data.key));
        },
      ),
    ]);
  }
  await engines[0]?.client.send(
    Array.from({ length: 24 }, (_, n) => ({ name: "limited/go", data: { key: `k${n % 6}` } })),
  );
  await settle();
  expect(peak).toEqual({ all: 3, key: 1 });
  expect(await database.sql`select state, count(*) from engine_runs group by state`).toEqual([
    { state: "finished", count: 24 },
  ]);
});

it("what a dead process had claimed is taken over when its lease ends, not before", async () => {
  const clock = createTestClock();
  const test = build({ now: clock.now, leaseMs: 20_000 });
  const ran: string[] = [];
  await test.client.send({ name: "orphan/go" });
  const fn = test.client.createFunction(
    { id: "orphan", triggers: [{ event: "orphan/go" }] },
    async ({ step }) => {
      await step.run("work", () => ran.push("work"));
    },
  );
  // Another process claims the run and is never heard of again.
  const dead = createTestEngine(database, { now: clock.now });
  await dead.start([
    dead.client.createFunction(
      { id: "orphan", concurrency: 1, triggers: [{ event: "orphan/go" }] },
      () => new Promise(() => {}),
    ),
  ]);
  while ((await database.sql`select from engine_queue where claimed_by is not null`).length === 0)
    await pause(5);
  await dead.engine.stop({ graceMs: 0 });

  await test.start([fn]);
  await pause(50);
  clock.advance(10_000);
  test.engine.wake();
  await pause(50);
  expect(ran).toEqual([]);
  clock.advance(10_001);
  await settle();
  expect(ran).toEqual(["work"]);
});

it("the only process on a database takes over at its start", async () => {
  const first = build();
  await first.client.send({ name: "sole/go" });
  await first.start([
    first.client.createFunction(
      { id: "sole", triggers: [{ event: "sole/go" }] },
      () => new Promise(() => {}),
    ),
  ]);
  while ((await database.sql`select from engine_queue where claimed_by is not null`).length === 0)
    await pause(5);
  await first.engine.stop({ graceMs: 0 });

  const ran: string[] = [];
  const second = build({ soleProcess: true });
  await second.start([
    second.client.createFunction({ id: "sole", triggers: [{ event: "sole/go" }] }, async () => {
      ran.push("ran");
    }),
  ]);
  await second.engine.waitUntilIdle({ timeoutMs: 3000 });
  expect(ran).toEqual(["ran"]);
});

it("a process that lost its lease can store nothing any more, and does not go on", async () => {
  const notes: string[] = [];
  const define = (test: TestEngine, name: string, work: Promise<void>) =>
    test.client.createFunction({ id: "stall", triggers: [{ event: "stall/go" }] }, async ({ step }) => {
      const winner = await step.run("work", async () => {
        notes.push(`${name} works`);
        await work;
        return name;
      });
      await step.run("next", () => notes.push(`${name} goes on after ${winner}`));
      return winner;
    });
  // One call at a time: while it is stalled it cannot take its own call back.
  const stalled = build({ concurrency: 1 });
  const [slow, quick] = [gate(), gate()];
  await stalled.start([define(stalled, "slow", slow.opened)]);
  const [eventId = ""] = (await stalled.client.send({ name: "stall/go" })).ids;
  while (notes.length < 1) await pause(5);

  // As after a stall longer than the lease: it has run out, and another engine has the call.
  await database.sql`update engine_queue set available_at = now() - interval '1 second'`;
  const other = build();
  await other.start([define(other, "quick", quick.opened)]);
  while (notes.length < 2) await pause(5);
  slow.open();
  const isWarned = () => stalled.lines.some((line) => line.message.includes("lost its lease"));
  while (!isWarned()) await pause(5);
  expect(await database.sql`select count(*) from engine_steps`).toEqual([{ count: 0 }]);

  quick.open();
  await settle();
  expect(notes).toEqual(["slow works", "quick works", "quick goes on after quick"]);
  const [run] = await other.engine.listRuns({ eventId });
  expect(await other.engine.readRun(run?.id ?? "")).toMatchObject({ state: "finished", output: "quick" });
});

it("stop lets the step under way end, keeps its result, and leaves the rest to the next start", async () => {
  const notes: string[] = [];
  const { open, opened } = gate();
  const define = (test: TestEngine) =>
    test.client.createFunction({ id: "halted", triggers: [{ event: "halt/go" }] }, async ({ step }) => {
      await step.run("one", async () => {
        notes.push("one");
        await opened;
      });
      await step.run("two", () => notes.push("two"));
    });
  const first = build();
  await first.start([define(first)]);
  await first.client.send({ name: "halt/go" });
  while (notes.length === 0) await pause(5);
  const stopped = first.engine.stop();
  open();
  await stopped;
  await pause(20);
  expect(notes).toEqual(["one"]);

  const second = build();
  await second.start([define(second)]);
  await second.engine.waitUntilIdle();
  expect(notes).toEqual(["one", "two"]);
});

it("a cancelled run that is being executed stores nothing more and does not go on", async () => {
  const notes: string[] = [];
  const { open, opened } = gate();
  const test = build();
  await test.start([
    test.client.createFunction(
      { id: "cut", cancelOn: [{ event: "cut/stop", match: "data.n" }], triggers: [{ event: "cut/go" }] },
      async ({ step }) => {
        await step.run("one", async () => {
          notes.push("one");
          await opened;
        });
        await step.run("two", () => notes.push("two"));
      },
    ),
  ]);
  const [eventId = ""] = (await test.client.send({ name: "cut/go", data: { n: 1 } })).ids;
  while (notes.length === 0) await pause(5);
  await test.client.send({ name: "cut/stop", data: { n: 1 } });
  while ((await test.engine.listRuns({ eventId }))[0]?.state !== "cancelled") await pause(5);
  open();
  await settle();
  expect(notes).toEqual(["one"]);
  expect(await database.sql`select count(*) from engine_steps`).toEqual([{ count: 0 }]);
});

it("a call without a finished step for too long counts as a failed attempt", async () => {
  const clock = createTestClock();
  const test = build({ now: clock.now, callTimeoutMs: 50 });
  const notes: string[] = [];
  await test.start([
    test.client.createFunction(
      { id: "hangs", retries: 1, triggers: [{ event: "hang/go" }] },
      async ({ step, attempt }) => {
        await step.run("maybe", () => {
          notes.push(`try ${attempt}`);
          return attempt === 0 ? new Promise(() => {}) : "done";
        });
      },
    ),
  ]);
  await test.client.send({ name: "hang/go" });
  await settle();
  expect(notes).toEqual(["try 0"]);
  clock.advance(11_000);
  await settle();
  expect(notes).toEqual(["try 0", "try 1"]);
});

it("a run whose process died of it again and again is given up", async () => {
  const test = build();
  await test.client.send({ name: "killer/go" });
  const fn = test.client.createFunction({ id: "killer", triggers: [{ event: "killer/go" }] }, async () => {});
  const seeding = createTestEngine(database, { concurrency: 0 });
  await seeding.start([fn]);
  while ((await database.sql`select from engine_queue`).length === 0) await pause(5);
  await seeding.engine.stop();
  for (let life = 0; life < 21; life++) {
    const now = new Date(Date.now() + life * 1000);
    const functions = [{ functionId: "test-killer", limit: null, keyLimit: null }];
    const leaseUntil = new Date(now.getTime() + 500);
    const claimed = await claimCalls(database.sql, {
      functions,
      count: 1,
      engineId: "dying",
      now,
      leaseUntil,
    });
    expect(claimed).toHaveLength(1);
  }
  await database.sql`update engine_queue set available_at = now()`;
  await test.start([fn]);
  await settle();
  const [dead] = await test.engine.listDeadRuns();
  expect(dead?.error).toMatchObject({
    name: "ProcessLostError",
    message: expect.stringContaining("21 times"),
  });
});
