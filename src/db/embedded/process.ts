/** Questions about processes that are perhaps not our children. */
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
    return true;
  }
}

/**
 * Whether the process works in `directory`, as a postmaster does in its cluster: a pid file may name a pid that another
 * program has got since. True where it cannot be told (no /proc, not allowed to look).
 */
export async function isWorkingIn(pid: number, directory: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(directory));
  } catch (error) {
    return process.platform !== "linux" || systemErrorCode(error) !== "ENOENT";
  }
}

export function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
