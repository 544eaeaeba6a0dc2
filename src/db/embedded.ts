/**
 * A real Postgres that needs no installation: the binaries come from npm, the data lives in `<dataDir>/postgres`.
 *
 * One server for each data folder, shared by all Deskhand processes that work on it: whoever comes first starts it,
 * others find it by `postmaster.pid`, the last one out stops it (see `embedded/lease.ts`). The server is in a session of
 * its own: it outlives a killed process, and the next start adopts it as it runs. Should the server itself die, whoever
 * uses it starts it again on the same port.
 */
import { resolve } from "node:path";
import { findPostgresBinaries } from "./embedded/binaries.ts";
import { openCluster } from "./embedded/cluster.ts";
import { EmbeddedPostgresError } from "./embedded/errors.ts";
import { clusterUrl, EMBEDDED_DATABASE, type Role } from "./embedded/lease.ts";
import { joinOrStartServer, leaveServer, type Running, type ServerOptions } from "./embedded/server.ts";

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
  /**
   * Called when the server died and another service got hold of the data folder before us: the only loss that is not
   * repaired here. The caller must shut down.
   */
  onLost?: (error: EmbeddedPostgresError) => void;
};

export type EmbeddedPostgres = {
  /** The address of the database, password included: not for logs. It stays the same when the server is restarted. */
  readonly url: string;
  /** The postmaster's. */
  readonly pid: number;
  /** True when this process started the server, false when it found one running. */
  readonly ownedByUs: boolean;
  /** Leaves the server, and stops it unless another Deskhand process still uses it. May be called twice. */
  stop(): Promise<{ stopped: boolean }>;
};

/**
 * Connects to the server of the data folder, and starts it (making the cluster) when none runs.
 * Throws EmbeddedPostgresError with a message for the operator.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const binaries = await findPostgresBinaries();
  const cluster = await openCluster(dataDir, binaries);
  const server: ServerOptions = {
    cluster,
    binaries,
    logFile: resolve(dataDir, "postgres.log"),
    role: options.role ?? "command",
    settings: options.settings ?? {},
    startTimeoutMs: options.startTimeoutMs ?? 120_000,
    onLeaseLost: () => {
      recovering ??= recover();
    },
  };
  let recovering: Promise<void> | undefined;
  let stopping: Promise<{ stopped: boolean }> | undefined;
  const end = new AbortController();
  let running: Running | undefined = await joinOrStartServer(server);
  let { pid, startedByUs } = running;
  const { port } = running;
  logArrival(options.log, running);

  async function recover(): Promise<void> {
    running = undefined;
    options.log?.warn({ pid }, "embedded Postgres is gone: starting it again");
    running = await regainServer({ ...server, port, end: end.signal }, options);
    recovering = undefined;
    if (running) ({ pid, startedByUs } = running);
  }

  async function leave(): Promise<{ stopped: boolean }> {
    end.abort();
    await recovering;
    if (!running) return { stopped: false };
    const stopped = await leaveServer(running.lease, running.pid);
    const what = stopped ? "embedded Postgres stopped" : "embedded Postgres left to others who use it";
    options.log?.info({ pid: running.pid }, what);
    return { stopped };
  }

  return {
    url: clusterUrl(cluster, port, EMBEDDED_DATABASE),
    get pid() {
      return pid;
    },
    get ownedByUs() {
      return startedByUs;
    },
    stop: () => {
      stopping ??= leave();
      return stopping;
    },
  };
}

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 15_000;

/** Tries until the server is there again; undefined when told to end, or when another service has the folder. */
async function regainServer(
  server: ServerOptions & { end: AbortSignal },
  { log, onLost }: EmbeddedOptions,
): Promise<Running | undefined> {
  for (let pauseMs = RETRY_MIN_MS; !server.end.aborted; pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS)) {
    try {
      const running = await joinOrStartServer(server);
      logArrival(log, running);
      return running;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log?.warn({ reason: message, retryInMs: pauseMs }, "embedded Postgres does not come back yet");
      if (error instanceof EmbeddedPostgresError && error.code === "service_running") {
        onLost?.(error);
        return undefined;
      }
    }
    await pause(pauseMs, server.end);
  }
  return undefined;
}

function pause(durationMs: number, end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      end.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    end.addEventListener("abort", done);
  });
}

function logArrival(log: EmbeddedLog | undefined, { pid, port, startedByUs }: Running): void {
  log?.info({ pid, port }, startedByUs ? "embedded Postgres started" : "embedded Postgres joined");
}
