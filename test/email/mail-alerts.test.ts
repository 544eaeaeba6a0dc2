import type { Logger } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { listAlerts } from "../../src/db/alerts.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { raiseAlert } from "../../src/desk/raise-alert.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { openMailAccess } from "../../src/runtime/mail-access.ts";
import { createMailAlerts } from "../../src/runtime/mail-alerts.ts";
import { type MailIntake, openMailIntake } from "../../src/runtime/mail-intake.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SETTINGS } from "../helpers/inbound.ts";
import { TestMailbox } from "../helpers/mailbox.ts";
import { TokenEndpoint } from "../helpers/token-endpoint.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { mail } from "../helpers/watch-bench.ts";
import { QUIET } from "../helpers/workflows.ts";

const LOG = QUIET as unknown as Logger;
let db: TestDatabase;
let sql: SqlPool;
let server: TestMailbox;
let endpoint: TokenEndpoint;
const running: MailIntake[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  server = await TestMailbox.start({ oauth: true });
  endpoint = await TokenEndpoint.start();
  endpoint.onIssued = (token) => server.acceptToken(token);
});
afterEach(async () => {
  for (const intake of running.splice(0)) await intake.stop();
  await server.stop();
  await endpoint.stop();
  await sql`delete from alerts`;
  await sql`delete from mailbox_cursors`;
});

/** As the service does it, from the settings on. */
async function start(): Promise<MailIntake> {
  const config = loadConfig({
    IMAP_URL: `imap://support%40desk.example@127.0.0.1:${server.port}/INBOX?tls=none`,
    IMAP_OAUTH_TOKEN_URL: endpoint.url,
    IMAP_OAUTH_CLIENT_ID: "client",
    IMAP_OAUTH_CLIENT_SECRET: "secret",
    IMAP_OAUTH_REFRESH_TOKEN: "refresh-0",
    IMAP_SINCE: "all",
    IMAP_ALERT_MINUTES: "0",
  });
  const record = (
    ...[message, position]: Parameters<Parameters<typeof openMailIntake>[1]["recordInbound"]>
  ) => recordInbound(sql, SETTINGS, message, position);
  const intake = await openMailIntake(await openMailAccess(config, sql), {
    sql,
    recordInbound: record,
    log: LOG,
  });
  intake.start();
  running.push(intake);
  return intake;
}

const open = () => listAlerts(sql, { openOnly: true, limit: 10 });
const recorded = async () => (await sql`select 1 from intake_ledger`).length;

describe("a mailbox that fails", () => {
  it("ends the first start where its token is dead, with the key and the fix", async () => {
    endpoint.accepted = new Set();
    await expect(start()).rejects.toThrow(/IMAP_URL: .*invalid_grant.*IMAP_OAUTH_REFRESH_TOKEN/s);
  });

  it("ends no later start: operators are told within seconds, and mail is read once the token is cured", async () => {
    server.append(mail("first"));
    const first = await start();
    await waitUntil("the first mail", async () => (await recorded()) === 1);
    await first.stop();
    endpoint.accepted = new Set();
    await start();
    await waitUntil("an alert", async () => (await open()).length === 1);
    expect(await open()).toMatchObject([
      {
        subject: "mailbox/support@desk.example/INBOX",
        kind: "dead-token",
        fix: expect.stringMatching(/IMAP_OAUTH_REFRESH_TOKEN/),
      },
    ]);
    // The operator sets a new token and restarts: the alert of the earlier process ends.
    await running.at(-1)?.stop();
    endpoint.accepted = null;
    server.append(mail("second"));
    await start();
    await waitUntil("the second mail", async () => (await recorded()) === 2);
    await waitUntil("no alert", async () => (await open()).length === 0);
  });

  it("is told as unreachable after the minutes that the settings give it", async () => {
    await start();
    await waitUntil("it is watched", () => running[0]?.mailboxes()[0]?.connected === true);
    await server.pause();
    await waitUntil("an alert", async () => (await open()).length === 1);
    expect(await open()).toMatchObject([{ kind: "unreachable" }]);
    await server.resume();
    await waitUntil("no alert", async () => (await open()).length === 0);
  });
});

describe("createMailAlerts", () => {
  const ALERT = {
    mailbox: "a@desk.example/INBOX",
    kind: "unreachable",
    problem: "Away.",
    fix: "Look.",
  } as const;

  it("writes what was said while the database was away, and only the newest word", async () => {
    let isAway = true;
    const away = new Proxy(sql, {
      apply: (target, self, args) => {
        if (isAway) throw Object.assign(new Error("away"), { code: "CONNECTION_CLOSED" });
        return Reflect.apply(target as never, self, args);
      },
    });
    const alerts = createMailAlerts(away, ["a@desk.example/INBOX", "b@desk.example/INBOX"], QUIET, 20);
    alerts.tell(ALERT);
    alerts.tell({ ...ALERT, mailbox: "b@desk.example/INBOX" });
    alerts.tell({ ...ALERT, kind: "recovered" });
    await new Promise((resolve) => setTimeout(resolve, 60));
    isAway = false;
    await waitUntil("the alert", async () => (await open()).length === 1);
    expect(await open()).toMatchObject([{ subject: "mailbox/b@desk.example/INBOX" }]);
    await alerts.stop();
  });

  it("clears what an earlier process said of mailboxes that are not configured any more", async () => {
    const facts = { kind: "unreachable", problem: "Away.", fix: "Look." };
    await raiseAlert(sql, { subject: "mailbox/gone@desk.example/INBOX", ...facts });
    await raiseAlert(sql, { subject: "parked", ...facts });
    const alerts = createMailAlerts(sql, ["a@desk.example/INBOX"], QUIET);
    alerts.tell({ ...ALERT, kind: "recovered" });
    await waitUntil("one is left", async () => (await open()).length === 1);
    expect(await open()).toMatchObject([{ subject: "parked" }]);
    await alerts.stop();
  });
});
