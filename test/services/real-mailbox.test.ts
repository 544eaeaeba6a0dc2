import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SqlPool } from "../../src/db/client.ts";
import { createSlackStandIn, type SlackStandIn } from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import {
  type RunningService,
  runDeskhand,
  type Settings,
  startDeskhand,
} from "../helpers/deskhand-process.ts";
import { type Dovecot, startDovecot } from "../helpers/dovecot.ts";
import { type SmtpSink, startSmtpSink } from "../helpers/smtp-sink.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** Where MAIL_CORPUS names a folder of mails from elsewhere, they are used instead of ours, and never kept. */
const CORPUS = process.env.MAIL_CORPUS;
const OUR_FOLDERS = [join(ROOT, "src/demo/samples/mail"), join(ROOT, "test/fixtures/mail")];
const WRITTEN_MAILS = 100;
const PATIENCE_MS = 120_000;

let db: TestDatabase;
let sql: SqlPool;
let dovecot: Dovecot;
let sink: SmtpSink;
let slack: SlackStandIn;
let dataDir: string;
let settings: Settings;
let service: RunningService | null = null;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  dovecot = await startDovecot();
  sink = await startSmtpSink();
  slack = await createSlackStandIn({
    users: [{ id: "U0MINA", name: "Mina", email: "mina@desk.example" }],
    channels: [
      { id: "C0HELP", name: "help" },
      { id: "C0TRIAGE", name: "triage" },
    ],
    signingSecret: "0123456789abcdef0123456789abcdef",
    eventsUrl: null,
  });
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-services-"));
  settings = {
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    IMAP_URL: dovecot.url,
    IMAP_SINCE: "all",
    SMTP_URL: sink.url,
    MAIL_FROM: "Support <support@desk.example>",
    SLACK_BOT_TOKEN: slack.token,
    SLACK_SIGNING_SECRET: "0123456789abcdef0123456789abcdef",
    SLACK_SUPPORT_CHANNELS: "C0HELP",
    SLACK_TRIAGE_CHANNEL: "C0TRIAGE",
    SLACK_API_URL: `${slack.url}`,
    SLACK_POST_INTERVAL_MS: "0",
  };
  const admin = await runDeskhand(
    ["admin", "create", "admin@desk.example", "--password-stdin"],
    settings,
    "long enough",
  );
  expect(admin).toMatchObject({ status: 0 });
});
afterEach(async () => {
  await service?.kill();
  service = null;
});
afterAll(async () => {
  await slack.stop();
  await sink.stop();
  await dovecot.stop();
  await db.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function readMails(): Promise<Uint8Array[]> {
  const mails: Uint8Array[] = [];
  for (const folder of CORPUS === undefined ? OUR_FOLDERS : [CORPUS]) {
    for (const name of (await readdir(folder)).sort()) {
      if (name.endsWith(".eml")) mails.push(await readFile(join(folder, name)));
    }
  }
  for (let i = 1; i <= WRITTEN_MAILS && CORPUS === undefined; i++) {
    const lines = [
      `From: Person ${i} <person${i}@customer${i % 7}.example>`,
      "To: support@desk.example",
      `Subject: Question ${i} about my invoice`,
      `Message-ID: <written-${i}@customer.example>`,
      "",
      `Invoice number ${1000 + i} was charged twice.`,
    ];
    mails.push(new TextEncoder().encode(lines.join("\r\n")));
  }
  return mails;
}

async function count(query: () => Promise<{ count: number }[]>): Promise<number> {
  return (await query())[0]?.count ?? 0;
}

const recorded = () => count(() => sql`select count(*) as count from intake_ledger where channel = 'email'`);
/** Tickets that still lack something, with what they have, to be named when it takes too long. */
const unfinished = () =>
  sql<{ title: string; source: string | null; assignee: string | null; delivery: string | null }[]>`
      select t.title, t.triage_source as source, t.assignee_id as assignee,
        (select string_agg(concat_ws(' ', d.state, d.last_error), ', ') from deliveries d where d.ticket_id = t.id) as delivery
      from tickets t
      where t.triage_source is null or t.assignee_id is null
        or not exists (select 1 from ticket_events e
          where e.ticket_id = t.id and e.type in ('acknowledged', 'acknowledgement-withheld'))
        or exists (select 1 from deliveries d where d.ticket_id = t.id and d.state in ('queued', 'sending'))
      limit 20`;

async function waitUntilFinished(): Promise<void> {
  const done = async () => (await unfinished()).length === 0;
  await waitUntil("tickets are triaged, assigned and acknowledged", done, PATIENCE_MS).catch(
    async (error) => {
      throw new Error(`${error.message}: ${JSON.stringify(await unfinished(), null, 1)}`);
    },
  );
}

describe("npm start on a real Dovecot", () => {
  it("records every mail once over two kill -9, and triages, assigns and acknowledges every ticket", async () => {
    const mails = await readMails();
    const third = Math.ceil(mails.length / 3);
    let delivered = 0;
    for (const part of [mails.slice(0, third), mails.slice(third, 2 * third), mails.slice(2 * third)]) {
      service = await startDeskhand(settings);
      for (const raw of part) await dovecot.deliver(raw);
      delivered += part.length;
      const enough = delivered === mails.length ? delivered : delivered - Math.floor(third / 2);
      await waitUntil("mails are recorded", async () => (await recorded()) >= enough, PATIENCE_MS);
      if (delivered < mails.length) await service.kill();
    }
    await waitUntilFinished();

    const reconcile = await runDeskhand(["reconcile", "--json"], settings);
    const report = JSON.parse(reconcile.stdout);
    const outcomes =
      await sql`select outcome, count(*) as count from intake_ledger group by outcome order by outcome`;
    const answers = await sql`
      select type, count(*) as count from ticket_events
      where type in ('triaged', 'assigned', 'acknowledged', 'acknowledgement-withheld') group by type order by type`;
    process.stderr.write(`${JSON.stringify({ mails: mails.length, outcomes, answers })}\n`);
    expect(reconcile.status).toBe(0);
    expect(report).toMatchObject({
      unexplained: 0,
      mailboxes: [{ seen: mails.length, recorded: mails.length }],
    });
    expect(await recorded()).toBe(mails.length);

    const acknowledgements = await sql<{ messageId: string }[]>`
      select email_message_id as "messageId" from messages where kind = 'acknowledgement' and channel = 'email'`;
    const sent = new Set(sink.mails.map(({ raw }) => /^Message-ID:\s*(\S+)/im.exec(raw)?.[1]));
    expect(acknowledgements.filter(({ messageId }) => !sent.has(messageId))).toEqual([]);
    const tickets = await count(() => sql`select count(*) as count from tickets`);
    expect(tickets).toBeGreaterThanOrEqual(CORPUS === undefined ? WRITTEN_MAILS : 1);
    // Notices to the moderators stand there as well, and have no blocks.
    const cards = () => slack.messages("C0TRIAGE").filter(({ blocks = [] }) => blocks.length > 0).length;
    await waitUntil("every ticket has its card", () => cards() >= tickets, PATIENCE_MS);
    expect(cards()).toBe(tickets);
  }, 500_000);

  it("finds what is missing in the ledger, repairs it, and says so", async () => {
    service = await startDeskhand(settings);
    await waitUntilFinished();
    await service.stop();
    await dovecot.deliver(
      new TextEncoder().encode(
        "From: late@customer.example\r\nTo: support@desk.example\r\nSubject: While you were away\r\n\r\nThe printer is on fire.",
      ),
    );
    const first = JSON.parse((await runDeskhand(["reconcile", "--json"], settings)).stdout);
    expect(first).toMatchObject({ unexplained: 0, mailboxes: [{ repaired: 1 }] });
    const second = JSON.parse((await runDeskhand(["reconcile", "--json"], settings)).stdout);
    expect(second).toMatchObject({ unexplained: 0, mailboxes: [{ repaired: 0 }] });
  });

  it("refuses to start on a wrong password of a mailbox that it never read, with one message that names the key", async () => {
    const wrong = {
      ...settings,
      PORT: "0",
      IMAP_URL: dovecot.urlFor({ user: "new@desk.example", password: "wrong" }),
    };
    const { status, stderr } = await runDeskhand(["start"], wrong);
    expect(status).toBe(2);
    expect(stderr).toContain("IMAP_URL");
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
