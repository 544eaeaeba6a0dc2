/**
 * Under which identity the Postgres programs run. Postgres refuses uid 0, so for root there are three ways:
 * 1. `unshare -U`: a user namespace in which root's uid reads as 1000. Files stay root's; works under a 0700 home.
 * 2. As an unprivileged uid (the owner of an existing cluster, else 65534), where that uid can reach the files.
 * 3. The same with the one capability to pass by file permissions (`setpriv`), where it cannot.
 */
import { spawnSync } from "node:child_process";
import { chown, lchown, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedPostgresError } from "./errors.ts";

export type Runner = {
  /** Put before the program and its arguments. */
  prefix: readonly string[];
  /** Set where the process is spawned under another identity. */
  identity?: { uid: number; gid: number };
  /** Who must own the cluster's files; undefined: whoever we are. */
  owner?: { uid: number; gid: number };
};

/** `nobody` on Linux; macOS knows it by -2, and any uid other than 0 will do. */
const UNPRIVILEGED = { uid: 65534, gid: 65534 };

/**
 * Chooses the identity. `directory` is a folder of the cluster (or of the cluster to be), `existing` says whether its
 * owner is to be kept. Changes the owner of `directory` where the choice needs it.
 */
export async function chooseRunner(directory: string, postgres: string, existing: boolean): Promise<Runner> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const { uid, gid } = await stat(directory);
  const keepsOwner = existing && uid !== 0;
  if (!keepsOwner) {
    const prefix = ["unshare", "-U", "--map-user=1000", "--map-group=1000", "--"];
    if (succeeds([...prefix, postgres, "--version"])) return { prefix };
  }
  const owner = keepsOwner ? { uid, gid } : UNPRIVILEGED;
  if (!keepsOwner) await chownTree(directory, owner);
  return chooseDroppedRunner(directory, postgres, owner);
}

function chooseDroppedRunner(
  directory: string,
  postgres: string,
  owner: { uid: number; gid: number },
): Runner {
  const probe = ["/bin/sh", "-c", 'test -w "$1" && "$2" --version', "sh", directory, postgres];
  if (succeeds(probe, owner)) return { prefix: [], identity: owner, owner };
  const prefix = [
    "setpriv",
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--",
  ];
  if (succeeds([...prefix, ...probe])) return { prefix, owner };
  throw new EmbeddedPostgresError(
    "data_dir",
    `Postgres does not run as root, and uid ${owner.uid} cannot reach ${directory} or ${postgres}. ` +
      "Run Deskhand as an ordinary user, set DATA_DIR to a folder that others may enter, or set DATABASE_URL.",
  );
}

function succeeds(command: readonly string[], identity?: { uid: number; gid: number }): boolean {
  const [program = "", ...args] = command;
  const result = spawnSync(program, args, { stdio: "ignore", cwd: "/", timeout: 10_000, ...identity });
  return result.status === 0;
}

async function chownTree(directory: string, owner: { uid: number; gid: number }): Promise<void> {
  await chown(directory, owner.uid, owner.gid);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await chownTree(path, owner);
    else await lchown(path, owner.uid, owner.gid);
  }
}
