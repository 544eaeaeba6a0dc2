/**
 * A real Postgres that needs no installation: the binaries come from npm, the data lives in `<dataDir>/postgres`.
 *
 * One server for each data folder, shared by all Deskhand processes that work on it: whoever comes first starts it,
 * others find it by `postmaster.pid`, the last one out stops it (see `embedded/lease.ts`). The server is in a session of
 * its own: it outlives a killed process, and the next start adopts it as it runs.
 */
import { resolve } from "node:path";
import { findPostgresBinaries, type PostgresBinaries } from "./embedded/binaries.ts";
import { type Cluster, openCluster } from "./embedded/cluster.ts";
import { EmbeddedPostgresError } from "./embedded/errors.ts";
import { clusterUrl, type Lease, type Role, takeLease } from "./embedded/lease.ts";
import {
  clearStalePostmasterFile,
  findFreePort,
  findPostmaster,
  launchPostmaster,
  stopPostmaster,
} from "./embedded/postmaster.ts";
import { sleep } from "./embedded/process.ts";
import { chooseRunner } from "./embedded/runner.ts";

/** Where the launcher says what it does; pino fits. */
export type EmbeddedLog = {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
};

export type EmbeddedOptions = {
  /** The data folder; made (0700) when missing. */
  dataDir: string;
  /** `service`: refused when another service runs on the folder. `command` (the default): joins whatever runs. */
  role?: Role;
  log?: EmbeddedLog;
  /** Postgres settings for a server started by this call, such as `{fsync: "off"}` in tests. */
  settings?: Readonly<Record<string, string>>;
  /** How long a start, recovery after a crash included, may take. Default 120 s. */
  startTimeoutMs?: number;
};

export type EmbeddedPostgres = {
  /** The address of the database, password included: not for logs. */
  url: string;
  /** The postmaster's. */
  pid: number;
  /** True when this call started the server, false when it found one running. */
  ownedByUs: boolean;
  /** Leaves the server, and stops it unless another Deskhand process still uses it. May be called twice. */
  stop(): Promise<{ stopped: boolean }>;
};

type Running = { lease: Lease; port: number; pid: number; startedByUs: boolean };
type Context = {
  cluster: Cluster;
  binaries: PostgresBinaries;
  logFile: string;
  role: Role;
  settings: Readonly<Record<string, string>>;
  startTimeoutMs: number;
  onLeaseClosed: () => void;
};

/**
 * Connects to the server of the data folder, and starts it (making the cluster) when none runs.
 * Throws EmbeddedPostgresError with a message for the operator.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const binaries = await findPostgresBinaries();
  const cluster = await openCluster(dataDir, binaries);
  const context: Context = {
    cluster,
    binaries,
    logFile: resolve(dataDir, "postgres.log"),
    role: options.role ?? "command",
    settings: options.settings ?? {},
    startTimeoutMs: options.startTimeoutMs ?? 120_000,
    onLeaseClosed: () => {},
  };
  const running = await joinOrStart(context);
  options.log?.info(
    { pid: running.pid, port: running.port, started: running.startedByUs },
    running.startedByUs ? "embedded Postgres started" : "embedded Postgres joined",
  );
  let stopping: Promise<{ stopped: boolean }> | undefined;
  return {
    url: clusterUrl(cluster, running.port, "deskhand"),
    pid: running.pid,
    ownedByUs: running.startedByUs,
    stop: () => {
      stopping ??= leave(running, options.log);
      return stopping;
    },
  };
}

async function joinOrStart(context: Context): Promise<Running> {
  const deadline = Date.now() + context.startTimeoutMs;
  let started: number | undefined;
  while (Date.now() < deadline) {
    const found = await findPostmaster(context.cluster.directory);
    if (found?.status === "ready") {
      const url = clusterUrl(context.cluster, found.port, "postgres");
      const lease = await takeLease(url, context.role, () => context.onLeaseClosed());
      if (lease) return { lease, port: found.port, pid: found.pid, startedByUs: started === found.pid };
    } else if (!found) {
      started = (await launch(context)) ?? started;
      if (started !== undefined) continue;
    }
    await sleep(20);
  }
  throw new EmbeddedPostgresError(
    "start_failed",
    `Postgres in ${context.cluster.directory} accepted no connection within ${context.startTimeoutMs / 1000} s. ` +
      `See ${context.logFile}.`,
  );
}

/** The pid of a server started here; undefined when another process is ahead of us or the port was taken: look again. */
async function launch(context: Context): Promise<number | undefined> {
  const { directory } = context.cluster;
  const lastPort = await clearStalePostmasterFile(directory);
  const outcome = await launchPostmaster({
    binaries: context.binaries,
    runner: await chooseRunner(directory, context.binaries.postgres, true),
    directory,
    logFile: context.logFile,
    port: lastPort ?? (await findFreePort()),
    settings: context.settings,
    timeoutMs: context.startTimeoutMs,
  });
  return outcome.kind === "ready" ? outcome.pid : undefined;
}

async function leave(running: Running, log?: EmbeddedLog): Promise<{ stopped: boolean }> {
  const { wasLast } = await running.lease.release();
  if (wasLast) await stopPostmaster(running.pid);
  await running.lease.close();
  log?.info(
    { pid: running.pid, stopped: wasLast },
    wasLast ? "embedded Postgres stopped" : "embedded Postgres left running",
  );
  return { stopped: wasLast };
}
