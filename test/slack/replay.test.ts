/** `deskhand replay --parked` for what Slack delivered and nobody could read or record then. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { runDeskhand } from "../helpers/deskhand-process.ts";
import { SETTINGS } from "../helpers/inbound.ts";
import { EVA, HELP, RANDOM, SECRET, TRIAGE } from "../helpers/slack.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const slackOn = () => ({
  DATABASE_URL: db.url,
  SLACK_BOT_TOKEN: "xoxb-1",
  SLACK_SIGNING_SECRET: SECRET,
  SLACK_SUPPORT_CHANNELS: HELP,
  SLACK_TRIAGE_CHANNEL: TRIAGE,
  SLACK_API_URL: "http://127.0.0.1:1/api/",
});

async function replay(settings: Record<string, string>) {
  const { status, stdout, stderr } = await runDeskhand(["replay", "--parked", "--json"], settings);
  expect([status, stderr]).toEqual([0, ""]);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as { outcome: string; reason: string });
}

const ACCOUNT = "T0STANDIN";

/** Parks a source under the id of a message, as a parser that did not know its shape has done. */
async function park(ts: string, source: object, channel = HELP): Promise<void> {
  await recordInbound(db.sql, SETTINGS, {
    channel: "unreadable",
    sourceChannel: "slack",
    account: ACCOUNT,
    externalId: `${channel}:${ts}`,
    receivedAt: new Date(Number(ts) * 1000),
    reason: "Slack sent a message that cannot be read",
    raw: new TextEncoder().encode(JSON.stringify(source)),
  });
}

const event = (ts: string, text: string, channel = HELP) => ({
  type: "message",
  channel,
  channel_type: "channel",
  user: EVA.id,
  text,
  ts,
});

it("makes tickets of events that can be read now, once, and of messages that can be recorded now", async () => {
  await park("1790000000.000100", event("1790000000.000100", "My VPN &amp; I do not get along"));
  const { type: _type, ...rest } = event("1790000001.000100", "", HELP);
  await park("1790000001.000100", {
    channel: "slack",
    account: ACCOUNT,
    externalId: `${HELP}:${rest.ts}`,
    receivedAt: new Date(Number(rest.ts) * 1000),
    slackChannel: HELP,
    ts: rest.ts,
    threadTs: null,
    author: { slackUserId: EVA.id, name: EVA.name, email: EVA.email },
    text: "The printer smokes",
    mrkdwn: "The printer smokes",
    hasUnnamed: false,
    files: [],
    way: "message",
    requestedBy: null,
    bot: null,
  });
  expect(await replay({ DATABASE_URL: db.url })).toEqual([
    expect.objectContaining({ outcome: "parked", reason: expect.stringContaining("SLACK_BOT_TOKEN") }),
    expect.objectContaining({ outcome: "ticket" }),
  ]);
  expect(await replay(slackOn())).toEqual([expect.objectContaining({ outcome: "ticket" })]);
  const tickets = await db.sql`select description from tickets order by number`;
  expect(tickets.map(({ description }) => description)).toEqual([
    "The printer smokes",
    "My VPN & I do not get along",
  ]);
});

it("keeps what still cannot be read, or concerns nobody, with the reason", async () => {
  await park("1790000002.000100", { ...event("1790000002.000100", "?"), user: undefined });
  await park("1790000003.000100", event("1790000003.000100", "Lunch?", RANDOM), RANDOM);
  expect(await replay(slackOn())).toEqual([
    expect.objectContaining({
      outcome: "parked",
      reason: expect.stringContaining("neither user nor bot_id"),
    }),
    expect.objectContaining({ outcome: "parked", reason: expect.stringContaining("does not listen") }),
  ]);
  const rows = await db.sql`
    select r.source from intake_ledger l join raw_messages r on r.id = l.raw_id where l.outcome = 'parked'`;
  expect(rows).toHaveLength(2);
});
