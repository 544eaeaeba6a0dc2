/** Opens the database of the configuration, the embedded one where none is named, with its schema up to date. */
import { resolve } from "node:path";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { connectDatabase, isConnectionFailure, pingDatabase, type SqlPool } from "../db/client.ts";
import { EmbeddedPostgresError } from "../db/embedded/errors.ts";
import { startEmbeddedPostgres } from "../db/embedded.ts";
import { type MigrateResult, MigrationError, migrate } from "../db/migrate.ts";
import { StartupError } from "./startup-error.ts";

export interface OpenDatabase {
  sql: SqlPool;
  embedded: boolean;
  migrated: MigrateResult;
  /** Connections of their own for work that must not wait behind other work; closed with the rest. */
  openLane(connectionsMax: number): SqlPool;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  /** A service is alone on its embedded database; a command joins whatever runs there. */
  role: "service" | "command";
  log: Logger;
  connectionsMax?: number;
  /** The embedded database now belongs to another service, and will not come back here. */
  onLost?: (error: Error) => void;
}

const MIGRATIONS = resolve(import.meta.dirname, "../../migrations");
/** What is no Postgres but takes connections would otherwise be tried for ever. */
const FIRST_CONTACT_TIMEOUT_MS = 12_000;

/** Rejects with StartupError where the database cannot be used. */
export async function openDatabase(
  config: Pick<Config, "databaseUrl" | "service">,
  options: OpenDatabaseOptions,
): Promise<OpenDatabase> {
  const server = config.databaseUrl === null ? await startEmbedded(config.service.dataDir, options) : null;
  const url = server?.url ?? config.databaseUrl ?? "";
  const sql = connectDatabase(url, { max: options.connectionsMax ?? 12 });
  const lanes: SqlPool[] = [];
  const openLane = (connectionsMax: number): SqlPool => {
    const lane = connectDatabase(url, { max: connectionsMax });
    lanes.push(lane);
    return lane;
  };
  const close = async (): Promise<void> => {
    await Promise.all([sql, ...lanes].map((pool) => pool.end({ timeout: 5 })));
    await server?.stop();
  };
  try {
    await pingDatabase(sql, FIRST_CONTACT_TIMEOUT_MS);
    const migrated = await migrate(sql, { directory: MIGRATIONS });
    for (const name of migrated.applied) options.log.info({ migration: name }, "Migration applied.");
    return { sql, embedded: server !== null, migrated, openLane, close };
  } catch (error) {
    await close();
    throw explainDatabaseError(error);
  }
}

async function startEmbedded(dataDir: string, options: OpenDatabaseOptions) {
  try {
    const { role, log, onLost } = options;
    return await startEmbeddedPostgres({ dataDir, role, log, ...(onLost ? { onLost } : {}) });
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError)) throw error;
    const other = error.message.includes("DATABASE_URL")
      ? ""
      : "Or set DATABASE_URL to a Postgres of your own.";
    throw new StartupError("DATA_DIR", error.message, other, error);
  }
}

/** Postgres answers, but refuses: wrong password, no such database, no right to make tables. */
const REFUSALS: Record<string, string> = {
  "28P01": "Postgres refuses the user name or password.",
  "28000": "Postgres refuses this user.",
  "3D000": "The database does not exist.",
  "42501": "The user may not create tables.",
};

function explainDatabaseError(error: unknown): unknown {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const refusal = REFUSALS[code];
  if (refusal)
    return new StartupError("DATABASE_URL", refusal, "Check user, password and database name in it.", error);
  if (isConnectionFailure(error)) {
    return new StartupError(
      "DATABASE_URL",
      `The database cannot be reached (${code || "no answer"}).`,
      "Start Postgres, correct host and port, or remove DATABASE_URL to use the embedded Postgres.",
      error,
    );
  }
  if (error instanceof MigrationError) {
    return new StartupError("DATABASE_URL", error.message, "See docs/operations.md.", error);
  }
  return error;
}
