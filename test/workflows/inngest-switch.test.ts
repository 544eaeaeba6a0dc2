/** From the embedded engine to Inngest and its event API: no run is lost, none is run by both. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { addOutboxEvent } from "../../src/db/outbox.ts";
import { startWorkflows } from "../../src/runtime/workflow-runner.ts";
import { startOutboxRelay } from "../../src/workflows/outbox.ts";
import { createTestClock, createTestEngine, type TestEngine } from "../engine/embedded-harness.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { deskDeps } from "../helpers/inngest-desk.ts";
import { type InngestEvents, startInngestEvents } from "../helpers/inngest-events.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { QUIET } from "../helpers/workflows.ts";

let database: TestDatabase;
let inngest: InngestEvents;
const closers: (() => Promise<unknown>)[] = [];
const notes: string[] = [];
const clock = createTestClock();

beforeEach(async () => {
  database = await createTestDatabase();
  inngest = await startInngestEvents();
  notes.length = 0;
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await inngest?.close();
  await database?.drop();
});

function build(): { test: TestEngine; functions: ReturnType<typeof define> } {
  const test = createTestEngine(database, { now: clock.now });
  closers.push(() => test.engine.stop());
  return { test, functions: define(test.client) };
}

function define(client: TestEngine["client"]) {
  return [
    client.createFunction(
      {
        id: "long",
        cancelOn: [{ event: "long/stopped", match: "data.n" }],
        retries: 0,
        triggers: [{ event: "long/go" }],
        onFailure: async () => {
          notes.push("failure handled");
        },
      },
      async ({ event, step }) => {
        await step.sleep("nap", "1h");
        await step.sendEvent("tell", { name: "long/awake", data: { n: event.data.n } });
        const answer = await step.waitForEvent("answer", {
          event: "long/answered",
          match: "data.n",
          timeout: "1h",
        });
        await step.run("end", () => notes.push(`${event.data.n} ${answer?.data.text ?? "no answer"}`));
        if (answer?.data.text === "fail") throw new Error("as asked");
      },
    ),
    client.createFunction(
      { id: "new", triggers: [{ event: "long/awake" }, { cron: "* * * * *" }] },
      async () => {
        notes.push("a new run");
      },
    ),
  ];
}

const send = (name: string, data: object) => addOutboxEvent(database.sql, name as never, data as never);
const emptied = async () =>
  (await database.sql`select from outbox where sent_at is null limit 1`).length === 0;

it("runs of the engine go on to their ends beside Inngest; new events, crons and what runs send are Inngest's", async () => {
  const before = build();
  await before.test.start(before.functions);
  await before.test.client.send([1, 2, 3, 4].map((n) => ({ name: "long/go", data: { n } })));
  await before.test.engine.waitUntilIdle();
  await before.test.engine.stop();
  // Sent by a process that runs no engine, and not begun yet: the engine's own all the same.
  await createTestEngine(database, { now: clock.now }).client.send({ name: "long/go", data: { n: 5 } });

  const { test, functions } = build();
  const forward = inngest.client();
  await test.engine.start(functions, {
    client: test.client,
    drain: { send: async (events) => void (await forward.send([...events] as never)) },
  });
  const relay = await startOutboxRelay(database.sql, forward, QUIET, {
    alongside: (events, tx) =>
      test.engine.passToWaits(
        events.map((event) => ({ ...event })),
        tx,
      ),
  });
  closers.push(() => relay.stop());
  await test.engine.waitUntilIdle();
  expect(await database.sql`select from engine_crons`).toEqual([]);
  expect((await test.engine.listRuns({ state: "active" })).length).toBe(5);

  await send("long/stopped", { n: 4 });
  await send("long/go", { n: 6 });
  await waitUntil("the relay is done", emptied);
  await test.engine.waitUntilIdle();
  clock.advance(3_600_000);
  await test.engine.waitUntilIdle();
  expect(
    inngest.events
      .filter(({ name }) => name === "long/awake")
      .map(({ data }) => data.n)
      .sort(),
  ).toEqual([1, 2, 3, 5]);
  await send("long/answered", { n: 1, text: "yes" });
  await send("long/answered", { n: 2, text: "fail" });
  await waitUntil("the relay is done", emptied);
  await waitUntil("both have gone on", async () => {
    await test.engine.waitUntilIdle();
    return notes.includes("failure handled");
  });
  clock.advance(3_700_000);
  await test.engine.waitUntilIdle();
  expect([...notes].sort()).toEqual(["1 yes", "2 fail", "3 no answer", "5 no answer", "failure handled"]);
  const states = await database.sql`
    select state, count(*) from engine_runs where function_id = 'test-long' group by state order by state`;
  expect(states).toEqual([
    { state: "cancelled", count: 1 },
    { state: "dead", count: 1 },
    { state: "finished", count: 3 },
  ]);
  const outside = inngest.events.map(({ name }) => name).filter((name) => name !== "long/awake");
  expect(outside).toEqual(["long/stopped", "long/go", "long/answered", "long/answered"]);

  const [dead] = await test.engine.listDeadRuns();
  expect(await test.engine.replayDeadRun(dead?.id ?? "")).toBe(true);
});

it("while Inngest is away, a step of an old run that sends an event is tried again, and the event is not lost", async () => {
  const before = build();
  await before.test.start(before.functions);
  await before.test.client.send({ name: "long/go", data: { n: 1 } });
  await before.test.engine.waitUntilIdle();
  await before.test.engine.stop();
  const { test } = build();
  const retried = test.client.createFunction(
    { id: "long", retries: 3, triggers: [{ event: "long/go" }] },
    async ({ step }) => {
      await step.sleep("nap", "1h");
      await step.sendEvent("tell", { name: "long/awake" });
    },
  );
  let isAway = true;
  await test.engine.start([retried], {
    client: test.client,
    drain: {
      send: async (events) => {
        if (isAway) throw new Error("Inngest is away");
        await inngest.client().send([...events] as never);
      },
    },
  });
  clock.advance(3_600_000);
  await test.engine.waitUntilIdle();
  expect((await test.engine.listRuns({ state: "active" })).length).toBe(1);
  isAway = false;
  clock.advance(60_000);
  await test.engine.waitUntilIdle();
  expect(inngest.events.map(({ name }) => name)).toEqual(["long/awake"]);
  expect((await test.engine.listRuns({ state: "finished" })).length).toBe(1);
});

const DESK = { isDev: true, eventKey: "test", signingKey: null, signingKeyFallback: null };

it("the desk's own workflows drain where the engine has left something, and start no engine where it has not", async () => {
  const config = { ...DESK, baseUrl: inngest.url };
  const clean = await startWorkflows(config, deskDeps(database.sql), { soleProcess: false });
  expect(clean.engine).toBeNull();
  await clean.stop();

  await createTestEngine(database).client.send({ name: "ticket/created", data: { ticketId: "404" } });
  const drained = await startWorkflows(config, deskDeps(database.sql), { soleProcess: false });
  closers.push(drained.stop);
  expect(drained.engine).not.toBeNull();
  expect(drained.inngestEndpoint).not.toBeNull();
  expect((await drained.engine?.listRuns())?.length).toBeGreaterThan(0);
  await send("ticket/created", { ticketId: "405" });
  await waitUntil("the relay is done", emptied);
  expect(inngest.events).toMatchObject([{ name: "ticket/created", data: { ticketId: "405" } }]);
  expect(await database.sql`select from engine_events where name = 'ticket/created'`).toHaveLength(1);
});
