import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inTransaction, type Sql, type SqlPool } from "../../src/db/client.ts";
import { gathered, gatheredWrite, runTogether } from "../../src/db/gather.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

let db: TestDatabase;
let sql: SqlPool;
const sent: string[] = [];

const double = gathered(async (to: Sql, numbers: readonly number[]) => {
  sent.push(`double ${numbers.join(",")}`);
  const rows = await to<{ answer: number }[]>`
    select 2 * n as answer from unnest(${[...numbers]}::int[]) with ordinality asked (n, position) order by position`;
  return rows.map(({ answer }) => answer);
});

const keep = gatheredWrite(async (to: Sql, numbers: readonly number[]) => {
  sent.push(`keep ${numbers.join(",")}`);
  await to`insert into kept select unnest(${[...numbers]}::int[])`;
});

const countKept = gathered(async (to: Sql, askers: readonly string[]) => {
  const [row] = await to<{ count: number }[]>`select count(*) as count from kept`;
  return askers.map(() => row?.count ?? 0);
});

beforeAll(async () => {
  db = await createTestDatabase({ empty: true });
  sql = db.sql;
  await sql`create table kept (n int check (n <> 13))`;
});
afterAll(() => db.drop());

describe("runTogether", () => {
  it("sends what all works come to as one statement, and gives each its own answer", async () => {
    sent.length = 0;
    const works = [1, 2, 3].map((n) => (tx: Sql) => double(tx, n));
    expect(await inTransaction(sql, (tx) => runTogether(tx, works))).toEqual([2, 4, 6]);
    expect(sent).toEqual(["double 1,2,3"]);
  });

  it("goes on when works take different ways, and some end early", async () => {
    const works = [1, 2, 3, 4].map((n) => async (tx: Sql) => {
      let value = n;
      for (let times = 0; times < n; times++) value = await double(tx, value);
      return value;
    });
    expect(await inTransaction(sql, (tx) => runTogether(tx, works))).toEqual([2, 8, 24, 64]);
  });

  it("waits for no write, sends it before the next question, and all of them before it resolves", async () => {
    sent.length = 0;
    const seen = await inTransaction(sql, async (tx) => {
      const [count] = await runTogether(tx, [
        async (shared) => {
          await keep(shared, 1);
          await keep(shared, 2);
          expect(sent).toEqual([]);
          const before = await countKept(shared, "me");
          await keep(shared, 3);
          return before;
        },
      ]);
      return { count, after: await countKept(tx, "me") };
    });
    expect(seen).toEqual({ count: 2, after: 3 });
    expect(sent).toEqual(["keep 1,2", "keep 3"]);
  });

  it("sends what others refer to before them, whoever came to it first", async () => {
    sent.length = 0;
    const note = (kind: string) => async (_to: Sql, items: readonly number[]) => {
      sent.push(`${kind} ${items.join(",")}`);
    };
    const addParent = gatheredWrite(note("parent"), { first: true });
    const addChild = gatheredWrite(note("child"));
    await inTransaction(sql, (tx) =>
      runTogether(tx, [
        (shared) => addChild(shared, 1),
        async (shared) => {
          await addParent(shared, 2);
          await addChild(shared, 2);
        },
      ]),
    );
    expect(sent).toEqual(["parent 2", "child 1,2"]);
  });

  it("rejects with the failure that came first, not with one that followed from it", async () => {
    const slow = gatheredWrite(async (to: Sql, numbers: readonly number[]) => {
      await to`insert into kept select unnest(${[...numbers]}::int[])`.catch(async (error: unknown) => {
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
        throw error;
      });
    });
    const work = async (tx: Sql) => {
      await slow(tx, 13);
      await keep(tx, 1);
      return double(tx, 1);
    };
    await expect(inTransaction(sql, (tx) => runTogether(tx, [work]))).rejects.toThrow("kept_n_check");
  });

  it("rejects with the failure of a write that nobody waited for, and nothing is kept", async () => {
    const [before] = await sql<{ count: number }[]>`select count(*) as count from kept`;
    const works = [7, 13].map((n) => async (tx: Sql) => {
      await keep(tx, n);
    });
    await expect(inTransaction(sql, (tx) => runTogether(tx, works))).rejects.toThrow("kept_n_check");
    expect((await sql<{ count: number }[]>`select count(*) as count from kept`)[0]).toEqual(before);
  });

  it("rejects when one of the works does, after all have ended", async () => {
    const ended: number[] = [];
    const works = [1, 2, 3].map((n) => async (tx: Sql) => {
      if (n === 1) throw new Error("mine alone");
      await double(tx, n);
      ended.push(n);
    });
    await expect(inTransaction(sql, (tx) => runTogether(tx, works))).rejects.toThrow("mine alone");
    expect(ended).toEqual([2, 3]);
  });

  it("refuses savepoints: those of one transaction cannot run side by side", async () => {
    const works = [(tx: Sql) => inTransaction(tx, async () => 1)];
    await expect(inTransaction(sql, (tx) => runTogether(tx, works))).rejects.toThrow("no savepoint");
  });

  it("asks one by one where nothing runs together", async () => {
    sent.length = 0;
    expect(await Promise.all([double(sql, 1), double(sql, 2)])).toEqual([2, 4]);
    expect(sent).toEqual(["double 1", "double 2"]);
  });
});
