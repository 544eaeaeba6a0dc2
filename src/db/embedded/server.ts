/** Joining the server of a cluster, or starting it: every step may be raced by another process doing the same. */
import type { PostgresBinaries } from "./binaries.ts";
import type { Cluster } from "./cluster.ts";
import { EmbeddedPostgresError } from "./errors.ts";
import { clusterUrl, type Lease, type Role, takeLease } from "./lease.ts";
import {
  clearStalePostmasterFile,
  findFreePort,
  findPostmaster,
  launchPostmaster,
  stopPostmaster,
} from "./postmaster.ts";
import { sleep } from "./process.ts";
import { chooseServerRunner } from "./runner.ts";

/** A server that accepts connections, and our hold on it. */
export type Running = { lease: Lease; port: number; pid: number; startedByUs: boolean };

export type ServerOptions = {
  cluster: Cluster;
  binaries: PostgresBinaries;
  logFile: string;
  role: Role;
  settings: Readonly<Record<string, string>>;
  startTimeoutMs: number;
  /** Start on this port or not at all: somebody holds an address with it. */
  port?: number;
  /** Aborted: stop trying. */
  end?: AbortSignal;
  /** Called when the lease's connection ends without our having released it: the server crashed or was stopped. */
  onLeaseLost: () => void;
};

const PAUSE_MIN_MS = 10;
const PAUSE_MAX_MS = 500;

/** Throws EmbeddedPostgresError: `service_running`, or why the server does not start. */
export async function joinOrStartServer(options: ServerOptions): Promise<Running> {
  const deadline = Date.now() + options.startTimeoutMs;
  let startedPid: number | undefined;
  let obstacle = "it accepted no connection";
  for (let pauseMs = PAUSE_MIN_MS; Date.now() < deadline; pauseMs = Math.min(pauseMs * 1.5, PAUSE_MAX_MS)) {
    const found = await findPostmaster(options.cluster.directory);
    if (found?.status === "ready") {
      const url = clusterUrl(options.cluster, found.port, "postgres");
      const answer = await takeLease(url, options.role, options.onLeaseLost);
      if (answer.kind === "held") {
        const { lease } = answer;
        return { lease, port: found.port, pid: found.pid, startedByUs: startedPid === found.pid };
      }
      if (answer.kind === "refused") {
        await leaveServer(answer.lease, found.pid);
        throw answer.error;
      }
    } else if (!found) {
      const launched = await launchServer(options);
      if (launched.kind === "ready") {
        startedPid = launched.pid;
        continue;
      }
      obstacle = launched.reason;
    }
    if (options.end?.aborted) break;
    await sleep(pauseMs);
  }
  throw new EmbeddedPostgresError(
    "start_failed",
    `Postgres in ${options.cluster.directory} did not come up within ${options.startTimeoutMs / 1000} s: ${obstacle}. ` +
      `See ${options.logFile}.`,
  );
}

/** Gives the lease up, and stops the server when nobody else uses it: then the answer is true. */
export async function leaveServer(lease: Lease, pid: number): Promise<boolean> {
  const { wasLast } = await lease.release();
  if (wasLast) await stopPostmaster(pid);
  await lease.close();
  return wasLast;
}

type Launched = { kind: "ready"; pid: number } | { kind: "obstacle"; reason: string };

async function launchServer(options: ServerOptions): Promise<Launched> {
  const { directory } = options.cluster;
  const lastPort = await clearStalePostmasterFile(directory);
  const outcome = await launchPostmaster({
    binaries: options.binaries,
    runner: await chooseServerRunner(directory, options.binaries.postgres),
    directory,
    logFile: options.logFile,
    port: options.port ?? lastPort ?? (await findFreePort()),
    settings: options.settings,
    timeoutMs: options.startTimeoutMs,
  });
  switch (outcome.kind) {
    case "ready":
      return outcome;
    case "port_taken":
      return { kind: "obstacle", reason: "its port is taken by another program" };
    case "busy":
      return { kind: "obstacle", reason: "another Postgres, or what is left of one, has its files in use" };
    default:
      return outcome satisfies never;
  }
}
