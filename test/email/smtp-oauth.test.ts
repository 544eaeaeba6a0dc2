import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { listAlerts } from "../../src/db/alerts.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { openMailAccess } from "../../src/runtime/mail-access.ts";
import { openMailOut } from "../../src/runtime/mail-out.ts";
import { createSmtpSignIn } from "../../src/runtime/smtp-sign-in.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type SmtpSink, startSmtpSink } from "../helpers/smtp-sink.ts";
import { TokenEndpoint } from "../helpers/token-endpoint.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { QUIET } from "../helpers/workflows.ts";

let db: TestDatabase;
let sql: SqlPool;
let endpoint: TokenEndpoint;
let sink: SmtpSink;
let accepted: string;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  endpoint = await TokenEndpoint.start();
  accepted = "";
  endpoint.onIssued = (token) => {
    accepted = token;
  };
  sink = await startSmtpSink({
    authOptional: false,
    allowInsecureAuth: true,
    authMethods: ["XOAUTH2"],
    onAuth({ accessToken, username }, _session, callback) {
      if (accessToken === accepted) callback(null, { user: username ?? "" });
      else callback(null, { data: { status: "401", schemes: "bearer" } } as never);
    },
  });
});
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
  await sink.stop();
  await endpoint.stop();
  await sql`delete from alerts`;
});

const MAIL = {
  messageId: "<one@desk.example>",
  from: { address: "support@desk.example", name: "" },
  to: [{ address: "ada@customer.example", name: "" }],
  cc: [],
  replyTo: null,
  subject: "Hello",
  text: "Words",
  inReplyTo: null,
  references: [],
  automatic: false,
};

/** As the service wires it, from the settings on. */
async function open(more: Record<string, string> = {}) {
  const config = loadConfig({
    SMTP_URL: sink.url.replace("//", "//support%40desk.example@"),
    MAIL_FROM: "support@desk.example",
    SMTP_OAUTH_TOKEN_URL: endpoint.url,
    SMTP_OAUTH_CLIENT_ID: "client",
    SMTP_OAUTH_CLIENT_SECRET: "secret",
    SMTP_OAUTH_REFRESH_TOKEN: "refresh-0",
    ...more,
  });
  const access = await openMailAccess(config, sql);
  const mailOut = await openMailOut(config, QUIET, createSmtpSignIn(access.smtpTokens, { sql, log: QUIET }));
  if (mailOut === null) throw new Error("Mail out is off.");
  cleanUp.push(() => mailOut.close());
  return { access, sender: mailOut.sender };
}

const openAlerts = () => listAlerts(sql, { openOnly: true, limit: 10 });

describe("a mail server that takes OAuth2", () => {
  it("is signed in to by XOAUTH2, with a fresh token where it refuses the old one", async () => {
    const { sender } = await open();
    expect(await sender.send(MAIL)).toMatchObject({ state: "sent" });
    expect(sink.mails).toHaveLength(1);
    expect(endpoint.requests.length).toBeGreaterThanOrEqual(1);
  });

  it("shares tokens with the mailbox of the same user", async () => {
    const { access, sender } = await open({
      IMAP_URL: "imap://support%40desk.example@127.0.0.1:9/INBOX?tls=none",
      IMAP_OAUTH_TOKEN_URL: endpoint.url,
      IMAP_OAUTH_CLIENT_ID: "client",
      IMAP_OAUTH_CLIENT_SECRET: "secret",
      IMAP_OAUTH_REFRESH_TOKEN: "refresh-0",
      SMTP_OAUTH_TOKEN_URL: "",
      SMTP_OAUTH_CLIENT_ID: "",
      SMTP_OAUTH_CLIENT_SECRET: "",
      SMTP_OAUTH_REFRESH_TOKEN: "",
    });
    expect(access.smtpTokens).toBe(access.mailIn?.mailboxes[0]?.tokens);
    expect(await sender.send(MAIL)).toMatchObject({ state: "sent" });
    expect(endpoint.requests).toHaveLength(1);
  });

  it("lets the service start with a dead token, tells operators at once, and again when it is cured", async () => {
    endpoint.accepted = new Set();
    const { sender } = await open();
    await waitUntil("an alert", async () => (await openAlerts()).length === 1);
    expect(await openAlerts()).toMatchObject([
      {
        subject: "mail-out",
        kind: "dead-token",
        problem: expect.stringMatching(/invalid_grant/),
        fix: expect.stringMatching(/SMTP_OAUTH_REFRESH_TOKEN/),
      },
    ]);
    await expect(sender.send(MAIL)).rejects.toMatchObject({ code: "unavailable" });
    endpoint.accepted = null;
    expect(await sender.send(MAIL)).toMatchObject({ state: "sent" });
    await waitUntil("no alert", async () => (await openAlerts()).length === 0);
  });

  it("is refused in the settings without a password and without any OAuth2", () => {
    expect(() =>
      loadConfig({ SMTP_URL: "smtps://support%40desk.example@smtp.example.com", MAIL_FROM: "a@b.example" }),
    ).toThrow(/SMTP_URL: it has a user and no password/);
  });
});
