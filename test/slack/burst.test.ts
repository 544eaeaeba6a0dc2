/** Counts only: how fast it is, is measured where the machine is quiet (test/services/slack-burst.test.ts). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSlackStandIn, type SlackStandIn } from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type RunningService, startDeskhand } from "../helpers/deskhand-process.ts";
import { HELP, SECRET, TRIAGE, WORKSPACE } from "../helpers/slack.ts";
import { type BurstPlan, burstUsers, deliverBursts, writeBursts } from "../helpers/slack-burst.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const PLAN: BurstPlan = { users: 15, bursts: 4, perBurst: 15, channel: HELP, pauseMs: 50 };

let db: TestDatabase;
let slack: SlackStandIn;
let dataDir: string;
let service: RunningService;
beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-burst-"));
  slack = await createSlackStandIn({
    users: burstUsers(PLAN.users),
    channels: WORKSPACE.channels,
    signingSecret: SECRET,
    eventsUrl: null,
  });
});
afterAll(async () => {
  await service?.kill();
  await slack.stop();
  await db.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const start = () =>
  startDeskhand({
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    SLACK_BOT_TOKEN: slack.token,
    SLACK_SIGNING_SECRET: SECRET,
    SLACK_SUPPORT_CHANNELS: HELP,
    SLACK_TRIAGE_CHANNEL: TRIAGE,
    SLACK_API_URL: slack.url,
    SLACK_POST_INTERVAL_MS: "0",
    LOG_LEVEL: "silent",
  });

it("loses and doubles nothing in bursts that come three times, out of order, past two kills", async () => {
  service = await start();
  let address: string | null = service.url;
  const bursts = await writeBursts(slack, PLAN);
  const killAfter = new Set([1, 2]);
  await deliverBursts(bursts, PLAN, {
    copies: 3,
    url: () => address,
    onBurst: async (index) => {
      if (!killAfter.has(index)) return;
      address = null;
      await service.kill();
      service = await start();
      address = service.url;
    },
  });
  await waitUntil(
    "everything is recorded",
    async () => (await db.sql`select 1 from slack_inbox limit 1`).length === 0,
    120_000,
  );
  const events = bursts.flat();
  const roots = events.filter(({ threadTs }) => threadTs === null);
  const [count] = await db.sql`
    select (select count(*) from tickets) as tickets,
      (select count(*) from messages where direction = 'inbound') as messages,
      (select count(distinct slack_ts) from messages where direction = 'inbound') as distinct_messages,
      (select count(*) from intake_ledger where channel = 'slack' and outcome = 'parked') as parked`;
  expect(count).toEqual({
    tickets: roots.length,
    messages: events.length,
    distinct_messages: events.length,
    parked: 0,
  });
  await waitUntil(
    "every ticket is acknowledged",
    async () => {
      const [row] = await db.sql`
        select count(*) as count from deliveries d join messages m on m.id = d.message_id
        where m.kind = 'acknowledgement' and d.state = 'sent'`;
      return row?.count === roots.length;
    },
    180_000,
  );
  for (const { ts } of roots) {
    const answers = slack.thread(HELP, ts).filter(({ bot_id }) => bot_id !== undefined);
    expect(answers.filter(({ text }) => text.includes("opened ticket"))).toHaveLength(1);
  }
}, 420_000);
