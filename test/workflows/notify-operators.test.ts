import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listAlerts } from "../../src/db/alerts.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { clearAlert } from "../../src/desk/clear-alert.ts";
import { raiseAlert } from "../../src/desk/raise-alert.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { checkAlerts } from "../../src/workflows/check-alerts.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

let db: TestDatabase;
let sql: SqlPool;
let workflows: StartedWorkflows;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  await sql`
    insert into users (email, name, role) values
      ('noor@desk.example', 'Noor', 'admin'), ('ines@desk.example', 'Ines', 'admin'),
      ('mina@desk.example', 'Mina', 'moderator')`;
  workflows = await startTestWorkflows(sql);
});
afterAll(async () => {
  await workflows.stop();
  await db.drop();
});
beforeEach(() => {
  workflows.farEnds.mails.length = 0;
  workflows.farEnds.notices.length = 0;
});

const ALERT = {
  subject: "mailbox/support@desk.example/INBOX",
  kind: "dead-token",
  problem: "The sign-in of support@desk.example has ended (invalid_grant).",
  fix: "Sign in again and set IMAP_OAUTH_REFRESH_TOKEN.",
};

describe("alert/raised", () => {
  it("reaches the moderators' channel once and each admin by mail, with the fix", async () => {
    await raiseAlert(sql, ALERT);
    await raiseAlert(sql, ALERT);
    const { mails, notices } = workflows.farEnds;
    await waitUntil("all are told", () => notices.length > 0 && mails.length > 1);
    await workflows.settle();
    expect(notices.map(({ text }) => text)).toEqual([expect.stringContaining(ALERT.fix)]);
    expect(mails.map(({ to }) => to[0]?.address).sort()).toEqual(["ines@desk.example", "noor@desk.example"]);
    expect(mails[0]).toMatchObject({ automatic: true, text: expect.stringContaining(ALERT.problem) });
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it("is followed by word that it works again", async () => {
    await clearAlert(sql, ALERT.subject);
    await waitUntil("all are told", () => workflows.farEnds.mails.length > 1);
    await workflows.settle();
    expect(workflows.farEnds.notices).toMatchObject([{ text: expect.stringContaining("works again") }]);
    expect(workflows.farEnds.mails).toHaveLength(2);
  });

  it("reaches Slack and the other admins where the mail server refuses one", async () => {
    workflows.farEnds.mailAnswers.set("noor@desk.example", async () => {
      throw new Error("550 no");
    });
    await raiseAlert(sql, { ...ALERT, subject: "mailbox/other" });
    const { mails, notices } = workflows.farEnds;
    const reached = () => mails.some(({ to }) => to[0]?.address === "ines@desk.example");
    await waitUntil("Slack and the other admin are reached", () => notices.length === 1 && reached());
    workflows.farEnds.mailAnswers.clear();
  });
});

describe("checkAlerts", () => {
  it("raises for what is parked and for dead runs, and clears once nothing is", async () => {
    await recordInbound(sql, SETTINGS, {
      channel: "unreadable",
      sourceChannel: "email",
      account: "support@desk.example/INBOX",
      externalId: "1:9000",
      receivedAt: new Date(),
      reason: "It has too many parts.",
      raw: new Uint8Array([1]),
    });
    await sql`
      insert into engine_events (id, name, payload, received_at) values ('e-dead', 'test/dead', '{}', now())`;
    await sql`
      insert into engine_runs (id, function_id, event_id, state, created_at, ended_at)
      values ('r-dead', 'f', 'e-dead', 'dead', now(), now())`;
    expect(await checkAlerts(sql)).toMatchObject({ parked: 1, dead: 1 });
    const open = async () =>
      (await listAlerts(sql, { openOnly: true, limit: 10 })).map(({ subject }) => subject);
    expect(await open()).toEqual(expect.arrayContaining(["parked", "dead-runs"]));
    await sql`update intake_ledger set recorded_at = now() - interval '4 days' where outcome = 'parked'`;
    await sql`delete from engine_runs where id = 'r-dead'`;
    expect(await checkAlerts(sql)).toMatchObject({ parked: 0, dead: 0 });
    expect(await open()).not.toEqual(expect.arrayContaining(["parked"]));
    expect(await open()).not.toEqual(expect.arrayContaining(["dead-runs"]));
  });

  it("says nothing of mails that became tickets", async () => {
    await recordInbound(sql, SETTINGS, mail());
    expect((await checkAlerts(sql)).parked).toBe(0);
  });
});
