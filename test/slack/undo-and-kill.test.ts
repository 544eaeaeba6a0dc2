/**
 * The undo window is carried by the workflow, not by memory: the service is a process of its own here, and is killed
 * with SIGKILL inside the window. Mail leaves over SMTP, answers in Slack over its Web API.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { createSlackStandIn, type SlackStandIn } from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createDeskSettings } from "../../src/runtime/desk-settings.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type RunningService, startDeskhand } from "../helpers/deskhand-process.ts";
import { mail } from "../helpers/inbound.ts";
import { ADA, HELP, SECRET, TRIAGE, WORKSPACE } from "../helpers/slack.ts";
import { type SmtpSink, startSmtpSink } from "../helpers/smtp-sink.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const UNDO_SECONDS = 4;
const CUSTOMER = "carla@customer.example";

let db: TestDatabase;
let dataDir: string;
let slack: SlackStandIn;
let smtp: SmtpSink;
let settings: Record<string, string>;
let service: RunningService | null = null;

beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-undo-"));
  smtp = await startSmtpSink();
  slack = await createSlackStandIn({ ...WORKSPACE, signingSecret: SECRET, eventsUrl: null });
  settings = {
    DATA_DIR: dataDir,
    DATABASE_URL: db.url,
    JWT_SECRET: "a secret of the tests, long enough to be one",
    SLACK_BOT_TOKEN: slack.token,
    SLACK_SIGNING_SECRET: SECRET,
    SLACK_SUPPORT_CHANNELS: HELP,
    SLACK_TRIAGE_CHANNEL: TRIAGE,
    SLACK_API_URL: slack.url,
    SLACK_POST_INTERVAL_MS: "0",
    SMTP_URL: smtp.url,
    MAIL_FROM: '"Support" <support@desk.example>',
    REPLY_UNDO_SECONDS: String(UNDO_SECONDS),
  };
  await db.sql`insert into users (email, name, role) values (${ADA.email}, 'Ada', 'moderator')`;
});
afterEach(async () => {
  await service?.kill();
  service = null;
});
afterAll(async () => {
  await slack?.stop();
  await smtp?.stop();
  await db?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  service = await startDeskhand(settings);
  await slack.connect(`${service.url}/api/slack/events`);
}

async function makeMailTicket(): Promise<number> {
  const desk = createDeskSettings(loadConfig(settings));
  const { ticket } = await recordInbound(db.sql, desk, mail({ fromAddress: CUSTOMER }));
  return ticket?.number ?? 0;
}

async function makeSlackTicket(): Promise<{ number: number; ts: string }> {
  const ts = await slack.postAsUser({ user: "U0EVA", channel: HELP, text: "My laptop smells." });
  const [row] = await db.sql<{ number: number }[]>`select number from tickets order by number desc limit 1`;
  return { number: row?.number ?? 0, ts };
}

/** Through the card's own form; resolves when the desk has queued it. */
async function reply(number: number, text: string): Promise<{ cardTs: string }> {
  const card = () => slack.messages(TRIAGE).find((message) => message.text.includes(`#${number} `));
  await waitUntil("the card stands", () => card() !== undefined);
  const ts = card()?.ts ?? "";
  const before = new Set(slack.openViews().map(({ id }) => id));
  await slack.clickButton({ user: ADA.id, channel: TRIAGE, ts, actionId: "ticket_reply" });
  await waitUntil("the form is open", () => slack.openViews().some(({ id }) => !before.has(id)));
  const viewId = slack.openViews().find(({ id }) => !before.has(id))?.id ?? "";
  const values = { text: { text: { value: text } } };
  expect(await slack.submitView({ user: ADA.id, viewId, values })).toEqual({ status: 200, body: "" });
  return { cardTs: ts };
}

const stateOf = async (text: string) => {
  const [row] = await db.sql<{ state: string }[]>`
    select d.state from deliveries d join messages m on m.id = d.message_id where m.text = ${text}`;
  return row ?? { state: "none" };
};
const mailsWith = (text: string) => smtp.mails.filter(({ raw }) => raw.includes(text)).length;
const postsWith = (ts: string, text: string) =>
  slack.thread(HELP, ts).filter((message) => message.text === text).length;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("kill -9 inside the undo window", () => {
  it("sends exactly once after it, by mail and in Slack, where the service is back in time", async () => {
    await start();
    const number = await makeMailTicket();
    const asked = await makeSlackTicket();
    await reply(number, "By mail, after a kill.");
    await reply(asked.number, "In Slack, after a kill.");
    await service?.kill();
    expect((await stateOf("By mail, after a kill.")).state).toBe("queued");
    expect((await stateOf("In Slack, after a kill.")).state).toBe("queued");
    await start();
    await waitUntil(
      "both are sent",
      async () => (await stateOf("In Slack, after a kill.")).state === "sent",
      30_000,
    );
    await waitUntil(
      "the mail is sent",
      async () => (await stateOf("By mail, after a kill.")).state === "sent",
      30_000,
    );
    const early = await db.sql`select 1 from deliveries where sent_at < not_before`;
    expect(early).toHaveLength(0);
    await sleep(1_500);
    expect(mailsWith("By mail, after a kill.")).toBe(1);
    expect(postsWith(asked.ts, "In Slack, after a kill.")).toBe(1);
  });

  it("sends exactly once where the service comes back only after the window", async () => {
    await start();
    const number = await makeMailTicket();
    await reply(number, "Late, after a kill.");
    await service?.kill();
    await sleep(UNDO_SECONDS * 1_000 + 500);
    expect(mailsWith("Late, after a kill.")).toBe(0);
    await start();
    await waitUntil(
      "it is sent",
      async () => (await stateOf("Late, after a kill.")).state === "sent",
      30_000,
    );
    // Killed again, after it has left: nothing is sent a second time.
    await service?.kill();
    await start();
    await sleep(1_500);
    expect(mailsWith("Late, after a kill.")).toBe(1);
  });

  it("sends nothing of what was taken back before", async () => {
    await start();
    const number = await makeMailTicket();
    const { cardTs } = await reply(number, "Taken back, then a kill.");
    await waitUntil("the card offers Undo", () =>
      JSON.stringify(slack.messages(TRIAGE).find(({ ts }) => ts === cardTs)).includes("ticket_reply_undo"),
    );
    await slack.clickButton({ user: ADA.id, channel: TRIAGE, ts: cardTs, actionId: "ticket_reply_undo" });
    await waitUntil(
      "it is taken back",
      async () => (await stateOf("Taken back, then a kill.")).state === "cancelled",
    );
    await service?.kill();
    await start();
    await sleep(UNDO_SECONDS * 1_000 + 1_000);
    expect(mailsWith("Taken back, then a kill.")).toBe(0);
    expect((await stateOf("Taken back, then a kill.")).state).toBe("cancelled");
  });
});
