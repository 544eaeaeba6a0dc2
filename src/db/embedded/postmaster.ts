/** Starting, finding and stopping the server process of a cluster. */
import { spawn } from "node:child_process";
import { link, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { PostgresBinaries } from "./binaries.ts";
import { EmbeddedPostgresError, systemErrorCode } from "./errors.ts";
import { isPostmasterOf, isProcessAlive, serverEnvironment, sleep } from "./process.ts";
import { explainBrokenBinaries, type Runner } from "./runner.ts";

/** What `postmaster.pid` says (Postgres source, `miscadmin.h`, LOCK_FILE_LINE_*). */
export type PostmasterFile = { pid: number; port: number; status: string; text: string };

/** How a launch ended. `busy`: another postmaster has the cluster, or its last children are still there. */
export type LaunchOutcome = { kind: "ready"; pid: number } | { kind: "port_taken" } | { kind: "busy" };

export type LaunchOptions = {
  binaries: PostgresBinaries;
  runner: Runner;
  directory: string;
  logFile: string;
  port: number;
  settings: Readonly<Record<string, string>>;
  timeoutMs: number;
};

const LOG_SIZE_MAX_BYTES = 5 * 1024 * 1024;
const POLL_MS = 10;

/** Undefined when there is no pid file or it is not written out yet. */
export async function readPostmasterFile(directory: string): Promise<PostmasterFile | undefined> {
  let text: string;
  try {
    text = await readFile(join(directory, "postmaster.pid"), "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), status: (lines[7] ?? "").trim(), text };
}

/** The postmaster that runs on this cluster, if there is one. A pid that belongs to another program is not. */
export async function findPostmaster(directory: string): Promise<PostmasterFile | undefined> {
  const file = await readPostmasterFile(directory);
  if (!file || !(await isProcessAlive(file.pid))) return undefined;
  return (await isPostmasterOf(file.pid, directory)) ? file : undefined;
}

/**
 * Removes a pid file whose pid now belongs to another program: Postgres would take that one for a postmaster.
 * Left by a dead pid, it is Postgres' own to remove. Returns the port it named, for a start on the same address.
 */
export async function clearStalePostmasterFile(directory: string): Promise<number | undefined> {
  const file = await readPostmasterFile(directory);
  if (!file) return undefined;
  if ((await isProcessAlive(file.pid)) && !(await isPostmasterOf(file.pid, directory))) {
    const path = join(directory, "postmaster.pid");
    const aside = `${path}.stale-${process.pid}`;
    try {
      await rename(path, aside);
      // Another start may have put its own there since we looked: give that back.
      if ((await readFile(aside, "utf8")) !== file.text) await link(aside, path);
      await unlink(aside);
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
    }
  }
  return file.port > 0 ? file.port : undefined;
}

/** A port of 127.0.0.1 that is free now; it may be gone a moment later. */
export async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/**
 * Starts a postmaster in a session of its own (a Ctrl-C in the terminal is not for it, nor is our death) and waits until
 * it accepts connections. Throws `disk_full`, `version_mismatch`, `data_dir` or `start_failed`.
 */
export async function launchPostmaster(options: LaunchOptions): Promise<LaunchOutcome> {
  await rotateLog(options.logFile);
  const log = await open(options.logFile, "a", 0o600);
  try {
    const logStart = (await log.stat()).size;
    const [program = "", ...args] = [
      ...options.runner.prefix,
      options.binaries.postgres,
      ...postmasterArguments(options),
    ];
    const child = spawn(program, args, {
      cwd: "/",
      detached: true,
      env: serverEnvironment(),
      stdio: ["ignore", log.fd, log.fd],
      ...options.runner.identity,
    });
    child.unref();
    const exit: ChildExit = {};
    child.once("exit", (code, signal) => {
      exit.how = signal ?? `exit status ${code}`;
    });
    child.once("error", (error) => {
      exit.how = error.message;
    });
    if (await becomesReady(options, child.pid, exit)) return { kind: "ready", pid: child.pid ?? 0 };
    return explainExit(options, (await readLogFrom(options.logFile, logStart)) || `${program}: ${exit.how}`);
  } finally {
    await log.close();
  }
}

function postmasterArguments(options: LaunchOptions): string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(options.port),
    unix_socket_directories: "",
    ...options.settings,
  };
  return ["-D", options.directory, ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`])];
}

/** Set once the child has ended, or could not even be spawned. */
type ChildExit = { how?: string };

/** False when the child has ended. */
async function becomesReady(
  options: LaunchOptions,
  pid: number | undefined,
  exit: ChildExit,
): Promise<boolean> {
  const deadline = Date.now() + options.timeoutMs;
  while (Date.now() < deadline) {
    if (exit.how !== undefined) return false;
    const file = await readPostmasterFile(options.directory);
    if (file?.pid === pid && file?.status === "ready") return true;
    await sleep(POLL_MS);
  }
  throw new EmbeddedPostgresError(
    "start_failed",
    `Postgres (pid ${pid}) was not ready after ${Math.round(options.timeoutMs / 1000)} s; it may still be recovering. ` +
      `See ${options.logFile}, then start again.`,
  );
}

function explainExit(options: LaunchOptions, log: string): LaunchOutcome {
  if (/lock file "postmaster\.pid" already exists|pre-existing shared memory block/.test(log))
    return { kind: "busy" };
  if (/could not bind|could not create any TCP\/IP sockets/.test(log)) return { kind: "port_taken" };
  const fatal = log.split("\n").filter((line) => /FATAL|PANIC|HINT|error while loading|not found/.test(line));
  const reason = (fatal.join(" ") || log).trim().slice(-1000);
  if (/No space left on device|Disk quota exceeded|wrote only \d+ of/.test(log)) {
    throw new EmbeddedPostgresError("disk_full", `The disk of ${options.directory} is full: ${reason}`);
  }
  if (/database files are incompatible/.test(log)) {
    throw new EmbeddedPostgresError(
      "version_mismatch",
      `${options.directory} is of another Postgres: ${reason}`,
    );
  }
  if (/wrong ownership|Permission denied/.test(log)) {
    throw new EmbeddedPostgresError(
      "data_dir",
      `Postgres may not use ${options.directory}: run Deskhand as the user who owns it. ${reason}`,
    );
  }
  const broken = explainBrokenBinaries(options.binaries.postgres);
  if (broken) throw broken;
  throw new EmbeddedPostgresError(
    "start_failed",
    `Postgres did not start: ${reason} (log: ${options.logFile})`,
  );
}

async function rotateLog(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_SIZE_MAX_BYTES) await rename(path, `${path}.1`);
}

async function readLogFrom(path: string, start: number): Promise<string> {
  return (await readFile(path)).subarray(start).toString("utf8");
}

/** Fast shutdown; then immediate (the next start recovers); then SIGKILL. Resolves when the process is gone. */
export async function stopPostmaster(pid: number): Promise<void> {
  const steps: ReadonlyArray<[NodeJS.Signals, number]> = [
    ["SIGINT", 30_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ];
  for (const [signal, patienceMs] of steps) {
    if (!(await isProcessAlive(pid))) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (systemErrorCode(error) === "ESRCH") return;
      throw error;
    }
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!(await isProcessAlive(pid))) return;
      await sleep(POLL_MS);
    }
  }
  throw new EmbeddedPostgresError("start_failed", `Postgres (pid ${pid}) does not stop; end it by hand.`);
}
