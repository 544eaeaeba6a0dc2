import { describe, expect, it } from "vitest";
import { ConfigError, type Environment } from "./config/settings-reader.ts";
import { loadConfig } from "./config.ts";

function problemsOf(env: Environment): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key }) => key).sort();
  }
}

const SLACK = {
  SLACK_BOT_TOKEN: "xoxb-1",
  SLACK_SIGNING_SECRET: "secret",
  SLACK_TRIAGE_CHANNEL: "C0TRIAGE",
};

describe("loadConfig", () => {
  it("needs nothing: every channel is off, the database and the engine are embedded", () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      databaseUrl: null,
      mailIn: null,
      mailOut: null,
      slack: null,
      gemini: null,
      inngest: null,
      service: { host: "127.0.0.1", port: 8787 },
    });
  });

  it("names every bad key at once, each with what to do, and no value of a secret", () => {
    const env = {
      PORT: "eighty",
      INBOUND_EMAIL_SECRET: "whsec_dG9vIHNob3J0",
      JWT_SECRET: "hunter2-short",
      DATABASE_URL: "mysql://x",
      IMAP_URL: "imap://user:topsecret@mail.example.com",
      IMAP_SINCE: "yesterday",
      SMTP_URL: "smtp://mail.example.com",
      SLACK_BOT_TOKEN: "xoxp-topsecret",
      LOG_LEVEL: "loud",
      INNGEST_SIGNING_KEY: "signkey-prod-1",
    };
    expect(problemsOf(env)).toEqual(
      [
        "DATABASE_URL",
        "IMAP_SINCE",
        "INBOUND_EMAIL_SECRET",
        "INNGEST_EVENT_KEY",
        "INNGEST_SIGNING_KEY",
        "JWT_SECRET",
        "LOG_LEVEL",
        "MAIL_FROM",
        "PORT",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_TRIAGE_CHANNEL",
      ].sort(),
    );
    expect(() => loadConfig(env)).toThrow(/openssl rand/);
    expect(() => loadConfig(env)).not.toThrow(/hunter2|topsecret/);
  });

  it("says which value is wrong, where it can hold no secret", () => {
    expect(() => loadConfig({ PORT: "eighty" })).toThrow("PORT: “eighty” is not a whole number in range.");
    expect(() => loadConfig({ LOG_LEVEL: "loud" })).toThrow("“loud” is none of the known values.");
    expect(() => loadConfig({ BUSINESS_HOURS: "nine to five" })).toThrow("“nine to five” is not a list");
  });

  it("refuses proxies and a host that the service could not start with", () => {
    const env = { TRUSTED_PROXIES: "10.0.0.0/99, foo ::1", HOST: "999.1.1.1", PORT: "x" };
    expect(problemsOf(env)).toEqual(["HOST", "PORT", "TRUSTED_PROXIES"]);
    expect(() => loadConfig(env)).toThrow("“10.0.0.0/99”, “foo” are no addresses or networks. Example:");
    expect(() => loadConfig({ TRUSTED_PROXIES: "foo" })).toThrow(
      "“foo” is neither an address nor a network.",
    );
    expect(() => loadConfig(env)).toThrow("HOST: “999.1.1.1” is neither an IP address nor a host name.");
    const good = { TRUSTED_PROXIES: "127.0.0.1, 10.0.0.0/8 fd00::/8", HOST: "::" };
    expect(loadConfig(good).service).toMatchObject({
      host: "::",
      trustedProxies: ["127.0.0.1", "10.0.0.0/8", "fd00::/8"],
    });
  });

  it("refuses a signing key of Inngest that cannot sign", () => {
    const env = { INNGEST_EVENT_KEY: "k" };
    for (const key of ["signkey-prod-1", "secret", "abc"]) {
      expect(problemsOf({ ...env, INNGEST_SIGNING_KEY: key })).toEqual(["INNGEST_SIGNING_KEY"]);
    }
    for (const key of ["signkey-prod-12ab", "00ff", "signkey-branch-env-12AB"]) {
      expect(problemsOf({ ...env, INNGEST_SIGNING_KEY: key })).toEqual([]);
    }
  });

  it("takes an empty value for not set", () => {
    expect(loadConfig({ IMAP_URL: "", SLACK_BOT_TOKEN: " ", PORT: "" })).toMatchObject({
      mailIn: null,
      slack: null,
      service: { port: 8787 },
    });
  });

  it("reads several mailboxes, and a sender with a name", () => {
    const config = loadConfig({
      IMAP_URL: "imaps://support%40example.com:a%2Fb@imap.example.com/INBOX",
      IMAP_URL_2: "imaps://sales%40example.com:x@imap.example.com",
      IMAP_SINCE: "2026-01-31",
      SMTP_URL: "smtps://u:p@smtp.example.com",
      MAIL_FROM: '"Support, Europe" <Support@Example.com>',
    });
    expect(config.mailIn?.mailboxes.map(({ mailbox }) => mailbox)).toEqual([
      "support@example.com/INBOX",
      "sales@example.com/INBOX",
    ]);
    expect(config.mailIn?.mailboxes[0]?.password).toBe("a/b");
    expect(config.mailIn?.since).toEqual(new Date("2026-01-31"));
    expect(config.mailOut?.from).toEqual({ address: "support@example.com", name: "Support, Europe" });
  });

  it("refuses one mailbox named twice", () => {
    const url = "imaps://support%40example.com:x@imap.example.com/INBOX";
    expect(problemsOf({ IMAP_URL: url, IMAP_URL_2: url })).toEqual(["IMAP_URL_2"]);
  });

  it("switches Inngest on by any of its keys, and asks for both outside of development", () => {
    expect(loadConfig({ INNGEST_DEV: "1" }).inngest).toMatchObject({ isDev: true });
    expect(loadConfig({ INNGEST_DEV: "http://127.0.0.1:8288" }).inngest).toMatchObject({
      isDev: true,
      baseUrl: "http://127.0.0.1:8288",
    });
    expect(problemsOf({ INNGEST_BASE_URL: "https://inngest.example.com" })).toEqual([
      "INNGEST_EVENT_KEY",
      "INNGEST_SIGNING_KEY",
    ]);
  });

  it("reads the Slack block, with channels separated by commas or spaces", () => {
    const config = loadConfig({ ...SLACK, SLACK_SUPPORT_CHANNELS: "C1, C2 C3" });
    expect(config.slack?.supportChannels).toEqual(["C1", "C2", "C3"]);
  });

  it("cannot be changed after it is read", () => {
    const config = loadConfig(SLACK);
    expect(Object.isFrozen(config) && Object.isFrozen(config.slack) && Object.isFrozen(config.service)).toBe(
      true,
    );
  });

  describe("mail out", () => {
    const BASE = { SMTP_URL: "smtps://a:b@smtp.example.com", MAIL_FROM: "Support <support@example.com>" };

    it("is plain unless more is asked for", () => {
      expect(loadConfig(BASE).mailOut).toMatchObject({
        plusAddressing: false,
        bounceAddress: null,
        dkim: null,
        connectionsMax: 3,
        mailsPerMinute: null,
      });
    });

    it("takes plus-addresses, a bounce address, a key for DKIM and limits", () => {
      const { mailOut } = loadConfig({
        ...BASE,
        MAIL_PLUS_ADDRESS: "on",
        MAIL_BOUNCE_ADDRESS: "Bounces@example.com",
        MAIL_DKIM_DOMAIN: "Example.com",
        MAIL_DKIM_SELECTOR: "desk2026",
        MAIL_DKIM_KEY: "-----BEGIN PRIVATE KEY-----\\nabc\\n-----END PRIVATE KEY-----",
        SMTP_CONNECTIONS: "5",
        SMTP_PER_MINUTE: "60",
      });
      expect(mailOut).toMatchObject({
        plusAddressing: true,
        bounceAddress: "bounces@example.com",
        dkim: {
          domain: "example.com",
          selector: "desk2026",
          key: { pem: "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----" },
        },
        connectionsMax: 5,
        mailsPerMinute: 60,
      });
    });

    it.each([
      ["MAIL_BOUNCE_ADDRESS", { MAIL_BOUNCE_ADDRESS: "nobody" }],
      ["MAIL_BOUNCE_ADDRESS", { MAIL_BOUNCE_ADDRESS: "bounces+x@example.com" }],
      ["MAIL_BOUNCE_ADDRESS", { MAIL_BOUNCE_ADDRESS: `${"b".repeat(20)}@example.com` }],
      ["MAIL_PLUS_ADDRESS", { MAIL_PLUS_ADDRESS: "yes" }],
      ["MAIL_DKIM_SELECTOR", { MAIL_DKIM_DOMAIN: "example.com", MAIL_DKIM_KEY: "x" }],
      ["MAIL_DKIM_KEY", { MAIL_DKIM_DOMAIN: "example.com", MAIL_DKIM_SELECTOR: "s" }],
      [
        "MAIL_DKIM_KEY",
        {
          MAIL_DKIM_DOMAIN: "example.com",
          MAIL_DKIM_SELECTOR: "s",
          MAIL_DKIM_KEY: "x",
          MAIL_DKIM_KEY_FILE: "y",
        },
      ],
      ["MAIL_DKIM_DOMAIN", { MAIL_DKIM_DOMAIN: "a b", MAIL_DKIM_SELECTOR: "s", MAIL_DKIM_KEY: "x" }],
      ["SMTP_CONNECTIONS", { SMTP_CONNECTIONS: "0" }],
    ] as [string, Record<string, string>][])("names %s where it is wrong: %j", (key, settings) => {
      expect(problemsOf({ ...BASE, ...settings })).toEqual([key]);
    });
  });

  describe("Slack's settings that do not belong together", () => {
    const problemsOf = (env: Record<string, string | undefined>) => {
      try {
        loadConfig(env);
        return [];
      } catch (error) {
        return (error as ConfigError).problems.map(({ key, problem }) => `${key}: ${problem}`);
      }
    };

    it("are told of where the token that switches Slack on is missing", () => {
      for (const key of ["SLACK_SIGNING_SECRET", "SLACK_TRIAGE_CHANNEL", "SLACK_SUPPORT_CHANNELS"]) {
        expect(problemsOf({ [key]: "C1" })).toEqual([`SLACK_BOT_TOKEN: it is missing, and ${key} is set.`]);
      }
      expect(problemsOf({ SLACK_APP_TOKEN: "xapp-1" })).toHaveLength(1);
      expect(problemsOf({ SLACK_API_URL: "http://127.0.0.1:1/api/", SLACK_POST_INTERVAL_MS: "0" })).toEqual(
        [],
      );
    });

    it("are told of where a token stands in the place of another", () => {
      expect(problemsOf({ ...SLACK, SLACK_BOT_TOKEN: "xapp-1" })).toEqual([
        "SLACK_BOT_TOKEN: it does not begin with xoxb-: that is the token for SLACK_APP_TOKEN.",
      ]);
      expect(problemsOf({ ...SLACK, SLACK_APP_TOKEN: "xoxb-1" })).toEqual([
        "SLACK_APP_TOKEN: it does not begin with xapp-: that is the token for SLACK_BOT_TOKEN.",
      ]);
      expect(problemsOf({ ...SLACK, SLACK_SIGNING_SECRET: "xoxb-1" })).toEqual([
        "SLACK_SIGNING_SECRET: it is a token, the one for SLACK_BOT_TOKEN.",
      ]);
    });

    it("are told of where channels or bots are named instead of given by id", () => {
      expect(
        problemsOf({
          ...SLACK,
          SLACK_TRIAGE_CHANNEL: "#triage",
          SLACK_SUPPORT_CHANNELS: "C0HELP,help",
          SLACK_TICKET_BOTS: "B1,Forms",
        }),
      ).toEqual([
        "SLACK_SUPPORT_CHANNELS: “help” is no channel id.",
        "SLACK_TRIAGE_CHANNEL: “#triage” is no channel id.",
        "SLACK_TICKET_BOTS: “Forms” is no id of a bot or an app.",
      ]);
      expect(problemsOf({ ...SLACK, SLACK_SUPPORT_CHANNELS: "C0TRIAGE" })).toEqual([
        "SLACK_TRIAGE_CHANNEL: it is one of SLACK_SUPPORT_CHANNELS too.",
      ]);
    });
  });

  it("takes Slack by Socket Mode without a signing secret, and refuses a token of another sort", () => {
    const { SLACK_SIGNING_SECRET: _none, ...withoutSecret } = SLACK;
    const config = loadConfig({ ...withoutSecret, SLACK_APP_TOKEN: "xapp-1" });
    expect(config.slack).toMatchObject({ appToken: "xapp-1", signingSecret: null });
    expect(() => loadConfig({ ...withoutSecret, SLACK_APP_TOKEN: "xoxb-2" })).toThrow("SLACK_APP_TOKEN");
    expect(() => loadConfig(withoutSecret)).toThrow("SLACK_SIGNING_SECRET");
  });
});
