/**
 * Forward-only migrations: numbered SQL files, each applied once, in order, in one transaction of its own.
 *
 * The version row is inserted first in that transaction. A second migrator that wants the same version waits on the
 * row's unique index until the first commits, then sees that it is done: two racing migrators are harmless.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inTransaction, type SqlPool } from "./client.ts";

/** One migration: `0001_first.sql` and its text. */
export type Migration = { name: string; sql: string };

/** `applied`: the names applied by this call, in order; `already`: how many had been applied before. */
export type MigrateResult = { applied: string[]; already: number };

/** Why the schema cannot be brought up to date. The message says what to do. */
export class MigrationError extends Error {
  override name = "MigrationError";
  readonly code: "bad_files" | "edited" | "newer_database" | "out_of_order" | "failed";
  constructor(code: MigrationError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

type LandedRow = { name: string; checksum: string };

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;

/** Reads `NNNN_name.sql` files, in order. A stray `.sql` file or a number used twice is an error. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  if (names.length === 0) throw new MigrationError("bad_files", `There are no migrations in ${directory}.`);
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(directory, name), "utf8") })),
  );
}

/**
 * Brings the database up to date. Safe to run twice, and twice at once.
 * Throws MigrationError when a landed migration was edited, when the database knows migrations that this code does not,
 * when a new file is numbered below one that has landed, or when a statement fails (nothing of that file stays).
 */
export async function migrate(
  sql: SqlPool,
  source: { directory: string } | { migrations: readonly Migration[] },
): Promise<MigrateResult> {
  const migrations = "directory" in source ? await readMigrations(source.directory) : [...source.migrations];
  refuseBadNames(migrations);
  await createVersionTable(sql);
  const landed = await listLanded(sql);
  refuseUnknown(landed, migrations);
  refuseEdited(landed, migrations);
  const pending = listPending(landed, migrations);

  const applied: string[] = [];
  for (const migration of pending) {
    if (await applyMigration(sql, migration)) applied.push(migration.name);
  }
  return { applied, already: migrations.length - applied.length };
}

function refuseBadNames(migrations: readonly Migration[]): void {
  const numbers = new Set<string>();
  for (const { name } of migrations) {
    if (!FILE_NAME.test(name)) {
      throw new MigrationError("bad_files", `Migration ${name} must be named like 0001_what_it_does.sql.`);
    }
    const number = name.slice(0, 4);
    if (numbers.has(number)) {
      throw new MigrationError("bad_files", `Two migrations are numbered ${number}: renumber the newer one.`);
    }
    numbers.add(number);
  }
}

async function createVersionTable(sql: SqlPool): Promise<void> {
  // IF NOT EXISTS does not cover two sessions that create the table at once: the loser may find a duplicate table, type
  // or catalog row. So they queue here. The key is the table's name, and means nothing else.
  await inTransaction(sql, async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(hashtext('deskhand.schema_migrations'))`;
    await tx`
      CREATE TABLE IF NOT EXISTS schema_migrations (
        name text PRIMARY KEY,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
      )`;
  });
}

async function listLanded(sql: SqlPool): Promise<LandedRow[]> {
  return sql<LandedRow[]>`SELECT name, checksum FROM schema_migrations ORDER BY name`;
}

function refuseUnknown(landed: readonly LandedRow[], migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = landed.filter((row) => !known.has(row.name)).map((row) => row.name);
  if (unknown.length > 0) {
    throw new MigrationError(
      "newer_database",
      `The database is newer than this version of Deskhand: it has ${unknown.join(", ")}. ` +
        "Run the version that made it, or a later one.",
    );
  }
}

function refuseEdited(landed: readonly LandedRow[], migrations: readonly Migration[]): void {
  const checksums = new Map(landed.map((row) => [row.name, row.checksum]));
  for (const migration of migrations) {
    const checksum = checksums.get(migration.name);
    if (checksum !== undefined) refuseOtherChecksum(migration, checksum);
  }
}

function refuseOtherChecksum(migration: Migration, landedChecksum: string): void {
  if (checksumOf(migration) === landedChecksum) return;
  throw new MigrationError(
    "edited",
    `Migration ${migration.name} was edited after it had been applied here. ` +
      "Restore the file as it was and put the change into a new migration.",
  );
}

function listPending(landed: readonly LandedRow[], migrations: readonly Migration[]): Migration[] {
  const landedNames = new Set(landed.map((row) => row.name));
  const newest = landed.at(-1)?.name ?? "";
  const pending = migrations
    .filter((migration) => !landedNames.has(migration.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const late = pending.find((migration) => migration.name < newest);
  if (late) {
    throw new MigrationError(
      "out_of_order",
      `Migration ${late.name} is numbered below ${newest}, which has been applied. Give it the next number.`,
    );
  }
  return pending;
}

/** True when this call applied it; false when another migrator did so in the meantime. */
async function applyMigration(sql: SqlPool, migration: Migration): Promise<boolean> {
  const checksum = checksumOf(migration);
  return inTransaction(sql, async (tx) => {
    const inserted = await tx`
      INSERT INTO schema_migrations (name, checksum) VALUES (${migration.name}, ${checksum})
      ON CONFLICT (name) DO NOTHING`;
    if (inserted.count === 0) {
      const [row] = await tx<LandedRow[]>`
        SELECT name, checksum FROM schema_migrations WHERE name = ${migration.name}`;
      if (row) refuseOtherChecksum(migration, row.checksum);
      return false;
    }
    try {
      await tx.unsafe(migration.sql).simple();
    } catch (error) {
      throw failedMigration(migration, error);
    }
    return true;
  });
}

function failedMigration(migration: Migration, error: unknown): MigrationError {
  const { message, position } = error as { message?: string; position?: string };
  const line =
    position === undefined ? undefined : migration.sql.slice(0, Number(position)).split("\n").length;
  const where = line === undefined ? "" : ` at line ${line}`;
  return new MigrationError(
    "failed",
    `Migration ${migration.name} failed${where}: ${message ?? "no message"}. Nothing of it was kept.`,
    error,
  );
}

/** SHA-256 of the text with `\n` line ends, so that a checkout with `\r\n` is not an edit. */
function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql.replaceAll("\r\n", "\n")).digest("hex");
}
