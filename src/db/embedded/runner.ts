/**
 * Under which identity the Postgres programs run. Postgres refuses uid 0, so for root there are three ways:
 * 1. `unshare -U`: a user namespace in which root's uid reads as another. Files stay root's; works under a 0700 home.
 * 2. As an unprivileged uid (the owner of an existing cluster, else 65534), where that uid can reach the files.
 * 3. The same with the one capability to pass by file permissions (`setpriv`), where it cannot reach the data.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, chown, lchown, readdir, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { EmbeddedPostgresError } from "./errors.ts";

type Identity = { uid: number; gid: number };

export type Runner = {
  /** Put before the program and its arguments. */
  prefix: readonly string[];
  /** Set where the process is to be spawned under another identity. */
  identity?: Identity;
};

/** `nobody` on Linux. */
const UNPRIVILEGED: Identity = { uid: 65534, gid: 65534 };

/**
 * Chooses how to run `initdb` in the fresh folder `workshop`. Where that takes another user, the workshop becomes that
 * user's, and `ownDataDir` (the data folder, if we have just made it) lets others pass through, not look.
 * Throws `data_dir` or `binaries_broken` when there is no way.
 */
export async function chooseInitRunner(
  workshop: string,
  postgres: string,
  ownDataDir: string | undefined,
): Promise<Runner> {
  const namespace = namespacePrefix();
  if (process.getuid?.() === 0) {
    if (succeeds([...namespace, postgres, "--version"])) return { prefix: namespace };
    await chownTree(workshop, UNPRIVILEGED);
    if (ownDataDir !== undefined) await chmod(ownDataDir, 0o711);
    return chooseDroppedRunner(workshop, postgres, UNPRIVILEGED);
  }
  // initdb wants to know its user's name; a container may run us under a uid that has none.
  if (hasUserName()) return { prefix: [] };
  if (succeeds([...namespace, postgres, "--version"])) return { prefix: namespace };
  throw new EmbeddedPostgresError(
    "data_dir",
    `uid ${process.getuid?.()} has no name on this machine, and Postgres' initdb wants one: ` +
      "add the uid to /etc/passwd, run as a user that is there, or set DATABASE_URL.",
  );
}

/**
 * Chooses how to run `postgres` on an existing cluster. Its owner is kept; only a cluster of root's, on a machine
 * without user namespaces, is given to uid 65534.
 */
export async function chooseServerRunner(directory: string, postgres: string): Promise<Runner> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const { uid, gid } = await stat(directory);
  if (uid !== 0) return chooseDroppedRunner(directory, postgres, { uid, gid });
  const namespace = namespacePrefix();
  if (succeeds([...namespace, postgres, "--version"])) return { prefix: namespace };
  await chownTree(directory, UNPRIVILEGED);
  return chooseDroppedRunner(directory, postgres, UNPRIVILEGED);
}

/** Why the binaries do not even tell their version; undefined when they do. */
export function explainBrokenBinaries(postgres: string): EmbeddedPostgresError | undefined {
  const result = spawnSync(postgres, ["--version"], { encoding: "utf8", timeout: 10_000 });
  if (result.status === 0) return undefined;
  const reason = (result.stderr || result.error?.message || `status ${result.status}`).trim();
  return new EmbeddedPostgresError(
    "binaries_broken",
    `The embedded Postgres does not run on this machine: ${reason}. ` +
      "It needs glibc on Linux (Alpine has another C library). Otherwise run `npm ci` again, or set DATABASE_URL.",
    result.error,
  );
}

function chooseDroppedRunner(directory: string, postgres: string, owner: Identity): Runner {
  // `initdb --show` looks for `postgres` beside itself as the server does, by access(2), which heeds no capability:
  // `postgres --version` would run where the server then cannot find itself.
  const initdb = join(dirname(postgres), "initdb");
  const probe = ["/bin/sh", "-c", 'test -w "$1" && "$2" --show -D "$1"', "sh", directory, initdb];
  if (succeeds(probe, owner)) return { prefix: [], identity: owner };
  const prefix = [
    "setpriv",
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--",
  ];
  if (succeeds([...prefix, ...probe])) return { prefix };
  throw (
    explainBrokenBinaries(postgres) ??
    new EmbeddedPostgresError(
      "data_dir",
      `Postgres does not run as root, and uid ${owner.uid} cannot reach ${directory} or ${postgres}. ` +
        "Run Deskhand as an ordinary user, set DATA_DIR to a folder that others may enter, or set DATABASE_URL.",
    )
  );
}

/** In the namespace we read as a user whom this machine knows by name, for initdb's sake. */
function namespacePrefix(): string[] {
  const { uid, gid } = findNamedUser();
  return ["unshare", "-U", `--map-user=${uid}`, `--map-group=${gid}`, "--"];
}

function findNamedUser(): Identity {
  try {
    const users = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .map(([, , uid, gid]) => ({ uid: Number(uid), gid: Number(gid) }))
      .filter(({ uid, gid }) => uid > 0 && gid > 0);
    return users.find(({ uid }) => uid === 1000) ?? users[0] ?? UNPRIVILEGED;
  } catch {
    return UNPRIVILEGED;
  }
}

function hasUserName(): boolean {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
}

function succeeds(command: readonly string[], identity?: Identity): boolean {
  const [program = "", ...args] = command;
  const result = spawnSync(program, args, { stdio: "ignore", cwd: "/", timeout: 10_000, ...identity });
  return result.status === 0;
}

async function chownTree(directory: string, owner: Identity): Promise<void> {
  await chown(directory, owner.uid, owner.gid);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await chownTree(path, owner);
    else await lchown(path, owner.uid, owner.gid);
  }
}
