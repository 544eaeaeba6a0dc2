/** Questions about processes that are perhaps not our children. */
import { spawnSync } from "node:child_process";
import { readFile, readlink, realpath } from "node:fs/promises";
import { systemErrorCode } from "./errors.ts";

/** The environment of the Postgres programs: nothing of ours (PGDATA, LD_*, secrets) leaks in. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

/** False for a zombie too: in a container whose first process reaps nobody, the dead stay in the table. */
export async function isProcessAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemErrorCode(error) === "EPERM";
  }
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // pid (name) state …; the name may hold anything, so count from its closing parenthesis.
    return stat.charAt(stat.lastIndexOf(")") + 2) !== "Z";
  } catch {
    // No /proc on this system; or the process has gone since we asked.
    return process.platform !== "linux";
  }
}

/**
 * Whether the process is the postmaster of the cluster in `directory`: a pid file may name a pid that another program has
 * got since. On Linux a postmaster works in its cluster; elsewhere the program's name has to do.
 */
export async function isPostmasterOf(pid: number, directory: string): Promise<boolean> {
  if (process.platform !== "linux") return /postgres/.test(programName(pid));
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(directory));
  } catch (error) {
    // Another user's process, which we may not look at: it is for Postgres to judge.
    return systemErrorCode(error) !== "ENOENT";
  }
}

function programName(pid: number): string {
  return spawnSync("ps", ["-o", "comm=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";
}

export function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
