/** 2,000 mails through everything that goes wrong between a mail server and a service. Prints its figures. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqlPool } from "../../src/db/client.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import {
  type RunningService,
  runDeskhand,
  type Settings,
  startDeskhand,
} from "../helpers/deskhand-process.ts";
import { type Dovecot, startDovecot } from "../helpers/dovecot.ts";
import { TcpProxy } from "../helpers/tcp-proxy.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const MAILS = 2_000;
const PORTIONS = 20;
const PATIENCE_MS = 90_000;

let db: TestDatabase;
let sql: SqlPool;
let dovecot: Dovecot;
let proxy: TcpProxy;
let dataDir: string;
let settings: Settings;
let service: RunningService | null = null;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  dovecot = await startDovecot();
  proxy = await TcpProxy.start(dovecot.port);
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-chaos-"));
  settings = {
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    IMAP_URL: dovecot.urlFor({ port: proxy.port }),
    IMAP_SINCE: "all",
    // A silent network is noticed within seconds instead of minutes.
    IMAP_CHECK_SECONDS: "2",
    IMAP_TIMEOUT_SECONDS: "2",
    // The workflows have chaos of their own: their events wait in the outbox here.
    INNGEST_DEV: "1",
    INNGEST_BASE_URL: "http://127.0.0.1:9",
    LOG_LEVEL: "fatal",
  };
});
afterAll(async () => {
  await service?.kill();
  await proxy.stop();
  await dovecot.stop();
  await db.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Three of ten answer a mail before; one in two hundred is large enough to come in pieces. */
function writeMail(index: number): Uint8Array {
  const person = index % 70;
  const isReply = index >= 70 && index % 10 < 3;
  const lines = [
    `From: Person ${person} <person${person}@customer${person % 7}.example>`,
    "To: support@desk.example",
    `Date: ${new Date(Date.UTC(2026, 10, 22, 8, 0, index)).toUTCString()}`,
    `Subject: ${isReply ? "Re: " : ""}Question ${isReply ? index - 70 : index}`,
    `Message-ID: <chaos-${index}@customer.example>`,
    ...(isReply ? [`In-Reply-To: <chaos-${index - 70}@customer.example>`] : []),
    "",
    `Text ${index}.`,
    ...(index % 200 === 199
      ? ["x".repeat(900), ...Array.from({ length: 1_500 }, () => "y".repeat(900))]
      : []),
  ];
  return new TextEncoder().encode(lines.join("\r\n"));
}

const figures = { kills: 0, cuts: 0, halfOpen: 0, serverKills: 0, renumberings: 0 };

const TROUBLES = {
  async kill() {
    await service?.kill();
    service = await startDeskhand(settings);
    figures.kills++;
  },
  async cut() {
    figures.cuts += proxy.cut();
  },
  async freeze() {
    figures.halfOpen += proxy.freeze();
  },
  async restart() {
    await dovecot.kill();
    await pause(1_000);
    await dovecot.restart();
    figures.serverKills++;
  },
  async renumber() {
    await dovecot.kill();
    await dovecot.forgetUids();
    await dovecot.restart();
    figures.renumberings++;
  },
  async nothing() {},
} satisfies Record<string, () => Promise<void>>;

/** One after each portion of mails; never two restarts of the service without a mail in between. */
const ORDER: (keyof typeof TROUBLES)[] = [
  "nothing",
  "cut",
  "kill",
  "freeze",
  "nothing",
  "kill",
  "restart",
  "cut",
  "kill",
  "freeze",
  "cut",
  "renumber",
  "nothing",
  "kill",
  "restart",
  "freeze",
  "kill",
  "cut",
  "freeze",
  "nothing",
];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function count(query: Promise<{ count: number }[]>): Promise<number> {
  return (await query)[0]?.count ?? 0;
}
const inbound = () =>
  count(sql<{ count: number }[]>`select count(*) as count from messages where direction = 'inbound'`);

describe("2,000 mails of a real Dovecot", () => {
  it("become 2,000 tickets and replies, none doubled and none unexplained, whatever breaks", async () => {
    const startedAt = performance.now();
    service = await startDeskhand(settings);
    for (const [portion, trouble] of ORDER.entries()) {
      const size = MAILS / PORTIONS;
      for (let i = 0; i < size; i++) await dovecot.deliver(writeMail(portion * size + i));
      // The portion is being read when the trouble comes.
      const before = await inbound();
      await waitUntil("something is read", async () => (await inbound()) > before, 10_000).catch(() => {});
      await TROUBLES[trouble]();
    }
    const deliveredSeconds = (performance.now() - startedAt) / 1000;
    await waitUntil("every mail is recorded", async () => (await inbound()) >= MAILS, PATIENCE_MS).catch(
      async (error) => {
        const missing = await sql`
          select outcome, count(*) as count from intake_ledger group by outcome order by outcome`;
        throw new Error(`${error.message}: ${await inbound()} of ${MAILS}; ${JSON.stringify(missing)}`);
      },
    );
    const seconds = (performance.now() - startedAt) / 1000;
    await service.stop();
    const reconcile = await runDeskhand(["reconcile", "--json"], settings);
    const report = JSON.parse(reconcile.stdout);
    const outcomes = Object.fromEntries(
      (
        await sql<{ outcome: string; count: number }[]>`
          select outcome, count(*) as count from intake_ledger group by outcome order by outcome`
      ).map((row) => [row.outcome, row.count]),
    );
    const doubled = await count(sql<{ count: number }[]>`
      select count(*) as count from (
        select 1 from messages where direction = 'inbound' group by email_message_id having count(*) > 1) d`);
    const { unexplained } = report;
    const connections = proxy.connectionCount;
    process.stderr.write(
      `${JSON.stringify({ mails: MAILS, outcomes, doubled, unexplained, ...figures, connections, deliveredSeconds: Math.round(deliveredSeconds), seconds: Math.round(seconds) })}\n`,
    );
    expect(figures).toMatchObject({ kills: 5, serverKills: 2, renumberings: 1 });
    expect(figures.halfOpen).toBeGreaterThanOrEqual(1);
    expect((outcomes.ticket ?? 0) + (outcomes.reply ?? 0)).toBe(MAILS);
    expect(outcomes.reply).toBeGreaterThan(0);
    expect(doubled).toBe(0);
    // The mails that were read before the renumbering were read again, and known.
    expect(Object.keys(outcomes).sort()).toEqual(["duplicate", "reply", "ticket"]);
    expect(report).toMatchObject({
      unexplained: 0,
      failed: [],
      mailboxes: [{ seen: MAILS, recorded: MAILS }],
    });
    expect(reconcile.status).toBe(0);
    const validities = await sql<{ validity: string; count: number }[]>`
      select split_part(external_id, ':', 1) as validity, count(*) as count from intake_ledger group by 1 order by 1`;
    expect(validities).toHaveLength(2);
    expect(validities[1]?.count).toBe(MAILS);
  }, 480_000);
});
