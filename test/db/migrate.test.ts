import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectDatabase } from "../../src/db/client.ts";
import { type Migration, migrate, readMigrations } from "../../src/db/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

const first: Migration = {
  name: "0001_first.sql",
  sql: "CREATE TABLE things (id bigint PRIMARY KEY);\nINSERT INTO things (id) VALUES (1);",
};
const second: Migration = { name: "0002_second.sql", sql: "ALTER TABLE things ADD COLUMN label text;" };

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase({ empty: true });
});
afterEach(() => db.drop());

async function listTables(): Promise<string[]> {
  const rows = await db.sql<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`;
  return rows.map((row) => row.name);
}

describe("migrate", () => {
  it("applies what is pending, in order, once", async () => {
    expect(await migrate(db.sql, { migrations: [second, first] })).toEqual({
      applied: ["0001_first.sql", "0002_second.sql"],
      already: 0,
    });
    expect(await migrate(db.sql, { migrations: [first, second] })).toEqual({ applied: [], already: 2 });
    expect(await db.sql`SELECT id, label FROM things`).toEqual([{ id: 1, label: null }]);
  });

  it("applies each migration once when several migrators race", async () => {
    const slow = { name: "0003_slow.sql", sql: "SELECT pg_sleep(0.1); INSERT INTO things (id) VALUES (2);" };
    const pools = Array.from({ length: 4 }, () => connectDatabase(db.url, { max: 1 }));
    try {
      const results = await Promise.all(
        pools.map((sql) => migrate(sql, { migrations: [first, second, slow] })),
      );
      expect(results.flatMap((result) => result.applied).sort()).toEqual([
        first.name,
        second.name,
        slow.name,
      ]);
      expect(await db.sql`SELECT id FROM things ORDER BY id`).toEqual([{ id: 1 }, { id: 2 }]);
    } finally {
      await Promise.all(pools.map((sql) => sql.end()));
    }
  });

  it("makes its own table once when many migrators find an empty database in the same instant", async () => {
    const pools = Array.from({ length: 8 }, () => connectDatabase(db.url, { max: 1 }));
    try {
      await Promise.all(pools.map((sql) => sql`SELECT 1`));
      for (let round = 0; round < 20; round++) {
        await Promise.all(pools.map((sql) => migrate(sql, { migrations: [first] })));
        await db.sql`DROP TABLE schema_migrations, things`;
      }
    } finally {
      await Promise.all(pools.map((sql) => sql.end()));
    }
  });

  it("keeps nothing of a migration that fails, names the line, and goes on from there once it is mended", async () => {
    const broken = { name: "0002_broken.sql", sql: "CREATE TABLE more (id int);\nSELECT nonsense;" };
    await expect(migrate(db.sql, { migrations: [first, broken] })).rejects.toThrow(
      /0002_broken\.sql failed at line 2: .*nonsense/,
    );
    expect(await listTables()).toEqual(["schema_migrations", "things"]);
    const mended = { ...broken, sql: "CREATE TABLE more (id int);" };
    expect((await migrate(db.sql, { migrations: [first, mended] })).applied).toEqual(["0002_broken.sql"]);
  });

  it("refuses a landed migration that was edited, but not other line ends", async () => {
    await migrate(db.sql, { migrations: [first] });
    const edited = { ...first, sql: `${first.sql} ` };
    await expect(migrate(db.sql, { migrations: [edited, second] })).rejects.toThrow(
      /0001_first\.sql was edited/,
    );
    expect(
      await migrate(db.sql, { migrations: [{ ...first, sql: first.sql.replace("\n", "\r\n") }] }),
    ).toEqual({
      applied: [],
      already: 1,
    });
  });

  it("refuses a database that is newer than the code", async () => {
    await migrate(db.sql, { migrations: [first, second] });
    await expect(migrate(db.sql, { migrations: [first] })).rejects.toThrow(/newer than .*0002_second\.sql/);
  });

  it("refuses a new migration numbered below one that has landed", async () => {
    await migrate(db.sql, { migrations: [{ ...second, sql: "SELECT 1" }] });
    await expect(migrate(db.sql, { migrations: [first, { ...second, sql: "SELECT 1" }] })).rejects.toThrow(
      /0001_first\.sql is numbered below 0002_second\.sql/,
    );
  });

  it("refuses a number used twice and a name out of pattern", async () => {
    const twin = { name: "0001_twin.sql", sql: "SELECT 1" };
    await expect(migrate(db.sql, { migrations: [first, twin] })).rejects.toThrow(/numbered 0001/);
    await expect(migrate(db.sql, { migrations: [{ name: "first.sql", sql: "" }] })).rejects.toThrow(
      /must be named/,
    );
  });
});

describe("readMigrations", () => {
  it("reads the .sql files in order and refuses a folder without any", async () => {
    const folder = await mkdtemp(join(tmpdir(), "deskhand-migrations-"));
    try {
      await expect(readMigrations(folder)).rejects.toThrow(/no migrations/);
      await writeFile(join(folder, second.name), second.sql);
      await writeFile(join(folder, first.name), first.sql);
      await writeFile(join(folder, "notes.md"), "not a migration");
      expect(await readMigrations(folder)).toEqual([first, second]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
