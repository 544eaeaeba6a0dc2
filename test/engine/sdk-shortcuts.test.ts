/** The shortcuts through the pinned SDK are taken. Without them the engine works as well, and nobody would notice. */
import { getAsyncCtx } from "inngest/experimental";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestEngine } from "./embedded-harness.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

it("checkpoints are stored without a request", async () => {
  const requests: string[] = [];
  const test = createTestEngine(database, {
    clientOptions: {
      fetch: (...args: Parameters<typeof test.engine.fetch>) => {
        requests.push(new URL(String(args[0])).pathname);
        return test.engine.fetch(...args);
      },
    },
  });
  await test.start([
    test.client.createFunction({ id: "short", triggers: [{ event: "short/go" }] }, async ({ step }) => {
      for (const name of ["one", "two", "three"]) await step.run(name, () => name);
    }),
  ]);
  await test.client.send({ name: "short/go" });
  await test.engine.waitUntilIdle();
  expect(await database.sql`select name from engine_steps order by seq`).toEqual([
    { name: "one" },
    { name: "two" },
    { name: "three" },
  ]);
  expect(requests).toEqual(["/e/embedded"]);
  await test.engine.stop();
});

it("functions run without the SDK's async context, but while runs are drained", async () => {
  const seen: unknown[] = [];
  const run = async (event: string, drain?: { send(): Promise<void> }) => {
    const { client, engine } = createTestEngine(database);
    const fn = client.createFunction({ id: "looks", triggers: [{ event: "looks/go" }] }, async ({ step }) => {
      await step.run(event, async () => seen.push(typeof (await getAsyncCtx())));
    });
    await client.send({ name: "looks/go" });
    await engine.start([fn], { client, ...(drain ? { drain } : {}) });
    await engine.waitUntilIdle();
    await engine.stop();
  };
  Reflect.deleteProperty(globalThis, Symbol.for("inngest:als"));
  await run("drained", { send: async () => {} });
  await run("ordinary");
  expect(seen).toEqual(["object", "undefined"]);
});
