/** The cluster's files: `<dataDir>/postgres`, made once, whole or not at all. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PostgresBinaries } from "./binaries.ts";
import { EmbeddedPostgresError, explainDataDirError, systemErrorCode } from "./errors.ts";
import { isProcessAlive, serverEnvironment } from "./process.ts";
import { chooseInitRunner, explainBrokenBinaries, type Runner } from "./runner.ts";

/** The role that owns everything in the cluster, and the name of the database. */
export const EMBEDDED_USER = "deskhand";

export type Cluster = { directory: string; password: string };

const PASSWORD_FILE = "deskhand.password";
const HALF_MADE = /^postgres\.init-(\d+)-[0-9a-f]+$/;
const HALF_MADE_AGE_MAX_MS = 60 * 60 * 1000;

/** Written into postgresql.conf once; the operator may change them there. */
const INITIAL_SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: "32MB",
  timezone: "UTC",
  log_timezone: "UTC",
  // Client errors quote row values ("Failing row contains …"); LOG and above do not.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  // A container's /dev/shm may be tiny, and parallel plans live there.
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  // A client that was killed releases its locks even while its statement is still running.
  client_connection_check_interval: "5s",
  // Every query here is short; compiling one costs more than it saves.
  jit: "off",
};

/** Folders this very process is filling, so that a pid seen again after a restart of a container is no excuse. */
const ownHalfMade = new Set<string>();

/**
 * Opens the cluster of a data folder, and makes it first when there is none.
 * Throws `data_dir`, `disk_full`, `version_mismatch` or `start_failed`.
 */
export async function openCluster(dataDir: string, binaries: PostgresBinaries): Promise<Cluster> {
  const directory = join(dataDir, "postgres");
  try {
    const dataDirIsNew = (await mkdir(dataDir, { recursive: true, mode: 0o700 })) !== undefined;
    let version = await readIfThere(join(directory, "PG_VERSION"));
    if (version === undefined) {
      await refuseForeignFolder(directory);
      await removeHalfMade(dataDir);
      await makeCluster({ dataDir, dataDirIsNew, directory, binaries });
      version = await readFile(join(directory, "PG_VERSION"), "utf8");
    }
    refuseOtherVersion(directory, version.trim(), binaries.majorVersion);
    return { directory, password: await readPassword(directory) };
  } catch (error) {
    throw explainDataDirError(dataDir, error);
  }
}

function refuseOtherVersion(directory: string, found: string, expected: string): void {
  if (found === expected) return;
  throw new EmbeddedPostgresError(
    "version_mismatch",
    `The database in ${directory} was made by Postgres ${found}, and this Deskhand brings Postgres ${expected}. ` +
      `Start it with Postgres ${found} (the Deskhand version that made it, or a server of your own with DATABASE_URL), ` +
      "dump it, and load the dump into an empty data folder.",
  );
}

async function readPassword(directory: string): Promise<string> {
  const password = await readIfThere(join(directory, PASSWORD_FILE));
  if (password) return password.trim();
  throw new EmbeddedPostgresError(
    "data_dir",
    `${join(directory, PASSWORD_FILE)} is missing or empty: restore it from the backup this folder came from.`,
  );
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A folder where the cluster belongs that is neither empty nor a cluster is somebody's: hands off. */
async function refuseForeignFolder(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown): string[] => {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  });
  if (names.length === 0 || names.includes("PG_VERSION")) return;
  throw new EmbeddedPostgresError(
    "data_dir",
    `${directory} is in the way: it is not empty and holds no Postgres cluster. Move it away, or set DATA_DIR.`,
  );
}

/** What a start killed in the middle of initdb has left; its process is gone. */
async function removeHalfMade(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = HALF_MADE.exec(name)?.[1];
    if (pid === undefined || ownHalfMade.has(name)) continue;
    const path = join(dataDir, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
    const inUse =
      Number(pid) !== process.pid && age < HALF_MADE_AGE_MAX_MS && (await isProcessAlive(Number(pid)));
    // An initdb whose parent was killed may still be writing: then the next start removes it.
    if (!inUse) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

type NewCluster = { dataDir: string; dataDirIsNew: boolean; directory: string; binaries: PostgresBinaries };

/** initdb beside its place, then one rename: a kill at any moment leaves no half-made cluster, two racers make one. */
async function makeCluster({ dataDir, dataDirIsNew, directory, binaries }: NewCluster): Promise<void> {
  const name = `postgres.init-${process.pid}-${randomBytes(6).toString("hex")}`;
  const workshop = join(dataDir, name);
  ownHalfMade.add(name);
  try {
    await mkdir(workshop, { mode: 0o700 });
    const passwordFile = join(workshop, "password");
    await writeFile(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    const runner = await chooseInitRunner(workshop, binaries.postgres, dataDirIsNew ? dataDir : undefined);
    const made = join(workshop, "data");
    await runInitdb(runner, binaries, initdbArguments(made, passwordFile));
    await rename(passwordFile, join(made, PASSWORD_FILE));
    await rename(made, directory);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes(systemErrorCode(error) ?? "")) throw error;
    // Another process was faster; unless something else came into the place.
    await refuseForeignFolder(directory);
  } finally {
    await rm(workshop, { recursive: true, force: true }).catch(() => {});
    ownHalfMade.delete(name);
  }
}

function initdbArguments(directory: string, passwordFile: string): string[] {
  const settings = Object.entries(INITIAL_SETTINGS).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  return [
    `--pgdata=${directory}`,
    `--username=${EMBEDDED_USER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // Postgres' own C.UTF-8: the same on every machine, whichever locales it has.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
    ...settings,
  ];
}

async function runInitdb(
  runner: Runner,
  binaries: PostgresBinaries,
  initdbArgs: readonly string[],
): Promise<void> {
  const [program = "", ...args] = [...runner.prefix, binaries.initdb, ...initdbArgs];
  const child = spawn(program, args, {
    cwd: "/",
    env: serverEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    ...runner.identity,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-8000);
    });
  }
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.once("error", (error) => reject(explainBrokenBinaries(binaries.postgres) ?? error));
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  if (status === 0) return;
  if (/No space left on device|Disk quota exceeded|wrote only \d+ of/.test(output)) {
    throw Object.assign(new Error("initdb: no space left"), { code: "ENOSPC" });
  }
  const broken = explainBrokenBinaries(binaries.postgres);
  if (broken) throw broken;
  const reason = output.split("\n").filter((line) => /error|fatal|hint|cannot/i.test(line));
  throw new EmbeddedPostgresError(
    "start_failed",
    `initdb could not make the database (${status}): ${(reason.join(" ") || output).trim().slice(-1000)}`,
  );
}
