/**
 * Who uses a running embedded Postgres: session advisory locks on one connection of each process.
 *
 * Locks in Postgres rather than lock files, because they end with the process that holds them (kill -9 closes its
 * socket), need no clean-up and cannot be stale, and because the thing they guard is the thing that keeps them.
 * - Every process holds USE shared as long as it needs the server. At its end it gives that up and tries USE exclusively:
 *   whoever gets it was the last, and stops the server. So a command never stops it under a service or another command,
 *   a service never under a command, and nobody leaves it running.
 * - A service also holds SERVICE exclusively: there is one for each data folder.
 */
import { connectDatabase, isConnectionFailure, type SqlPool } from "../client.ts";
import type { Cluster } from "./cluster.ts";
import { EMBEDDED_USER } from "./cluster.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { isProcessAlive, sleep } from "./process.ts";

export type Role = "service" | "command";

export type Lease = {
  /** Gives the lease up. `wasLast`: nobody else uses the server, and nobody can begin to until this connection ends. */
  release(): Promise<{ wasLast: boolean }>;
  /** Ends the connection, and the locks with it. */
  close(): Promise<void>;
};

const LOCK_SPACE = 0x44_45_53_4b; // "DESK"
const USE = 1;
const SERVICE = 2;
/** A killed service's connection takes a moment to be noticed. */
const DEAD_SERVICE_PATIENCE_MS = 5_000;

/** The database that holds Deskhand's tables. The locks are kept in `postgres`, so this one may be replaced at will. */
export const EMBEDDED_DATABASE = "deskhand";

/** The address of a database of the cluster. */
export function clusterUrl(cluster: Cluster, port: number, database: string): string {
  return `postgres://${EMBEDDED_USER}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

/** `refused`: another service has the folder. The lease is held all the same, and must be given up in order. */
export type LeaseAnswer =
  | { kind: "held"; lease: Lease }
  | { kind: "refused"; lease: Lease; error: EmbeddedPostgresError }
  | { kind: "unavailable" };

/**
 * Takes the locks for `role`. `unavailable`: the server is starting, stopping or gone, so look again.
 * `onLost` is called when the connection, and the locks with it, ends before `release`.
 */
export async function takeLease(url: string, role: Role, onLost: () => void): Promise<LeaseAnswer> {
  let held = false;
  const sql = connectDatabase(url, {
    max: 1,
    connectTimeoutSeconds: 5,
    applicationName: `deskhand ${role} ${process.pid}`,
    onclose: () => {
      if (held) onLost();
      held = false;
    },
  });
  const lease: Lease = {
    release: () => {
      held = false;
      return release(sql);
    },
    close: () => sql.end({ timeout: 1 }),
  };
  try {
    const [use] = await sql<{ taken: boolean }[]>`
      SELECT pg_try_advisory_lock_shared(${LOCK_SPACE}, ${USE}) AS taken`;
    if (!use?.taken) {
      await sql.end({ timeout: 0 });
      return { kind: "unavailable" };
    }
    const refusal = role === "service" ? await takeServiceLock(sql) : undefined;
    if (refusal) return { kind: "refused", lease, error: refusal };
    await createDatabase(sql);
    held = true;
    return { kind: "held", lease };
  } catch (error) {
    await sql.end({ timeout: 0 });
    if (isConnectionFailure(error)) return { kind: "unavailable" };
    throw explainRefusal(error);
  }
}

function explainRefusal(error: unknown): unknown {
  // 28P01: invalid_password
  if ((error as { code?: string }).code !== "28P01") return error;
  return new EmbeddedPostgresError(
    "data_dir",
    "The embedded Postgres refuses the password in deskhand.password: the file is not the one made with this database. " +
      "Restore it from the backup that this data folder came from.",
    error,
  );
}

/** Undefined when taken. */
async function takeServiceLock(sql: SqlPool): Promise<EmbeddedPostgresError | undefined> {
  const deadline = Date.now() + DEAD_SERVICE_PATIENCE_MS;
  for (;;) {
    const [row] = await sql<
      { taken: boolean }[]
    >`SELECT pg_try_advisory_lock(${LOCK_SPACE}, ${SERVICE}) AS taken`;
    if (row?.taken) return undefined;
    const holder = await findServicePid(sql);
    const mayBeDead = holder === undefined || !(await isProcessAlive(holder));
    if (!mayBeDead || Date.now() > deadline) {
      return new EmbeddedPostgresError(
        "service_running",
        `A Deskhand service (pid ${holder ?? "unknown"}) already runs on this data folder. ` +
          "Stop it first, or give this one another DATA_DIR.",
      );
    }
    await sleep(25);
  }
}

async function findServicePid(sql: SqlPool): Promise<number | undefined> {
  const rows = await sql<{ applicationName: string }[]>`
    SELECT a.application_name AS "applicationName"
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted
      AND l.classid = ${LOCK_SPACE} AND l.objid = ${SERVICE} AND l.objsubid = 2`;
  const pid = /^deskhand service (\d+)$/.exec(rows[0]?.applicationName ?? "")?.[1];
  return pid === undefined ? undefined : Number(pid);
}

async function createDatabase(sql: SqlPool): Promise<void> {
  const found = await sql`SELECT datname FROM pg_database WHERE datname = ${EMBEDDED_DATABASE}`;
  if (found.length > 0) return;
  try {
    await sql`CREATE DATABASE ${sql(EMBEDDED_DATABASE)}`;
  } catch (error) {
    // 42P04, 23505: another process made it meanwhile. 55006: it is making it now, from the same template.
    const code = (error as { code?: string }).code ?? "";
    if (code === "55006") {
      await sleep(50);
      return createDatabase(sql);
    }
    if (code !== "42P04" && code !== "23505") throw error;
  }
}

async function release(sql: SqlPool): Promise<{ wasLast: boolean }> {
  try {
    await sql`SELECT pg_advisory_unlock_all()`;
    const [row] = await sql<
      { taken: boolean }[]
    >`SELECT pg_try_advisory_lock(${LOCK_SPACE}, ${USE}) AS taken`;
    return { wasLast: row?.taken ?? false };
  } catch (error) {
    // The server has gone already: somebody stopped it by hand.
    if (isConnectionFailure(error)) return { wasLast: false };
    throw error;
  }
}
