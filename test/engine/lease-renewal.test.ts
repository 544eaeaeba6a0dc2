/** Renewing leases while calls end: what has ended rightly is not taken for lost. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ClaimedCall, claimCalls } from "../../src/db/engine-queue.ts";
import { finishRuns } from "../../src/db/engine-runs.ts";
import { createClock } from "../../src/workflows/engine/clock.ts";
import { Flights } from "../../src/workflows/engine/flights.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createLogList, createTestEngine } from "./embedded-harness.ts";

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database?.drop());

const SETTINGS = {
  concurrency: 4,
  leaseMs: 15_000,
  callTimeoutMs: 60_000,
  sweepMs: 30_000,
  retryDelayMs: () => 1000,
  giveWay: async () => {},
};

/** Calls of as many runs, claimed; and the flights of a process that knows nothing of them yet. */
async function claim(count: number) {
  const { sql } = database;
  const { lines, log } = createLogList();
  const seeding = createTestEngine(database, { concurrency: 0 });
  await seeding.start([
    seeding.client.createFunction({ id: "leased", triggers: [{ event: "leased/go" }] }, async () => {}),
  ]);
  await seeding.client.send(Array.from({ length: count }, () => ({ name: "leased/go" })));
  await seeding.engine.stop();
  const now = new Date();
  const calls: ClaimedCall[] = await claimCalls(sql, {
    functions: [{ functionId: "test-leased", limit: null, keyLimit: null }],
    count,
    engineId: "renewing",
    now,
    leaseUntil: new Date(now.getTime() + SETTINGS.leaseMs),
  });
  expect(calls).toHaveLength(count);
  const flights = new Flights({ sql, log, clock: createClock(), engineId: "renewing", settings: SETTINGS });
  return { calls, flights, warnings: () => lines.filter((line) => line.level === "warn") };
}

it("a call whose end is committed before this process hears of it has lost nothing", async () => {
  const { calls, flights, warnings } = await claim(2);
  const [ending, going] = calls.map((call) => flights.take(call, call.functionId));
  if (!ending || !going) throw new Error("Two calls were claimed.");
  ending.settling = true;
  await finishRuns(database.sql, [{ lease: ending.lease, output: "1" }], new Date());
  await flights.renew();
  expect(warnings()).toEqual([]);
  expect([ending.released, going.released]).toEqual([false, false]);
});

it("a call that goes on without its lease is told to stop, and that is logged", async () => {
  const { calls, flights, warnings } = await claim(2);
  const [lost, going] = calls.map((call) => flights.take(call, call.functionId));
  if (!lost || !going) throw new Error("Two calls were claimed.");
  await database.sql`update engine_queue set claims = claims + 1 where id = ${lost.lease.item}`;
  await flights.renew();
  expect(warnings()).toMatchObject([{ fields: { runId: lost.lease.runId } }]);
  expect([lost.released, going.released]).toEqual([true, false]);
  expect(await flights.checkpoint(lost.token, [])).toBe("stale");
});
