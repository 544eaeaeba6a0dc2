import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ARRAY_TYPES } from "../../src/db/array-types.ts";
import {
  connectDatabase,
  inTransaction,
  isConnectionFailure,
  isUniqueViolation,
  jsonb,
  pingDatabase,
  type Sql,
  storableText,
} from "../../src/db/client.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ empty: true });
  await db.sql`CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, doc jsonb)`;
});
afterAll(() => db.drop());
beforeEach(() => db.sql`TRUNCATE things`);

async function listNames(): Promise<string[]> {
  const rows = await db.sql<{ name: string }[]>`SELECT name FROM things ORDER BY name`;
  return rows.map((row) => row.name);
}
const add = (sql: Sql, name: string) => sql`INSERT INTO things (name) VALUES (${name})`;

describe("values", () => {
  it("bytes come back as they were, alone and in arrays, whatever they are", async () => {
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const mail = Buffer.from('Subject: "a\\x41" {b,c}\r\n\r\ngr\u00fc\u00dfe, NULL\n', "latin1");
    const samples = [
      every,
      mail,
      Buffer.alloc(0),
      Buffer.from("\\x00"),
      Buffer.from("\\\\"),
      Buffer.alloc(10_000, "a\r\n"),
    ];
    for (const sample of samples) {
      const [row] = await db.sql<{ bytes: Uint8Array; array: Uint8Array[]; size: number }[]>`
        select ${sample}::bytea as bytes, ${db.sql.array([sample, every], 17)}::bytea[] as array, octet_length(${sample}::bytea) as size`;
      expect(row?.size).toBe(sample.length);
      expect(Buffer.from(row?.bytes ?? []).equals(sample)).toBe(true);
      expect(row?.array.map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(
        [sample, every].map((bytes) => Buffer.from(bytes).toString("hex")),
      );
    }
  });

  it("int8 is a number, timestamptz a Date, jsonb a value, bytea bytes, numeric text", async () => {
    const [row] = await db.sql`
      SELECT 9007199254740991::int8 AS big, '2026-11-22T10:00:00Z'::timestamptz AS at, '{"a": [1]}'::jsonb AS doc,
        '\\x00ff'::bytea AS bytes, 0.10::numeric AS exact`;
    expect(row).toEqual({
      big: Number.MAX_SAFE_INTEGER,
      at: new Date("2026-11-22T10:00:00Z"),
      doc: { a: [1] },
      bytes: Buffer.from([0, 255]),
      exact: "0.10",
    });
  });

  it("an int8 that no number can hold is an error, and the connection survives it", async () => {
    await expect(db.sql`SELECT 9007199254740993::int8 AS big`).rejects.toThrow(/9007199254740993.*too large/);
    expect(await db.sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  it("arrays go there and back as they are", async () => {
    const texts = ["a", 'with "quotes", commas', "", "NULL", "\\", "日本語"];
    const times = [new Date("2026-01-01T00:00:00Z")];
    const [row] = await db.sql`
      SELECT ${texts}::text[] AS texts, ${[1, 2]}::int8[] AS ids, ${[1.5]}::float8[] AS weights,
        ${db.sql.array(times)}::timestamptz[] AS times, ${db.sql.array([true, false])} AS flags,
        array[1, NULL]::int4[] AS gaps, ${[]}::text[] AS none`;
    expect(row).toEqual({
      texts,
      ids: [1, 2],
      weights: [1.5],
      times,
      flags: [true, false],
      gaps: [1, null],
      none: [],
    });
    expect(await db.sql`SELECT 1 AS found WHERE 7::int8 = ANY(${[5, 7]})`).toHaveLength(1);
  });

  it("the array types written down are those of the server", async () => {
    const rows = await db.sql<{ element: number; array: number }[]>`
      SELECT oid::int4 AS element, typarray::int4 AS array FROM pg_type WHERE typarray <> 0 AND oid < 10000`;
    const known = ARRAY_TYPES.map(([element, array]) => ({ element, array }));
    expect(rows).toEqual(expect.arrayContaining(known));
  });

  it("jsonb stores what JSON holds, and characters that Postgres refuses become U+FFFD", async () => {
    const doc = {
      text: "nul \0, half \ud83d",
      list: [1, null, { "k\0": true }],
      whole: "😀",
      escape: "\\u0000",
    };
    const [row] = await db.sql<{ doc: unknown; kind: string; none: null }[]>`
      INSERT INTO things (name, doc) VALUES ('json', ${jsonb(db.sql, doc)})
      RETURNING doc, jsonb_typeof(doc) AS kind, ${jsonb(db.sql, undefined)}::jsonb AS none`;
    expect(row).toEqual({
      doc: {
        text: "nul \ufffd, half \ufffd",
        list: [1, null, { "k\ufffd": true }],
        whole: "😀",
        escape: "\\u0000",
      },
      kind: "object",
      none: null,
    });
    expect(await db.sql`SELECT ${jsonb(db.sql, "text")} AS j, ${jsonb(db.sql, [1])} AS l`).toEqual([
      { j: "text", l: [1] },
    ]);
  });

  it("storableText makes any string storable and leaves good ones alone", async () => {
    expect(storableText("a\0b\ud83dc\udc00")).toBe("a\ufffdb\ufffdc\ufffd");
    expect(storableText("größe 日本語 😀")).toBe("größe 日本語 😀");
    await add(db.sql, storableText("a\0b"));
    expect(await listNames()).toEqual(["a\ufffdb"]);
  });
});

describe("inTransaction", () => {
  it("commits on a pool, and rolls back when the work fails", async () => {
    expect(await inTransaction(db.sql, async (tx) => (await add(tx, "kept")).count)).toBe(1);
    const failing = inTransaction(db.sql, async (tx) => {
      await add(tx, "dropped");
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await listNames()).toEqual(["kept"]);
  });

  it("in a transaction is a savepoint: an expected error inside undoes only its own work", async () => {
    await inTransaction(db.sql, async (tx) => {
      await add(tx, "outer");
      const inner = inTransaction(tx, async (deeper) => {
        await add(deeper, "inner");
        await add(deeper, "outer");
      });
      await expect(inner).rejects.toSatisfy((error) => isUniqueViolation(error, "things_name_key"));
      await add(tx, "after");
    });
    expect(await listNames()).toEqual(["after", "outer"]);
  });

  it("tells when a caught error has undone everything, instead of seeming to commit", async () => {
    const careless = inTransaction(db.sql, async (tx) => {
      await add(tx, "twin");
      await add(tx, "twin").catch(() => {});
    });
    await expect(careless).rejects.toThrow(/Nothing was stored/);
    expect(await listNames()).toEqual([]);
  });

  it("never runs a statement after its transaction's end, where it would be in another one", async () => {
    const leaked: Sql[] = [];
    const prepared = await inTransaction(db.sql, async (tx) => {
      await inTransaction(tx, async (deeper) => {
        leaked.push(deeper);
      });
      await expect(Promise.all(leaked.map((late) => add(late, "late")))).rejects.toThrow(/over/);
      leaked.push(tx);
      return { statement: add(tx, "late") };
    });
    for (const late of leaked) await expect(add(late, "late")).rejects.toThrow(/over/);
    await expect(prepared.statement).rejects.toThrow(/over/);
    expect(await listNames()).toEqual([]);
  });

  it("keeps what still runs beside a failure from running after the rollback", async () => {
    const straggling: Promise<unknown>[] = [];
    const failing = inTransaction(db.sql, async (tx) => {
      await add(tx, "first");
      const timer = setInterval(
        () => straggling.push(add(tx, `straggler ${straggling.length}`).catch(() => {})),
        0,
      );
      setTimeout(() => clearInterval(timer), 100);
      throw new Error("not this one");
    });
    await expect(failing).rejects.toThrow("not this one");
    await expect.poll(() => straggling.length).toBeGreaterThan(10);
    await Promise.all(straggling);
    expect(await listNames()).toEqual([]);
  });

  it("refuses two savepoints at once, which could not be undone apart", async () => {
    const tangled = inTransaction(db.sql, async (tx) => {
      await Promise.all([
        inTransaction(tx, (one) => add(one, "one")),
        inTransaction(tx, (other) => add(other, "other")),
      ]);
    });
    await expect(tangled).rejects.toThrow(/one after the other/);
    expect(await listNames()).toEqual([]);
  });

  it("lets transactions beyond the limit wait, and refuses them once the pool has been ended", async () => {
    const sql = connectDatabase(db.url, { max: 4 });
    await Promise.all(Array.from({ length: 10 }, (_, i) => inTransaction(sql, (tx) => add(tx, `n${i}`))));
    expect(await listNames()).toHaveLength(10);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const running = inTransaction(sql, async (tx) => {
      await add(tx, "running");
      await held;
    });
    const ended = sql.end();
    await expect(inTransaction(sql, (tx) => add(tx, "late"))).rejects.toSatisfy(isConnectionFailure);
    await expect(add(sql, "late")).rejects.toSatisfy(isConnectionFailure);
    release();
    await running;
    await ended;
    expect(await listNames()).toContain("running");
  });

  it("rolls back when its connection is cut, and the pool goes on", async () => {
    const cut = inTransaction(db.sql, async (tx) => {
      await add(tx, "lost");
      await tx`SELECT pg_terminate_backend(pg_backend_pid())`;
    });
    await expect(cut).rejects.toSatisfy(isConnectionFailure);
    expect(await listNames()).toEqual([]);
  });
});

describe("errors", () => {
  it("isUniqueViolation tells the constraint", async () => {
    await add(db.sql, "twin");
    const error: unknown = await add(db.sql, "twin").catch((caught: unknown) => caught);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(error, "things_name_key")).toBe(true);
    expect(isUniqueViolation(error, "things_pkey")).toBe(false);
    expect(isConnectionFailure(error)).toBe(false);
    expect(isUniqueViolation(undefined)).toBe(false);
  });

  it("nobody listening is a connection failure; a missing database and a wrong password are not", async () => {
    const port = await withServer(createServer(), async (free) => free);
    await expect(tryQuery(`postgres://u:p@127.0.0.1:${port}/d`)).rejects.toSatisfy(isConnectionFailure);
    await expect(tryQuery(`postgres://u:p@nowhere.invalid:5432/d`)).rejects.toSatisfy(isConnectionFailure);
    const missing = new URL(db.url);
    missing.pathname = "/no_such_database";
    await expect(tryQuery(missing.href)).rejects.toMatchObject({ code: "3D000" });
    await expect(tryQuery(missing.href)).rejects.not.toSatisfy(isConnectionFailure);
  });

  it("pingDatabase gives up on what accepts and closes again, and ending the pool ends the attempts", async () => {
    let attempts = 0;
    const closing = createServer((socket) => {
      attempts++;
      socket.end();
    });
    await withServer(closing, async (port) => {
      const sql = connectDatabase(`postgres://u:p@127.0.0.1:${port}/d`);
      await expect(pingDatabase(sql, 200)).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
      await sql.end({ timeout: 0 });
      const attemptsAtEnd = attempts;
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(attempts).toBeLessThanOrEqual(attemptsAtEnd + 1);
    });
    await expect(pingDatabase(db.sql, 5_000)).resolves.toBeUndefined();
  });
});

async function tryQuery(url: string): Promise<unknown> {
  const sql = connectDatabase(url, { max: 1, connectTimeoutSeconds: 3 });
  try {
    return await sql`SELECT 1`;
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function withServer<T>(server: Server, work: (port: number) => Promise<T>): Promise<T> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  if (server.listenerCount("connection") > 0) {
    try {
      return await work(port);
    } finally {
      server.close();
    }
  }
  await new Promise((resolve) => server.close(resolve));
  return work(port);
}
