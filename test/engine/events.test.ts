/** The event API as a client meets it, before and after the engine has started. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createTestEngine, type TestEngine } from "./embedded-harness.ts";

let database: TestDatabase;
let test: TestEngine;
const seen: unknown[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  test = createTestEngine(database);
});
afterAll(async () => {
  await test?.engine.stop();
  await database?.drop();
});

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  test.engine.fetch(`http://embedded.invalid${path}`, { method: "POST", body, headers });

it("events sent while no engine runs are kept, and start their runs when one does", async () => {
  const { ids } = await test.client.send([
    { name: "early/go", data: { n: 1 }, id: "early-1" },
    { name: "early/go", data: { n: 2 } },
  ]);
  expect(ids).toEqual(["early-1", expect.stringMatching(/^[0-9A-Z]{26}$/)]);
  await test.client.send({ name: "early/go", data: { n: 3 }, id: "early-1" });

  const fn = test.client.createFunction(
    { id: "early", triggers: [{ event: "early/go" }] },
    async ({ event }) => {
      seen.push(event.data.n);
    },
  );
  await test.start([fn]);
  await test.engine.waitUntilIdle();
  expect([...seen].sort()).toEqual([1, 2]);
});

it("a send that is repeated because its answer was lost stores its events once", async () => {
  const seed = `1790000000000,${btoa("0123456789")}`;
  const body = JSON.stringify([{ name: "twice/a" }, { name: "twice/b" }]);
  const answers = await Promise.all(
    [1, 2].map(async () => (await post("/e/key", body, { "x-inngest-event-id-seed": seed })).json()),
  );
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toMatchObject({ status: 200, ids: [expect.any(String), expect.any(String)] });
  const rows = await database.sql`select id from engine_events where name in ('twice/a', 'twice/b')`;
  expect(rows).toHaveLength(2);
});

it.each([
  ["not json", /JSON/],
  [JSON.stringify({ data: {} }), /no name/],
  [JSON.stringify([{ name: "ok" }, { name: "inngest/function.failed" }]), /Event 1: .*reserved/],
  [JSON.stringify({ name: "a", id: 5 }), /not a string/],
  [JSON.stringify({ name: "a\u0000b" }), /cannot be stored/],
  [JSON.stringify({ name: "a", id: "x".repeat(600) }), /longer than 512/],
  [JSON.stringify([null]), /not an object/],
])("refuses %s", async (body, message) => {
  const response = await post("/e/key", body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ status: 400, error: expect.stringMatching(message) });
});

it("a refused event is an error of send that says why", async () => {
  await expect(test.client.send({ name: "inngest/mine" })).rejects.toThrow();
});

it("answers what it does not implement with its name", async () => {
  const response = await post("/v1/signals", "{}");
  expect(response.status).toBe(501);
  expect(await response.text()).toContain("POST /v1/signals");
});

it("a database that is away is 503, so that the sender keeps its events", async () => {
  const other = createTestEngine(database, {
    sql: Object.assign(
      () => Promise.reject(new Error("away")),
      database.sql,
    ) as unknown as typeof database.sql,
  });
  const response = await other.engine.fetch("http://embedded.invalid/e/key", {
    method: "POST",
    body: JSON.stringify({ name: "a" }),
  });
  expect(response.status).toBe(503);
});

it("a client that builds a Request gets the same", async () => {
  const request = new Request("http://embedded.invalid/e/key", {
    method: "POST",
    body: JSON.stringify({ name: "built" }),
  });
  expect((await test.engine.fetch(request)).status).toBe(200);
});
