/** What the engine refuses, and that it does so before anything runs. */
import { Middleware } from "inngest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestEngine } from "./embedded-harness.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

it("start names every function and feature that the engine lacks, and starts nothing", async () => {
  const { client, engine, start } = createTestEngine(database);
  const functions = [
    client.createFunction({ id: "fine", triggers: [{ event: "a" }] }, async () => {}),
    client.createFunction(
      { id: "bouncy", debounce: { period: "1m" }, triggers: [{ event: "a" }] },
      async () => {},
    ),
    client.createFunction(
      {
        id: "bulk",
        batchEvents: { maxSize: 5, timeout: "5s" },
        timeouts: { finish: "1h" },
        triggers: [{ event: "a" }],
      },
      async () => {},
    ),
  ];
  const started = start(functions);
  await expect(started).rejects.toThrow(/test-bouncy: debounce/);
  await expect(started).rejects.toThrow(/test-bulk: batchEvents[\s\S]*test-bulk: timeouts/);
  await expect(started).rejects.not.toThrow(/test-fine/);
  await expect(engine.waitUntilIdle()).rejects.toThrow(/has not been started/);
});

it("a step that the engine lacks fails its own run by name, and no other", async () => {
  const { client, engine, lines, start } = createTestEngine(database);
  const done: string[] = [];
  const functions = [
    client.createFunction({ id: "signals", triggers: [{ event: "signal/go" }] }, async ({ step }) => {
      await step.waitForSignal("wait", { signal: "x", timeout: "1h", onConflict: "fail" });
    }),
    client.createFunction({ id: "bad-wait", triggers: [{ event: "signal/go" }] }, async ({ step }) => {
      await step.waitForEvent("wait", { event: "e", if: "size(async.data) > 1", timeout: "1h" });
    }),
    client.createFunction({ id: "no-such", triggers: [{ event: "signal/go" }] }, async ({ step }) => {
      const { referenceFunction } = await import("inngest");
      await step.invoke("call", { function: referenceFunction({ functionId: "gone" }) });
    }),
    client.createFunction({ id: "fetches", triggers: [{ event: "signal/go" }] }, async ({ step }) => {
      await step.fetch("http://127.0.0.1:9/");
    }),
    client.createFunction({ id: "races", triggers: [{ event: "signal/go" }] }, async ({ group, step }) => {
      await group.parallel({ mode: "race" }, async () => [await step.run("a", () => 1)]);
    }),
    client.createFunction({ id: "sound", triggers: [{ event: "signal/go" }] }, async ({ step }) => {
      await step.run("work", () => done.push("work"));
    }),
  ];
  await start(functions);
  await client.send({ name: "signal/go" });
  await engine.waitUntilIdle();
  const dead = await engine.listDeadRuns();
  expect(dead.map((run) => [run.functionId, (run.error as Error).message]).sort()).toEqual([
    ["test-bad-wait", expect.stringContaining('"size" is not supported')],
    ["test-fetches", expect.stringContaining("does not implement step.fetch")],
    ["test-no-such", expect.stringContaining('"test-gone", which does not exist')],
    ["test-races", expect.stringContaining("does not implement group.parallel")],
    ["test-signals", expect.stringContaining("does not implement WaitForSignal")],
  ]);
  expect(done).toEqual(["work"]);
  expect(lines.filter((line) => line.level === "error")).toHaveLength(5);
  await engine.stop();
});

it("middleware wraps calls, functions and steps, and a call that it keeps back is tried again", async () => {
  const notes: string[] = [];
  class Noting extends Middleware.BaseMiddleware {
    readonly id = "noting";
    override async wrapRequest({ next }: Middleware.WrapRequestArgs) {
      notes.push("call");
      if (notes.length === 1) throw new Error("not yet");
      return next();
    }
    override async wrapStep({ next, stepInfo }: Middleware.WrapStepArgs) {
      notes.push(`step ${stepInfo.options.id}`);
      return next();
    }
  }
  const { client, engine, start } = createTestEngine(database, {
    retryDelayMs: () => 1,
    clientOptions: { middleware: [Noting] },
  });
  await start([
    client.createFunction({ id: "wrapped", triggers: [{ event: "wrapped/go" }] }, async ({ step }) => {
      await step.run("one", () => notes.push("work"));
    }),
  ]);
  const [eventId = ""] = (await client.send({ name: "wrapped/go" })).ids;
  while ((await engine.listRuns({ eventId }))[0]?.state !== "finished") await engine.waitUntilIdle();
  // The second try of a call stores its step by an answer, and goes on in a third call.
  expect(notes).toEqual(["call", "call", "step one", "work", "call", "step one"]);
  await engine.stop();
});

it("an engine is started once", async () => {
  const { client, engine, start } = createTestEngine(database);
  const fn = client.createFunction({ id: "once", triggers: [{ event: "once" }] }, async () => {});
  await start([fn]);
  await expect(start([fn])).rejects.toThrow(/started already/);
  await engine.stop();
});
