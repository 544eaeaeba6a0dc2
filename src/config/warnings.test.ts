import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../config.ts";
import { ConfigError } from "./settings-reader.ts";

function errorOf(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("It can be used.");
}

const warningsOf = (env: Record<string, string>) => loadConfig(env).warnings;
const SMTP = { SMTP_URL: "smtps://a:b@smtp.example.com", MAIL_FROM: "support@example.com" };
const IMAP = { IMAP_URL: "imaps://a:b@imap.example.com" };

const PRICES = { GEMINI_PRICE_IN: "1", GEMINI_PRICE_OUT: "2" };
/** Values of settings that take no number. */
const VALID: Record<string, string> = {
  GEMINI_BASE_URL: "https://proxy.example",
  GEMINI_REDACT: "off",
  GEMINI_TIMEOUT_MS: "700",
  IMAP_SINCE: "all",
};

/** Lines `NAME=value` of .env.example, those in comments as well where asked for. */
function readExample(withComments: boolean): [string, string][] {
  const text = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
  const line = withComments ? /^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$/gm : /^([A-Z][A-Z0-9_]+)=(.*)$/gm;
  return [...text.matchAll(line)].map(([, name = "", value = ""]) => [name, value]);
}

describe("settings without effect", () => {
  it("are none in .env.example as it is copied", () => {
    expect(warningsOf(Object.fromEntries(readExample(false)))).toEqual([]);
  });

  it("are all of a channel's own, whichever stand in .env.example", () => {
    const names = readExample(true).map(([name]) => name);
    const group = (prefix: RegExp) => [...new Set(names.filter((name) => prefix.test(name)))];
    for (const prefix of [/^GEMINI_(?!API_KEY)/, /^IMAP_(?!URL)/, /^SMTP_(?!URL)/]) {
      expect(group(prefix).length).toBeGreaterThan(1);
      for (const name of group(prefix)) {
        const value = VALID[name] ?? "7";
        const told = warningsOf({ [name]: value, ...(name.startsWith("GEMINI_PRICE") ? PRICES : {}) });
        expect([name, told.join()]).toEqual([name, expect.stringContaining(`${name} `)]);
      }
    }
  });

  it("are told of by group, with what is not set and what follows", () => {
    expect(
      warningsOf({
        SMTP_CONNECTIONS: "5",
        MAIL_DKIM_SELECTOR: "s",
        MAIL_FROM: "a@b.example",
        DIGEST_AT: "08:30",
      }),
    ).toEqual([
      "MAIL_FROM, MAIL_DKIM_SELECTOR, DIGEST_AT and SMTP_CONNECTIONS have no effect: SMTP_URL is not set, so no mail leaves.",
    ]);
    expect(
      warningsOf({ IMAP_SINCE: "all", IMAP_OAUTH_PROVIDER: "google", IMAP_OAUTH_CLIENT_ID_2: "x" }),
    ).toEqual([
      "IMAP_SINCE, IMAP_OAUTH_PROVIDER and IMAP_OAUTH_CLIENT_ID_2 have no effect: IMAP_URL is not set, so no mailbox is read.",
    ]);
    expect(warningsOf({ SLA_REMIND_BEFORE: "1h" })).toEqual([
      "SLA_REMIND_BEFORE has no effect: neither SLA_ANSWER nor SLA_RESOLVE is set, so there is nothing to remind of.",
    ]);
    expect(warningsOf({ BUSINESS_TIME_ZONE: "Europe/Berlin" })).toEqual([
      "BUSINESS_TIME_ZONE has no effect: neither SLA_ANSWER, SLA_RESOLVE nor DIGEST_AT is set, so nothing goes by working time.",
    ]);
  });

  it.each([
    [{ GEMINI_MODEL: "gemini-3-pro" }, { GEMINI_API_KEY: "x" }],
    [{ GEMINI_REDACT: "off" }, { GEMINI_API_KEY: "x" }],
    [{ GEMINI_PRICE_IN: "1", GEMINI_PRICE_OUT: "2" }, { GEMINI_API_KEY: "x" }],
    [{ TRIAGE_LINK_HOSTS: "help.example.com" }, { GEMINI_API_KEY: "x" }],
    [{ SLACK_POST_INTERVAL_MS: "5" }, slack()],
    [{ SLACK_TICKET_BOTS: "B1" }, slack({ SLACK_SUPPORT_CHANNELS: "C1" })],
    [{ INNGEST_SIGNING_KEY_FALLBACK: "00ff" }, { INNGEST_SIGNING_KEY: "00ff", INNGEST_EVENT_KEY: "x" }],
    [{ INBOUND_EMAIL_SECRET_PREVIOUS: webhookSecret() }, { INBOUND_EMAIL_SECRET: webhookSecret() }],
    [{ JWT_SECRET_PREVIOUS: "old" }, { JWT_SECRET: "x".repeat(32) }],
    [{ IMAP_CHECK_SECONDS: "60" }, IMAP],
    [{ IMAP_ALERT_MINUTES: "9" }, { IMAP_URL_2: IMAP.IMAP_URL }],
    [{ SMTP_PER_MINUTE: "9" }, SMTP],
    [{ MAIL_PLUS_ADDRESS: "on" }, SMTP],
    [
      { MAIL_DKIM_SELECTOR: "s", MAIL_DKIM_KEY: "k" },
      { ...SMTP, MAIL_DKIM_DOMAIN: "example.com" },
    ],
    [{ CLOSE_WARNING_DAYS: "2" }, { CLOSE_WAITING_DAYS: "9" }],
    [{ BUSINESS_HOURS: "24/7" }, { SLA_ANSWER: "high 1h" }],
  ] as [Record<string, string>, Record<string, string>][])(
    "%j is idle alone, and not beside %j",
    (idle, on) => {
      const alone = warningsOf(idle);
      expect(alone).toHaveLength(1);
      for (const name of Object.keys(idle)) expect(alone[0]).toContain(name);
      expect(warningsOf({ ...idle, ...on })).toEqual([]);
    },
  );

  it("are not told of where they say what would hold anyhow, in whatever spelling", () => {
    expect(
      warningsOf({ GEMINI_REDACT: "Cards,ibans,secrets", SMTP_CONNECTIONS: "3", MAIL_PLUS_ADDRESS: "off" }),
    ).toEqual([]);
    expect(warningsOf({ CLOSE_WAITING_DAYS: "0", CLOSE_WARNING_DAYS: "5" })).toHaveLength(1);
  });

  it("are keys of a DKIM domain that is missing, though mail leaves", () => {
    expect(warningsOf({ ...SMTP, MAIL_DKIM_KEY_FILE: "dkim.pem" })).toEqual([
      "MAIL_DKIM_KEY_FILE has no effect: MAIL_DKIM_DOMAIN is not set, so no mail is signed.",
    ]);
  });

  it("are bots' ids without a channel that is read", () => {
    expect(warningsOf(slack({ SLACK_TICKET_BOTS: "B1" }))).toEqual([
      "SLACK_TICKET_BOTS has no effect: SLACK_SUPPORT_CHANNELS is not set, so no channel is read for messages of bots.",
    ]);
  });

  it("are OAuth2 settings beside an address that signs in by password, or beside none", () => {
    const oauth = {
      IMAP_OAUTH_PROVIDER: "google",
      IMAP_OAUTH_CLIENT_ID: "x",
      IMAP_OAUTH_REFRESH_TOKEN_3: "t",
    };
    expect(warningsOf({ ...IMAP, ...oauth })).toEqual([
      "IMAP_OAUTH_PROVIDER and IMAP_OAUTH_CLIENT_ID have no effect: IMAP_URL does not sign in by OAuth2: it has a password, or no user.",
      "IMAP_OAUTH_REFRESH_TOKEN_3 has no effect: IMAP_URL_3 is not set.",
    ]);
    expect(warningsOf({ ...SMTP, SMTP_OAUTH_SCOPE: "x" })).toEqual([
      "SMTP_OAUTH_SCOPE has no effect: SMTP_URL does not sign in by OAuth2: it has a password, or no user.",
    ]);
    const used = {
      IMAP_URL: "imaps://a@imap.gmail.com",
      IMAP_OAUTH_PROVIDER: "google",
      IMAP_OAUTH_CLIENT_ID: "x",
      IMAP_OAUTH_CLIENT_SECRET: "y",
      IMAP_OAUTH_REFRESH_TOKEN: "z",
      IMAP_OAUTH_SCOPE: "s",
    };
    expect(warningsOf(used)).toEqual([]);
    // The second mailbox uses the first one's application.
    const { IMAP_OAUTH_REFRESH_TOKEN: token, IMAP_URL: url, ...client } = used;
    expect(warningsOf({ ...IMAP, ...client, IMAP_URL_2: url, IMAP_OAUTH_REFRESH_TOKEN_2: token })).toEqual(
      [],
    );
  });
});

describe("names that are no settings", () => {
  it.each([
    [["IMAP_URI"], "IMAP_URL"],
    [["IMAP_URL2"], "IMAP_URL_2"],
    [["IMAP_URI_2"], "IMAP_URL_2"],
    [["imap_url"], "IMAP_URL"],
    [["SMTP_URI"], "SMTP_URL"],
    [["DB_URL"], "DATABASE_URL"],
    [["DATABASE_URI"], "DATABASE_URL"],
    [["POSTGRES_URL"], "DATABASE_URL"],
    [["DB_HOST", "DB_PASSWORD", "DB_NAME"], "DATABASE_URL"],
    [["GEMINI_KEY"], "GEMINI_API_KEY"],
    [["GEMINI_APIKEY"], "GEMINI_API_KEY"],
    [["GOOGLE_API_KEY"], "GEMINI_API_KEY"],
    [["GEMINI_TIMEOUT"], "GEMINI_TIMEOUT_MS"],
    [["SLACK_BOT_TOKN"], "SLACK_BOT_TOKEN"],
    [["SLACK_TOKEN"], "SLACK_BOT_TOKEN"],
    [["SLACK_CHANNELS"], "SLACK_SUPPORT_CHANNELS"],
    [["IMAP_HOST", "IMAP_USER", "IMAP_PASSWORD"], "IMAP_URL"],
    [["SMTP_HOST", "EMAIL_HOST_PASSWORD", "MAIL_USERNAME"], "SMTP_URL"],
    [["SMTP_FROM"], "MAIL_FROM"],
    [["DEFAULT_FROM_EMAIL"], "MAIL_FROM"],
    [["IMAP_OAUTH2_CLIENT_ID"], "IMAP_OAUTH_CLIENT_ID"],
    [["SMTP_OAUTH_CLIENT_SECRT"], "SMTP_OAUTH_CLIENT_SECRET"],
    [["MAIL_DKIM_KEYFILE"], "MAIL_DKIM_KEY_FILE"],
    [["BUSINESS_TIMEZONE"], "BUSINESS_TIME_ZONE"],
    [["JWT_SECRETS"], "JWT_SECRET"],
    [["APP_URI"], "APP_URL"],
    [["INNGEST_EVENTKEY"], "INNGEST_EVENT_KEY"],
  ])("%j lead to %s", (names, meant) => {
    const [warning = "", ...more] = warningsOf(Object.fromEntries(names.map((name) => [name, "x"])));
    expect(more).toEqual([]);
    expect(warning).toContain(`Did you mean ${meant}?`);
    for (const name of names) expect(warning).toContain(name);
  });

  it("come with the form of an address where its parts were given", () => {
    expect(warningsOf({ IMAP_HOST: "imap.example.com", IMAP_PORT: "993" })).toEqual([
      "IMAP_HOST and IMAP_PORT are not settings. Did you mean IMAP_URL? Its form: imaps://user:password@host:993/INBOX",
    ]);
    expect(warningsOf({ IMAP_URI: "x" })).toEqual(["IMAP_URI is not a setting. Did you mean IMAP_URL?"]);
  });

  it("are told of beside what cannot be used, for they may be why it is missing", () => {
    const secret = "hunter2";
    const { SLACK_SIGNING_SECRET: _missing, ...rest } = slack();
    const { problems, hints, message } = errorOf({ ...rest, SLACK_SIGNING_SECRT: secret });
    expect(problems.map(({ key }) => key)).toEqual(["SLACK_SIGNING_SECRET"]);
    expect(hints).toEqual(["SLACK_SIGNING_SECRT is not a setting. Did you mean SLACK_SIGNING_SECRET?"]);
    expect(message.split("\n").slice(-1)).toEqual([`  ${hints[0]}`]);
    expect(message).not.toContain(secret);
  });

  it("are none of the settings that stand in .env.example, however little of them can be used", () => {
    const names = readExample(true).map(([name]) => name);
    for (const value of ["", "no value for any"]) {
      const env = { ...Object.fromEntries(names.map((name) => [name, value])), PORT: "no port" };
      expect(errorOf(env).hints).toEqual([]);
    }
  });

  it("are told of without a guess where only their beginning is ours", () => {
    expect(warningsOf({ GEMINI_TEMPERATURE: "1", IMAP_FLAGS: "x", SLACK_BOT_TOKEN_2: "x" })).toEqual([
      "GEMINI_TEMPERATURE, IMAP_FLAGS and SLACK_BOT_TOKEN_2 are not settings, and without effect. All settings stand in .env.example.",
    ]);
  });

  it("are left alone where another program may mean them, and what is meant has its value", () => {
    const others = {
      ...{
        PATH: "/bin",
        HOME: "/root",
        PORTS: "1",
        NODE_OPTIONS: "",
        API_URL: "https://a.example",
        MAIL: "/var/mail/me",
      },
      ...{
        PGHOST: "db",
        TZ: "UTC",
        LANG: "C",
        HOSTNAME: "x",
        NODE_ENV: "production",
        http_proxy: "http://p.example",
      },
      ...{ SMTP_SERVICE_HOST: "10.0.0.1", SMTP_PORT_25_TCP_ADDR: "10.0.0.1", INNGEST_ENV: "branch" },
    };
    expect(warningsOf(others)).toEqual([]);
    const url = "postgres://a:b@c.example/d";
    expect(
      warningsOf({ DATABASE_URL: url, POSTGRES_URL: url, GEMINI_API_KEY: "x", GOOGLE_API_KEY: "x" }),
    ).toEqual([]);
    expect(warningsOf({ ...IMAP, IMAP_URL_2: "imaps://d:e@f.example" })).toEqual([]);
  });

  it("are none of those in .env.example", () => {
    const empty = Object.fromEntries(readExample(true).map(([name]) => [name, ""]));
    expect(warningsOf(empty)).toEqual([]);
  });
});

function slack(more: Record<string, string> = {}): Record<string, string> {
  return { SLACK_BOT_TOKEN: "xoxb-1", SLACK_SIGNING_SECRET: "s", SLACK_TRIAGE_CHANNEL: "C0TRIAGE", ...more };
}

function webhookSecret(): string {
  return "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
}
