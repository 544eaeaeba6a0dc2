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

/** Long enough to queue two replies and to kill the service within it, on a busy machine too. */
const UNDO_SECONDS = 5;
/** For a busy machine; a claimed call of the killed process is taken over after 15 s. */
const PATIENCE_MS = 60_000;
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
  const find = async () =>
    (
      await db.sql<{ number: number }[]>`
        select t.number from tickets t join slack_threads s on s.ticket_id = t.id where s.thread_ts = ${ts}`
    )[0]?.number;
  await waitUntil("the ticket is recorded", async () => (await find()) !== undefined, PATIENCE_MS);
  return { number: (await find()) ?? 0, ts };
}

/** Opens the card's own form. */
async function openReply(number: number): Promise<{ cardTs: string; viewId: string }> {
  const card = () => slack.messages(TRIAGE).find((message) => message.text.includes(`#${number} `));
  await waitUntil("the card stands", () => card() !== undefined, PATIENCE_MS);
  const cardTs = card()?.ts ?? "";
  const before = new Set(slack.openViews().map(({ id }) => id));
  const opened = () => slack.openViews().find(({ id }) => !before.has(id));
  await slack.clickButton({ user: ADA.id, channel: TRIAGE, ts: cardTs, actionId: "ticket_reply" });
  await waitUntil("the form is open", () => opened() !== undefined, PATIENCE_MS);
  return { cardTs, viewId: opened()?.id ?? "" };
}

/** Resolves when the desk has queued it. */
async function submitReply({ viewId }: { viewId: string }, text: string): Promise<void> {
  const values = { text: { text: { value: text } } };
  expect(await slack.submitView({ user: ADA.id, viewId, values })).toEqual({ status: 200, body: "" });
}

async function undo(cardTs: string): Promise<void> {
  const card = () => JSON.stringify(slack.messages(TRIAGE).find(({ ts }) => ts === cardTs));
  await waitUntil("the card offers Undo", () => card().includes("ticket_reply_undo"), PATIENCE_MS);
  await slack.clickButton({ user: ADA.id, channel: TRIAGE, ts: cardTs, actionId: "ticket_reply_undo" });
}

const stateOf = async (text: string) => {
  const [row] = await db.sql<{ state: string }[]>`
    select d.state from deliveries d join messages m on m.id = d.message_id where m.text = ${text}`;
  return row ?? { state: "none" };
};
const mailsWith = (text: string) => smtp.mails.filter(({ raw }) => raw.includes(text)).length;
const postsWith = (ts: string, text: string) =>
  slack.thread(HELP, ts).filter((message) => message.text === text).length;
const isIn = (text: string, state: string) => async () => (await stateOf(text)).state === state;
/** Nothing is left that could be sent a second time: every workflow has ended or waits for a later time. */
const settled = () =>
  waitUntil(
    "the workflows are through",
    async () => {
      const [row] = await db.sql<{ count: number }[]>`
        select (select count(*) from outbox where sent_at is null)
          + (select count(*) from engine_events where not routed)
          + (select count(*) from engine_waits where due_at <= now())
          + (select count(*) from engine_queue where available_at <= now() or claimed_by is not null) as count`;
      return row?.count === 0;
    },
    PATIENCE_MS,
  );

describe("kill -9 inside the undo window", () => {
  it("sends exactly once after it, by mail and in Slack, and nothing of what was taken back", async () => {
    await start();
    const first = await makeMailTicket();
    const asked = await makeSlackTicket();
    const byMail = await openReply(first);
    const inSlack = await openReply(asked.number);
    const takenBack = await openReply(await makeMailTicket());
    await submitReply(takenBack, "Taken back, then a kill.");
    await undo(takenBack.cardTs);
    await waitUntil("it is taken back", isIn("Taken back, then a kill.", "cancelled"), PATIENCE_MS);
    await Promise.all([
      submitReply(byMail, "By mail, after a kill."),
      submitReply(inSlack, "In Slack, after a kill."),
    ]);
    await service?.kill();
    expect((await stateOf("By mail, after a kill.")).state).toBe("queued");
    expect((await stateOf("In Slack, after a kill.")).state).toBe("queued");
    await start();
    await waitUntil("the answer is posted", isIn("In Slack, after a kill.", "sent"), PATIENCE_MS);
    await waitUntil("the mail is sent", isIn("By mail, after a kill.", "sent"), PATIENCE_MS);
    const early = await db.sql`select 1 from deliveries where sent_at < not_before`;
    expect(early).toHaveLength(0);
    await settled();
    expect(mailsWith("By mail, after a kill.")).toBe(1);
    expect(postsWith(asked.ts, "In Slack, after a kill.")).toBe(1);
    expect(mailsWith("Taken back, then a kill.")).toBe(0);
    expect((await stateOf("Taken back, then a kill.")).state).toBe("cancelled");
  }, 180_000);

  it("sends exactly once where the service comes back only after the window", async () => {
    await start();
    await submitReply(await openReply(await makeMailTicket()), "Late, after a kill.");
    await service?.kill();
    await waitUntil(
      "the window is over",
      async () =>
        (await db.sql`select 1 from deliveries where state = 'queued' and not_before > now()`).length === 0,
      PATIENCE_MS,
    );
    expect((await stateOf("Late, after a kill.")).state).toBe("queued");
    expect(mailsWith("Late, after a kill.")).toBe(0);
    await start();
    await waitUntil("it is sent", isIn("Late, after a kill.", "sent"), PATIENCE_MS);
    // Killed again, after it has left: nothing is sent a second time.
    await service?.kill();
    await start();
    await settled();
    expect(mailsWith("Late, after a kill.")).toBe(1);
  }, 180_000);
});
