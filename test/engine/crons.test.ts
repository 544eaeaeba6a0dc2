/** Cron triggers over several engines. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestClock, createTestEngine, type TestEngine } from "./embedded-harness.ts";

let database: TestDatabase;
let engines: TestEngine[] = [];
const fired: string[] = [];
const clock = createTestClock();

beforeEach(async () => {
  database = await createTestDatabase();
  fired.length = 0;
});
afterEach(async () => {
  await Promise.all(engines.map(({ engine }) => engine.stop()));
  engines = [];
  await database?.drop();
});

async function startEngine(cron = "TZ=Europe/Berlin */5 * * * *"): Promise<TestEngine> {
  const test = createTestEngine(database, { now: clock.now });
  engines.push(test);
  const fn = test.client.createFunction({ id: "tick", triggers: [{ cron }] }, async ({ event, step }) => {
    await step.run("note", () => fired.push(`${event.name} ${(event.data as { cron?: string }).cron}`));
  });
  await test.start([fn]);
  return test;
}

const settle = () => Promise.all(engines.map(({ engine }) => engine.waitUntilIdle()));

it("fires once for each time, over two engines", async () => {
  await startEngine();
  await startEngine();
  await settle();
  expect(fired).toEqual([]);
  for (const times of [1, 2, 3]) {
    clock.advance(5 * 60_000);
    await settle();
    expect(fired).toHaveLength(times);
  }
  expect(fired[0]).toBe("inngest/scheduled.timer TZ=Europe/Berlin */5 * * * *");
  const runs = (await engines[0]?.engine.listRuns()) ?? [];
  expect(new Set(runs.map((run) => run.eventId)).size).toBe(3);
});

it("times that nobody was there for are made up for by one firing, and a restart repeats none", async () => {
  const first = await startEngine();
  clock.advance(5 * 60_000);
  await settle();
  expect(fired).toHaveLength(1);
  await first.engine.stop();
  engines = [];
  clock.advance(60 * 60_000);
  await startEngine();
  await settle();
  expect(fired).toHaveLength(2);
  await startEngine();
  await settle();
  expect(fired).toHaveLength(2);
});

it("a schedule that has changed replaces the old one", async () => {
  const first = await startEngine();
  await first.engine.stop();
  engines = [];
  await startEngine("0 0 1 1 *");
  clock.advance(10 * 60_000);
  await settle();
  expect(fired).toEqual([]);
  expect(await database.sql`select expression from engine_crons`).toEqual([{ expression: "0 0 1 1 *" }]);
});
