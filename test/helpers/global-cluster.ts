/**
 * One Postgres for the whole run, and in it a migrated template that each test file's database is a copy of.
 * `TEST_DATABASE_URL` names another server instead (its role must be allowed to create databases).
 *
 * Nothing outlives the run: at its end the cluster is stopped and removed; when the run is killed, a watchdog holding
 * the other end of a pipe does so; what even that left behind, the next run removes.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { connectDatabase } from "../../src/db/client.ts";
import { findPostmaster, stopPostmaster } from "../../src/db/embedded/postmaster.ts";
import { isProcessAlive } from "../../src/db/embedded/process.ts";
import { startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where test databases are made: the server's maintenance database, and the name of the migrated template. */
    testCluster: { adminUrl: string; template: string };
  }
}

const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));
const FOLDER = /^deskhand-test-(\d+)-/;

/** A crash of the machine may lose a test database: so be it. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "200",
  autovacuum: "off",
};

const undo: Array<() => Promise<unknown>> = [];

export async function setup(project: TestProject): Promise<void> {
  const adminUrl = process.env.TEST_DATABASE_URL ?? (await startCluster());
  const template = `deskhand_template_${randomBytes(6).toString("hex")}`;
  await makeTemplate(adminUrl, template);
  project.provide("testCluster", { adminUrl, template });
}

export async function teardown(): Promise<void> {
  for (const step of undo.reverse()) await step();
}

async function startCluster(): Promise<string> {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), `deskhand-test-${process.pid}-`));
  const watchdog = watchOverUs(folder);
  const postgres = await startEmbeddedPostgres({ dataDir: folder, settings: SETTINGS });
  undo.push(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    watchdog.stdin?.end("done\n");
  });
  return postgres.url;
}

async function makeTemplate(adminUrl: string, template: string): Promise<void> {
  const admin = connectDatabase(adminUrl, { max: 1 });
  try {
    await admin`CREATE DATABASE ${admin(template)}`;
  } finally {
    await admin.end();
  }
  undo.push(() => dropDatabase(adminUrl, template));
  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  const sql = connectDatabase(url.href, { max: 1 });
  try {
    await migrate(sql, { directory: MIGRATIONS });
  } finally {
    await sql.end();
  }
}

async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  const admin = connectDatabase(adminUrl, { max: 1 });
  try {
    await admin`DROP DATABASE IF EXISTS ${admin(name)} WITH (FORCE)`;
  } finally {
    await admin.end();
  }
}

/**
 * A shell that waits for a line from us. Should the pipe close without one, we were killed: it ends the server and removes
 * the folder. An orphaned initdb may still write there, so it looks again until nothing is left.
 */
function watchOverUs(folder: string): ChildProcess {
  const script = `
    if read -r line; then exit 0; fi
    while [ -d "$1" ]; do
      if read -r pid < "$1/postgres/postmaster.pid"; then kill -QUIT "$pid"; fi
      sleep 0.2
      rm -rf "$1"
    done`;
  const watchdog = spawn("/bin/sh", ["-c", script, "watchdog", folder], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  watchdog.unref();
  return watchdog;
}

async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = FOLDER.exec(name)?.[1];
    if (pid === undefined || (await isProcessAlive(Number(pid)))) continue;
    const folder = join(tmpdir(), name);
    const postmaster = await findPostmaster(join(folder, "postgres")).catch(() => undefined);
    if (postmaster) await stopPostmaster(postmaster.pid);
    await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
