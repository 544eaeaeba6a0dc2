import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectDatabase, type SqlPool } from "../../src/db/client.ts";
import { restoreLibraryLinks } from "../../src/db/embedded/binaries.ts";
import { findPostmaster, readPostmasterFile, stopPostmaster } from "../../src/db/embedded/postmaster.ts";
import { isProcessAlive, sleep } from "../../src/db/embedded/process.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/db/embedded.ts";

const CHILD = fileURLToPath(new URL("embedded-child.ts", import.meta.url));
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

let prepared: string;
let folder: string;
let dataDir: string;
let children: Child[] = [];

/** initdb once. Tests that leave a cluster as they found it use this one; those that damage it, a copy. */
beforeAll(async () => {
  prepared = await mkdtemp(join(tmpdir(), "deskhand-embedded-"));
  const postgres = await startEmbeddedPostgres({ dataDir: prepared });
  await postgres.stop();
});
afterAll(() => rm(prepared, { recursive: true, force: true, maxRetries: 5 }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "deskhand-embedded-"));
  dataDir = join(folder, "data");
});
afterEach(async () => {
  for (const child of children) child.process.kill("SIGKILL");
  children = [];
  const left = await findPostmaster(join(dataDir, "postgres")).catch(() => undefined);
  if (left) await stopPostmaster(left.pid);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function usePreparedCluster(): void {
  dataDir = prepared;
}

async function copyPreparedCluster(): Promise<void> {
  await cp(prepared, dataDir, { recursive: true, preserveTimestamps: true });
}

type Answer = {
  pid: number;
  ownedByUs: boolean;
  url: string;
  stopped: boolean;
  error: string;
  code: string;
  lost: string;
};
type Child = { process: ChildProcess; next(): Promise<Answer>; stop(): Promise<Answer> };

function startChild(role: "service" | "command", options: { uid?: number; path?: string } = {}): Child {
  const child = spawn(process.execPath, ["--import", "tsx", CHILD, dataDir, role], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...(options.path === undefined ? {} : { PATH: options.path }) },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Answer> => {
    const line = await lines.next();
    if (line.done) throw new Error("the child ended without an answer");
    return JSON.parse(line.value) as Answer;
  };
  const started: Child = {
    process: child,
    next,
    stop: () => {
      child.stdin.write("stop\n");
      return next();
    },
  };
  children.push(started);
  return started;
}

async function killHard(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

async function withPool<T>(url: string, work: (sql: SqlPool) => Promise<T>): Promise<T> {
  const sql = connectDatabase(url, { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function waitFor(what: () => Promise<boolean>, patienceMs = 50_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await sleep(10);
  }
}

/** The death of one backend makes Postgres restart them all: every session, that of each lease too, ends. */
async function crashOneBackend(url: string): Promise<void> {
  await withPool(url, async (sql) => {
    const [row] = await sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    process.kill(row?.pid ?? 0, "SIGKILL");
    await expect(sql`SELECT 1`).rejects.toThrow();
  });
}

describe("a start", { timeout: 60_000 }, () => {
  it("makes a private UTF-8 cluster that asks everybody for the password", async () => {
    const postgres = await startEmbeddedPostgres({ dataDir });
    expect(postgres.ownedByUs).toBe(true);
    const [row] = await withPool(
      postgres.url,
      (sql) => sql<{ encoding: string; sockets: string; hosts: string; lower: string }[]>`
        SELECT current_setting('server_encoding') AS encoding, current_setting('unix_socket_directories') AS sockets,
          current_setting('listen_addresses') AS hosts, lower('GRÖSSE') AS lower`,
    );
    expect(row).toEqual({ encoding: "UTF8", sockets: "", hosts: "127.0.0.1", lower: "grösse" });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, "postgres"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, "postgres", "deskhand.password"))).mode & 0o777).toBe(0o600);
    const guess = new URL(postgres.url);
    guess.password = "guess";
    await expect(withPool(guess.href, (sql) => sql`SELECT 1`)).rejects.toMatchObject({ code: "28P01" });
    expect(await postgres.stop()).toEqual({ stopped: true });
    expect(await isProcessAlive(postgres.pid)).toBe(false);
    expect((await readdir(dataDir)).sort()).toEqual(["postgres", "postgres.log"]);
  });

  it("finds what an earlier one stored", async () => {
    usePreparedCluster();
    const before = await startEmbeddedPostgres({ dataDir });
    await withPool(before.url, (sql) => sql`CREATE TABLE kept AS SELECT 7 AS n`);
    await before.stop();
    const after = await startEmbeddedPostgres({ dataDir });
    expect(await withPool(after.url, (sql) => sql`SELECT n FROM kept`)).toEqual([{ n: 7 }]);
    await after.stop();
  });

  it("at the same time as another in a new folder makes one cluster and one server", async () => {
    const both = [startChild("command"), startChild("command")];
    const answers = await Promise.all(both.map((child) => child.next()));
    expect(answers.map((answer) => answer.error)).toEqual([undefined, undefined]);
    expect(answers[0]?.pid).toBe(answers[1]?.pid);
    expect(answers.filter((answer) => answer.ownedByUs)).toHaveLength(1);
    const stops = [await both[0]?.stop(), await both[1]?.stop()];
    expect(stops).toEqual([{ stopped: false }, { stopped: true }]);
    expect((await readdir(dataDir)).sort()).toEqual(["postgres", "postgres.log"]);
  });

  it("killed in the middle of initdb leaves nothing that the next one trips over", async () => {
    const child = startChild("service");
    const halfMade = async (): Promise<string[]> =>
      (await readdir(dataDir).catch(() => [])).filter((name) => name.startsWith("postgres.init-"));
    await waitFor(async () => {
      const [name] = await halfMade();
      return (
        name !== undefined && (await lstat(join(dataDir, name, "data", "base")).then(Boolean, () => false))
      );
    });
    await killHard(child.process);
    expect(await readdir(dataDir)).not.toContain("postgres");
    // The orphaned initdb ends by itself.
    await waitFor(
      async () => !spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout.includes(dataDir),
    );
    const postgres = await startEmbeddedPostgres({ dataDir, role: "service" });
    expect(await withPool(postgres.url, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    expect(await halfMade()).toEqual([]);
    await postgres.stop();
  });

  it("takes another port when the last one is taken by now", async () => {
    usePreparedCluster();
    const squatter = createServer().listen(0, "127.0.0.1");
    await once(squatter, "listening");
    const { port } = squatter.address() as { port: number };
    await writePidFile(await findUnusedPid(), port);
    const postgres = await startEmbeddedPostgres({ dataDir });
    expect(Number(new URL(postgres.url).port)).not.toBe(port);
    await postgres.stop();
    squatter.close();
  });

  it.each([
    ["a process that is gone", findUnusedPid],
    ["another program", async () => process.pid],
  ])("is not deterred by a pid file that names %s", async (_who, pickPid) => {
    usePreparedCluster();
    await writePidFile(await pickPid(), 1);
    const postgres = await startEmbeddedPostgres({ dataDir });
    expect(await withPool(postgres.url, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    await postgres.stop();
  });
});

describe("a server whose users come and go", { timeout: 60_000 }, () => {
  beforeEach(usePreparedCluster);

  it("outlives a killed service and is adopted as it runs", async () => {
    const child = startChild("service");
    const { pid, url } = await child.next();
    const sql = connectDatabase(url, { max: 1 });
    await killHard(child.process);
    expect(await isProcessAlive(pid)).toBe(true);
    const heir = await startEmbeddedPostgres({ dataDir, role: "service" });
    expect({ pid: heir.pid, url: heir.url, ownedByUs: heir.ownedByUs }).toEqual({
      pid,
      url,
      ownedByUs: false,
    });
    expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    await sql.end();
    expect(await heir.stop()).toEqual({ stopped: true });
    expect(await isProcessAlive(pid)).toBe(false);
  });

  it("belongs to one service: a second is refused and told the first one's pid", async () => {
    const child = startChild("service");
    const { pid } = await child.next();
    const second = startEmbeddedPostgres({ dataDir, role: "service" });
    await expect(second).rejects.toMatchObject({ code: "service_running" });
    await expect(second).rejects.toThrow(`pid ${child.process.pid}`);
    expect(await isProcessAlive(pid)).toBe(true);
    expect(await child.stop()).toEqual({ stopped: true });
  });

  it("is left running by a command beside a service", async () => {
    const service = await startEmbeddedPostgres({ dataDir, role: "service" });
    const command = startChild("command");
    expect(await command.next()).toMatchObject({ pid: service.pid, ownedByUs: false });
    expect(await command.stop()).toEqual({ stopped: false });
    expect(await withPool(service.url, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    expect(await service.stop()).toEqual({ stopped: true });
  });

  it("is left running by the command that started it when a service has come since", async () => {
    const command = await startEmbeddedPostgres({ dataDir });
    const service = startChild("service");
    expect(await service.next()).toMatchObject({ pid: command.pid, ownedByUs: false });
    expect(await command.stop()).toEqual({ stopped: false });
    expect(await isProcessAlive(command.pid)).toBe(true);
    expect(await service.stop()).toEqual({ stopped: true });
    expect(await isProcessAlive(command.pid)).toBe(false);
  });

  it("is not pulled from under a command by the service's end; the command stops it", async () => {
    const service = await startEmbeddedPostgres({ dataDir, role: "service" });
    const command = startChild("command");
    await command.next();
    expect(await service.stop()).toEqual({ stopped: false });
    expect(await command.stop()).toEqual({ stopped: true });
    expect(await isProcessAlive(service.pid)).toBe(false);
  });

  it("comes up again for one who starts while the last one stops it", async () => {
    let postgres: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir });
    for (let round = 0; round < 5; round++) {
      const stopping = postgres.stop();
      postgres = await startEmbeddedPostgres({ dataDir });
      await stopping;
      expect(await withPool(postgres.url, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    }
    expect(await postgres.stop()).toEqual({ stopped: true });
  });

  it("killed itself, is started again on the same port, and stays its service's alone", async () => {
    const service = await startEmbeddedPostgres({ dataDir, role: "service" });
    const { pid, url } = service;
    await withPool(url, (sql) => sql`CREATE TABLE outlived AS SELECT 7 AS n`);
    process.kill(pid, "SIGKILL");
    await waitFor(async () => service.pid !== pid);
    expect(service.url).toBe(url);
    expect(await withPool(url, (sql) => sql`SELECT n FROM outlived`)).toEqual([{ n: 7 }]);
    const second = startChild("service");
    expect(await second.next()).toMatchObject({ code: "service_running" });
    expect(await service.stop()).toEqual({ stopped: true });
    expect(await isProcessAlive(service.pid)).toBe(false);
  });

  it("one of whose processes crashed is its service's alone again", async () => {
    const messages: string[] = [];
    const note = (_fields: object, message: string): void => {
      messages.push(message);
    };
    const service = await startEmbeddedPostgres({
      dataDir,
      role: "service",
      log: { info: note, warn: note },
    });
    await crashOneBackend(service.url);
    await waitFor(async () => messages.includes("embedded Postgres joined"));
    await expect(startEmbeddedPostgres({ dataDir, role: "service" })).rejects.toMatchObject({
      code: "service_running",
    });
    expect(await service.stop()).toEqual({ stopped: true });
  });

  it("tells a service that another one has taken its place while it could not act", async () => {
    const frozen = startChild("service");
    const { url } = await frozen.next();
    frozen.process.kill("SIGSTOP");
    await crashOneBackend(url);
    const successor = await startEmbeddedPostgres({ dataDir, role: "service" });
    frozen.process.kill("SIGCONT");
    const { lost } = await frozen.next();
    expect(lost).toMatch(`pid ${process.pid}`);
    expect(await frozen.stop()).toEqual({ stopped: false });
    expect(await withPool(url, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    expect(await successor.stop()).toEqual({ stopped: true });
  });
});

function othersCanReadCheckout(): boolean {
  const identity = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  return spawnSync(process.execPath, ["--import", "tsx", "-e", ""], identity).status === 0;
}

describe("under another identity", { timeout: 60_000 }, () => {
  it("an ordinary user needs nothing but a folder, even under a 0700 home", async (test) => {
    if (!othersCanReadCheckout()) test.skip("uid 65534 cannot read this checkout");
    await chmod(folder, 0o700);
    if (isRoot) await chown(folder, NOBODY, NOBODY);
    const child = startChild("service", isRoot ? { uid: NOBODY } : {});
    const answer = await child.next();
    expect(answer.error).toBeUndefined();
    expect(await withPool(answer.url, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    if (isRoot) expect((await stat(join(dataDir, "postgres"))).uid).toBe(NOBODY);
    expect(await child.stop()).toEqual({ stopped: true });
  });

  it("root's cluster starts without user namespaces too, and again with them", async (test) => {
    if (!isRoot) test.skip("only root has to change its identity");
    if (process.platform !== "linux") test.skip("user namespaces are Linux'");
    if (!othersCanReadCheckout()) test.skip("uid 65534 cannot read this checkout");
    const path = await pathWithFailingUnshare();
    for (const options of [{ path }, { path }, {}]) {
      const child = startChild("service", options);
      const answer = await child.next();
      expect(answer.error).toBeUndefined();
      expect(await withPool(answer.url, (sql) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
      expect(await child.stop()).toEqual({ stopped: true });
    }
  });

  it("root's cluster made with user namespaces starts without them", async (test) => {
    if (!isRoot) test.skip("only root has to change its identity");
    if (process.platform !== "linux") test.skip("user namespaces are Linux'");
    if (!othersCanReadCheckout()) test.skip("uid 65534 cannot read this checkout");
    await copyPreparedCluster();
    const child = startChild("service", { path: await pathWithFailingUnshare() });
    expect((await child.next()).error).toBeUndefined();
    expect(await child.stop()).toEqual({ stopped: true });
  });
});

describe("a start that cannot work says why", { timeout: 60_000 }, () => {
  it("a data folder of another Postgres version", async () => {
    await copyPreparedCluster();
    await writeFile(join(dataDir, "postgres", "PG_VERSION"), "17\n");
    const start = startEmbeddedPostgres({ dataDir });
    await expect(start).rejects.toMatchObject({ code: "version_mismatch" });
    await expect(start).rejects.toThrow(/made by Postgres 17.*brings Postgres 18/);
  });

  it("a data folder that is a file", async () => {
    await writeFile(dataDir, "");
    const start = startEmbeddedPostgres({ dataDir });
    await expect(start).rejects.toMatchObject({ code: "data_dir" });
    await expect(start).rejects.toThrow(/is not a folder.*DATA_DIR/);
  });

  it("a folder in the way of the cluster", async () => {
    await mkdir(join(dataDir, "postgres"), { recursive: true });
    await writeFile(join(dataDir, "postgres", "notes.txt"), "mine");
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/is in the way/);
    expect(await readFile(join(dataDir, "postgres", "notes.txt"), "utf8")).toBe("mine");
    expect(await readdir(dataDir)).toEqual(["postgres"]);
  });

  it("a password file that is lost, or of another cluster", async () => {
    await copyPreparedCluster();
    const file = join(dataDir, "postgres", "deskhand.password");
    await writeFile(file, "another");
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/refuses the password/);
    await rm(file);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/deskhand\.password is missing/);
  });

  it("a damaged cluster, with Postgres' own words", async () => {
    await copyPreparedCluster();
    await rm(join(dataDir, "postgres", "global", "pg_control"));
    const start = startEmbeddedPostgres({ dataDir });
    await expect(start).rejects.toMatchObject({ code: "start_failed" });
    await expect(start).rejects.toThrow(/pg_control|could not find the database system/);
  });
});

describe("the library links of the binaries", () => {
  it("are restored when npm did not, by two processes at once", async () => {
    await mkdir(join(folder, "native", "lib"), { recursive: true });
    await writeFile(join(folder, "native", "lib", "libx.so.1.2"), "library");
    const links = ["libx.so", "libx.so.1"].map((name) => ({
      source: "native/lib/libx.so.1.2",
      target: `native/lib/${name}`,
    }));
    await writeFile(join(folder, "native", "pg-symlinks.json"), JSON.stringify(links));
    await Promise.all([restoreLibraryLinks(folder), restoreLibraryLinks(folder)]);
    expect(await readFile(join(folder, "native", "lib", "libx.so"), "utf8")).toBe("library");
    expect(await readFile(join(folder, "native", "lib", "libx.so.1"), "utf8")).toBe("library");
  });
});

/** What a crashed postmaster leaves. */
async function writePidFile(pid: number, port: number): Promise<void> {
  const directory = join(dataDir, "postgres");
  const lines = [pid, directory, 1, port, "", "127.0.0.1", "0 0", "ready   ", ""];
  await writeFile(join(directory, "postmaster.pid"), lines.join("\n"), { mode: 0o600 });
  expect((await readPostmasterFile(directory))?.pid).toBe(pid);
}

async function findUnusedPid(): Promise<number> {
  const { pid } = spawnSync("true");
  return pid;
}

async function pathWithFailingUnshare(): Promise<string> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "unshare"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return `${bin}${delimiter}${process.env.PATH}`;
}
