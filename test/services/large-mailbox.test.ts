/** A mailbox of 100,000 old mails: beginning is cheap, and comparing it takes no more memory than a small one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMailboxUrl } from "../../src/channels/email/imap/mailbox-url.ts";
import type { IntakeSince, MailboxCursorState } from "../../src/channels/email/imap/start.ts";
import { watchMailbox } from "../../src/channels/email/imap/watch-mailbox.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { startMailboxCursor } from "../../src/db/mailbox-cursors.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type Dovecot, startDovecot } from "../helpers/dovecot.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { QUIET } from "../helpers/workflows.ts";

const MAILS = 100_000;
const SMALL = 100;
const MISSING = 50;
/** On a machine that does something else as well. */
const START_MS_MAX = 10_000;
const GROWTH_BYTES_MAX = 80 * 1024 * 1024;
const BIN = resolve(import.meta.dirname, "../../bin/deskhand.js");

let db: TestDatabase;
let sql: SqlPool;
let dataDir: string;
let large: Dovecot;
let small: Dovecot;

/** One mail a minute, from the first of January on. */
function writeMbox(count: number): string {
  const begun = Date.UTC(2026, 0, 1);
  const mails: string[] = [];
  for (let i = 1; i <= count; i++) {
    // asctime's form, as mbox has it.
    const [day, date, month, year, time] = new Date(begun + i * 60_000)
      .toUTCString()
      .replace(",", "")
      .split(" ");
    const received = `${day} ${month} ${date} ${time} ${year}`;
    mails.push(
      `From ada@customer.example ${received}\nFrom: ada@customer.example\nSubject: Old mail ${i}\nMessage-ID: <old-${i}@customer.example>\n\nWords ${i}.\n\n`,
    );
  }
  return mails.join("");
}

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-large-"));
  large = await startDovecot({ user: "large@desk.example", mbox: writeMbox(MAILS) });
  small = await startDovecot({ user: "small@desk.example", mbox: writeMbox(SMALL) });
  // Dovecot reads a new file once to index it, which is its own time.
  await measureStart("now");
}, 120_000);
afterAll(async () => {
  await large.stop();
  await small.stop();
  await db.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** How long it takes from nothing to watching, and where reading begins; nothing is recorded on the way. */
async function measureStart(since: IntakeSince): Promise<{ ms: number; cursor: MailboxCursorState }> {
  let cursor: MailboxCursorState | null = null;
  let first: number | null = null;
  const startedAt = performance.now();
  const watch = watchMailbox({
    settings: parseMailboxUrl(large.url, "IMAP_URL"),
    recordInbound: async (_message, position) => {
      first ??= position?.uid ?? null;
      return { outcome: "ticket", reason: "", ticket: null, messageId: null, alreadyRecorded: false };
    },
    loadPosition: async () => cursor,
    savePosition: async (_mailbox, state) => {
      cursor = { ...state };
    },
    since,
    log: QUIET,
  });
  await waitUntil(
    "the watcher watches or reads",
    () => watch.status().state === "watching" || first !== null,
    60_000,
  );
  const ms = performance.now() - startedAt;
  await watch.stop();
  if (cursor === null) throw new Error("No cursor was stored.");
  return { ms, cursor };
}

/** Runs the command, and tells the most memory that its process has held at once. */
async function reconcile(
  dovecot: Dovecot,
): Promise<{ report: { mailboxes: unknown[] }; peakBytes: number; ms: number }> {
  const { PATH, HOME } = process.env;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [BIN, "reconcile", "--json"], {
    env: {
      PATH,
      HOME,
      DATABASE_URL: db.url,
      DATA_DIR: dataDir,
      IMAP_URL: dovecot.url,
      IMAP_SINCE: "all",
      LOG_LEVEL: "fatal",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  let peakBytes = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const timer = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
    if (peak !== undefined) peakBytes = Math.max(peakBytes, Number(peak) * 1024);
  }, 25);
  await once(child, "close");
  clearInterval(timer);
  return { report: JSON.parse(stdout), peakBytes, ms: performance.now() - startedAt };
}

/** As if everything had been recorded before, but for the last mails. */
async function fillLedger(mailbox: string, uidValidity: number, count: number): Promise<void> {
  await startMailboxCursor(sql, mailbox, { uidValidity, firstUid: 1, lastUid: count, since: new Date(0) });
  await sql`
    insert into intake_ledger (channel, account, external_id, outcome, reason)
    select 'email', ${mailbox}, ${`${uidValidity}:`} || uid, 'list', 'Recorded before.'
    from generate_series(1, ${count}) uid where uid % (${count}::int / ${MISSING}::int) <> 0`;
}

describe("a mailbox of 100,000 old mails", () => {
  it("is begun within seconds: from now, from a date, or from the first mail", async () => {
    const now = await measureStart("now");
    const date = await measureStart(new Date("2026-03-10T00:00:00Z"));
    const all = await measureStart("all");
    const ms = Object.fromEntries(
      Object.entries({ now, date, all }).map(([name, one]) => [name, Math.round(one.ms)]),
    );
    process.stderr.write(`${JSON.stringify({ mails: MAILS, startMs: ms })}\n`);
    expect(now.cursor.firstUid).toBe(MAILS + 1);
    expect(all.cursor.firstUid).toBe(1);
    // Minute by minute from the first of January on.
    expect(date.cursor.firstUid).toBe((Date.UTC(2026, 2, 10) - Date.UTC(2026, 0, 1)) / 60_000);
    for (const one of [now, all]) expect(one.ms).toBeLessThan(START_MS_MAX);
    // The server looks at the time of every mail, which is its own work: one search of it, not one for each mail.
    expect(date.ms).toBeLessThan(4 * START_MS_MAX);
  }, 120_000);

  it("is compared with the ledger and repaired in the memory that a small one takes", async () => {
    const { cursor } = await measureStart("now");
    await fillLedger("large@desk.example/INBOX", cursor.uidValidity, MAILS);
    const little = await reconcile(small);
    const much = await reconcile(large);
    const growthBytes = much.peakBytes - little.peakBytes;
    process.stderr.write(
      `${JSON.stringify({ mails: MAILS, seconds: Math.round(much.ms / 100) / 10, peakMb: Math.round(much.peakBytes / 2 ** 20), smallPeakMb: Math.round(little.peakBytes / 2 ** 20) })}\n`,
    );
    expect(much.report).toMatchObject({
      unexplained: 0,
      mailboxes: [{ seen: MAILS, recorded: MAILS, repaired: MISSING, unexplained: 0 }],
    });
    expect(growthBytes).toBeLessThan(GROWTH_BYTES_MAX);
    expect((await reconcile(large)).report).toMatchObject({ mailboxes: [{ seen: MAILS, repaired: 0 }] });
  }, 240_000);
});
