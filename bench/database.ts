/** The benchmark's Postgres: the embedded one with its ordinary settings (fsync on), in a folder that goes away. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { connectDatabase, type SqlPool } from "../src/db/client.ts";
import { startEmbeddedPostgres } from "../src/db/embedded.ts";
import { migrate } from "../src/db/migrate.ts";

export interface BenchDatabases {
  /** A new database and its address; `migrated` has the desk's tables in it. */
  create(name: string, kind: "migrated" | "empty"): Promise<string>;
  drop(name: string): Promise<void>;
  stop(): Promise<void>;
}

const MIGRATIONS = resolve(import.meta.dirname, "../migrations");

export async function startDatabases(): Promise<BenchDatabases> {
  const dataDir = await mkdtemp(join(tmpdir(), "deskhand-bench-"));
  const server = await startEmbeddedPostgres({ dataDir });
  const admin = connectDatabase(server.url, { max: 2 });
  return {
    async create(name, kind) {
      await admin`create database ${admin(name)}`;
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      if (kind === "migrated") await migrateAt(url.href);
      // What the making of databases leaves to be written is not the next measurement's.
      await admin`checkpoint`;
      return url.href;
    },
    async drop(name) {
      await admin`drop database ${admin(name)} with (force)`;
    },
    async stop() {
      await admin.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function migrateAt(url: string): Promise<void> {
  const sql: SqlPool = connectDatabase(url, { max: 2 });
  try {
    await migrate(sql, { directory: MIGRATIONS });
  } finally {
    await sql.end();
  }
}
