/** What a call is told of its run's parallel steps. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { SqlPool } from "../../src/db/client.ts";
import { loadRunMemos } from "../../src/db/engine-steps.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** Commits `change` between the first statement that is made with it and the second. */
function meddleAfterFirst(sql: SqlPool, change: () => Promise<unknown>): SqlPool {
  let first: PromiseLike<unknown> | undefined;
  let changed: Promise<unknown> | undefined;
  const tag = (...args: Parameters<SqlPool>) => {
    if (first === undefined) {
      const query = sql(...args);
      first = query;
      return query;
    }
    changed ??= Promise.resolve(first).then(change);
    return changed.then(() => sql(...args));
  };
  return Object.assign(tag, sql) as unknown as SqlPool;
}

it("a parallel step that ends while its run is read is either pending or done, and so is not run again", async () => {
  const { sql } = database;
  await sql`insert into engine_events (id, name, payload, received_at) values ('e', 'go', '{}', now())`;
  await sql`insert into engine_runs (id, function_id, event_id, created_at) values ('r', 'f', 'e', now())`;
  await sql`
    insert into engine_steps (run_id, step_id, name, kind, data, stored_at)
    values ('r', 'done', 'done', 'run', '1', now())`;
  const items = await sql<{ id: number; stepId: string }[]>`
    insert into engine_queue (run_id, function_id, step_id, available_at)
    values ('r', 'f', 'step', now()), ('r', 'f', 'ending', now()) returning id, step_id as "stepId"`;
  const item = items.find(({ stepId }) => stepId === "step")?.id ?? 0;
  const end = () => sql`
    with stored as (
      insert into engine_steps (run_id, step_id, name, kind, data, stored_at)
      values ('r', 'ending', 'ending', 'run', '2', now())
    )
    delete from engine_queue where run_id = 'r' and step_id = 'ending'`;

  const lease = { item, claims: 1, runId: "r" };
  const memo = (await loadRunMemos(meddleAfterFirst(sql, end), [lease])).get(item);
  const isDone = memo?.steps.some(({ stepId }) => stepId === "ending");
  expect(isDone || memo?.othersPending).toBe(true);

  await end().catch(() => undefined); // where it was not ended in between
  const after = (await loadRunMemos(sql, [lease])).get(item);
  expect(after).toEqual({
    steps: [
      { stepId: "done", data: "1", error: null },
      { stepId: "ending", data: "2", error: null },
    ],
    othersPending: false,
  });
});
