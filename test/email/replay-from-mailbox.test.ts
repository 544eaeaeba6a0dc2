import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { watchMailbox } from "../../src/channels/email/imap/watch-mailbox.ts";
import { runCli } from "../../src/cli.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { readMailboxCursor, startMailboxCursor } from "../../src/db/mailbox-cursors.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SETTINGS } from "../helpers/inbound.ts";
import { TestMailbox } from "../helpers/mailbox.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { mail } from "../helpers/watch-bench.ts";
import { QUIET } from "../helpers/workflows.ts";

let db: TestDatabase;
let sql: SqlPool;
let dataDir: string;
let server: TestMailbox;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-replay-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));
beforeEach(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  server = await TestMailbox.start();
});
afterEach(async () => {
  await server.stop();
  await db.drop();
});

/** Reads the mailbox until it has so many ledger rows. */
async function intake(count: number, sizeBytesMax?: number): Promise<void> {
  const watch = watchMailbox({
    settings: server.settings,
    recordInbound: (message, position) => recordInbound(sql, SETTINGS, message, position),
    loadPosition: (mailbox) => readMailboxCursor(sql, mailbox),
    savePosition: (mailbox, cursor) => startMailboxCursor(sql, mailbox, cursor),
    since: "all",
    log: QUIET,
    timings: { retryDelayMs: 5, backoffBaseMs: 10, backoffMaxMs: 50 },
    ...(sizeBytesMax === undefined ? {} : { sizeBytesMax }),
  });
  await waitUntil(`${count} ledger rows`, async () => (await outcomes()).length >= count);
  await watch.stop();
}

const outcomes = async () =>
  (await sql<{ outcome: string }[]>`select outcome from intake_ledger order by external_id`).map(
    ({ outcome }) => outcome,
  );

async function replay(settings: Record<string, string> = {}) {
  let stdout = "";
  const status = await runCli(["replay", "--parked", "--json"], {
    env: { LOG_LEVEL: "silent", DATABASE_URL: db.url, DATA_DIR: dataDir, IMAP_URL: server.url, ...settings },
    print: (text) => {
      stdout += `${text}\n`;
    },
    say: () => {},
  });
  const lines = stdout.trim() === "" ? [] : stdout.trim().split("\n");
  return { status, replayed: lines.map((line) => JSON.parse(line) as { outcome: string; reason: string }) };
}

describe("replay --parked of a mail that its server did not hand over", () => {
  it("fetches it again by its UID, and makes the ticket", async () => {
    for (const subject of ["one", "two", "three"]) server.append(mail(subject));
    server.troubles.set(2, "refuse");
    await intake(3);
    expect(await outcomes()).toEqual(["ticket", "parked", "ticket"]);
    server.troubles.clear();
    expect(await replay()).toMatchObject({ status: 0, replayed: [{ outcome: "ticket" }] });
    expect(await outcomes()).toEqual(["ticket", "ticket", "ticket"]);
    expect(await sql`select title from tickets order by number`).toMatchObject([
      { title: "one" },
      { title: "three" },
      { title: "two" },
    ]);
    const kept = await sql<{ complete: boolean }[]>`select complete from raw_messages`;
    expect(kept.map(({ complete }) => complete)).toEqual([true, true, true]);
    expect((await replay()).replayed).toEqual([]);
  });

  it("takes no beginning of a large mail for the mail", async () => {
    server.append(mail("large", "x".repeat(3_000_000)));
    await intake(1, 2 * 1024 * 1024);
    expect(await outcomes()).toEqual(["parked"]);
    expect(await replay()).toMatchObject({ replayed: [{ outcome: "ticket" }] });
    const [row] = await sql<{ size: number }[]>`select size_bytes as size from raw_messages`;
    expect(row?.size).toBe(mail("large", "x".repeat(3_000_000)).length);
  });

  it("says why where it cannot be had: still refused, gone, renumbered, or its mailbox not configured", async () => {
    for (const subject of ["one", "two"]) server.append(mail(subject));
    server.troubles.set(2, "refuse");
    await intake(2);
    const reason = async (settings: Record<string, string> = {}) => (await replay(settings)).replayed[0];
    expect(await reason()).toMatchObject({
      outcome: "parked",
      reason: expect.stringMatching(/refused to hand it over/),
    });
    const elsewhere = server.url.replace("support%40", "other%40");
    expect(await reason({ IMAP_URL: elsewhere })).toMatchObject({
      reason: expect.stringMatching(/not in the settings/),
    });
    server.renumber();
    expect(await reason()).toMatchObject({
      outcome: "parked",
      reason: expect.stringMatching(/numbered the mailbox anew/),
    });
    expect(await outcomes()).toEqual(["ticket", "parked"]);
  });

  it("says that it has gone", async () => {
    for (const subject of ["one", "two"]) server.append(mail(subject));
    server.troubles.set(2, "refuse");
    await intake(2);
    server.troubles.clear();
    server.expunge(2);
    expect((await replay()).replayed).toMatchObject([
      { outcome: "parked", reason: expect.stringMatching(/not in the mailbox any more/) },
    ]);
  });

  it("goes on with the others where one mailbox cannot be reached", async () => {
    server.append(mail("one"));
    server.troubles.set(1, "refuse");
    await intake(1);
    const away = await TestMailbox.start();
    await away.stop();
    const { status, replayed } = await replay({
      IMAP_URL: away.url,
      IMAP_URL_2: server.url.replace("/INBOX", "/Other"),
    });
    expect(status).toBe(0);
    expect(replayed).toMatchObject([
      { outcome: "parked", reason: expect.stringMatching(/Nothing accepts connections/) },
    ]);
  });
});
