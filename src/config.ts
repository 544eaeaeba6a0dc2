/** Reads the settings of the environment; every wrong one is named at once, with what to do. */
import { type MailboxSettings, parseMailboxUrl } from "./channels/email/imap/mailbox-url.ts";
import { normaliseEmail } from "./core/account.ts";
import type { EmailAddress } from "./core/inbound.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export interface Config {
  service: {
    host: string;
    port: number;
    /** Without a slash at the end. Null: the address that the service listens on. */
    appUrl: string | null;
    logLevel: (typeof LOG_LEVELS)[number];
    /** Holds the embedded database and what is made at the first start. */
    dataDir: string;
  };
  /** Null: one is made in the data folder at the first start. */
  jwt: { secret: string; previousSecrets: string[] } | null;
  /** Null: the embedded Postgres in the data folder. */
  databaseUrl: string | null;
  mailIn: { mailboxes: MailboxSettings[]; since: "now" | "all" | Date } | null;
  mailOut: { smtpUrl: string; from: EmailAddress } | null;
  slack: {
    botToken: string;
    signingSecret: string;
    supportChannels: string[];
    triageChannel: string;
    apiUrl: string | null;
  } | null;
  gemini: { apiKey: string; model: string; baseUrl: string | null; timeoutMs: number } | null;
  /** Null: the embedded engine. */
  inngest: {
    eventKey: string | null;
    signingKey: string | null;
    baseUrl: string | null;
    isDev: boolean;
  } | null;
  /** Seconds between a moderator's Send and the sending. */
  undoSeconds: number;
}

export interface ConfigProblem {
  key: string;
  problem: string;
  fix: string;
}

/** Its message lists every problem, one a line, for the operator. It holds no secret. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ key, problem, fix }) => `  ${key}: ${problem} ${fix}`);
    super(`The configuration cannot be used:\n${lines.join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** An empty value counts as not set. Throws ConfigError. */
export function loadConfig(env: Environment): Config {
  const reader = new SettingsReader(env);
  const config: Config = {
    service: {
      host: reader.text("HOST") ?? "127.0.0.1",
      port: reader.integer("PORT", { fallback: 8787, min: 0, max: 65_535 }),
      appUrl: reader.httpUrl("APP_URL"),
      logLevel: reader.choice("LOG_LEVEL", LOG_LEVELS, "info"),
      dataDir: reader.text("DATA_DIR") ?? "./data",
    },
    jwt: readJwt(reader),
    databaseUrl: reader.url(
      "DATABASE_URL",
      ["postgres:", "postgresql:"],
      "postgres://user:password@host:5432/name",
    ),
    mailIn: readMailIn(reader, env),
    mailOut: readMailOut(reader),
    slack: readSlack(reader),
    gemini: readGemini(reader),
    inngest: readInngest(reader),
    undoSeconds: reader.integer("REPLY_UNDO_SECONDS", { fallback: 20, min: 0, max: 3600 }),
  };
  reader.throwProblems();
  return deepFreeze(config);
}

function readJwt(reader: SettingsReader): Config["jwt"] {
  const secret = reader.text("JWT_SECRET");
  const previousSecrets = reader.list("JWT_SECRET_PREVIOUS");
  if (secret === null) return null;
  if (new TextEncoder().encode(secret).length < 32) {
    reader.report("JWT_SECRET", "it is shorter than 32 bytes.", "Make one with: openssl rand -base64 48");
  }
  return { secret, previousSecrets };
}

function readMailIn(reader: SettingsReader, env: Environment): Config["mailIn"] {
  const keys = Object.keys(env).filter((key) => /^IMAP_URL(_\d+)?$/.test(key) && reader.text(key) !== null);
  const since = readSince(reader);
  if (keys.length === 0) return null;
  const mailboxes = keys.sort().flatMap((key) => {
    try {
      return [parseMailboxUrl(reader.text(key) ?? "", key)];
    } catch (error) {
      reader.report(
        key,
        error instanceof Error ? error.message : String(error),
        "Example: imaps://support%40example.com:password@imap.example.com:993/INBOX",
      );
      return [];
    }
  });
  const seen = new Set<string>();
  for (const { mailbox, name } of mailboxes) {
    if (seen.has(mailbox))
      reader.report(name, "it names a mailbox that stands above already.", "Remove one of the two.");
    seen.add(mailbox);
  }
  return { mailboxes, since };
}

function readSince(reader: SettingsReader): "now" | "all" | Date {
  const value = reader.text("IMAP_SINCE") ?? "now";
  if (value === "now" || value === "all") return value;
  const date = new Date(value);
  if (!Number.isNaN(date.getTime()) && /^\d{4}-\d{2}-\d{2}/.test(value)) return date;
  reader.report("IMAP_SINCE", "it is neither now, all nor a date.", "Example: 2026-01-31");
  return "now";
}

function readMailOut(reader: SettingsReader): Config["mailOut"] {
  const smtpUrl = reader.url("SMTP_URL", ["smtp:", "smtps:"], "smtps://user:password@smtp.example.com:465");
  const fromText = reader.text("MAIL_FROM");
  if (reader.text("SMTP_URL") === null) return null;
  const example = 'Example: MAIL_FROM="Support <support@example.com>"';
  if (fromText === null) {
    reader.report("MAIL_FROM", "it is missing, and SMTP_URL is set.", example);
    return null;
  }
  const from = parseFrom(fromText);
  if (from === null) reader.report("MAIL_FROM", "it is not a mail address.", example);
  return from === null || smtpUrl === null ? null : { smtpUrl, from };
}

function parseFrom(text: string): EmailAddress | null {
  const named = /^\s*"?([^"<>]*?)"?\s*<([^<>]+)>\s*$/.exec(text);
  const address = normaliseEmail(named?.[2] ?? text);
  return address === null ? null : { address, name: named?.[1]?.trim() ?? "" };
}

function readSlack(reader: SettingsReader): Config["slack"] {
  const botToken = reader.text("SLACK_BOT_TOKEN");
  if (botToken === null) return null;
  if (!botToken.startsWith("xoxb-")) {
    reader.report(
      "SLACK_BOT_TOKEN",
      "it does not begin with xoxb-.",
      "Copy the Bot User OAuth Token of the app's page OAuth & Permissions.",
    );
  }
  if (reader.text("SLACK_APP_TOKEN") !== null) {
    reader.report(
      "SLACK_APP_TOKEN",
      "Socket Mode is not part of this version.",
      "Remove it and use SLACK_SIGNING_SECRET with a public APP_URL.",
    );
  }
  const signingSecret = reader.required(
    "SLACK_SIGNING_SECRET",
    "SLACK_BOT_TOKEN",
    "Copy the Signing Secret of the app's page Basic Information.",
  );
  const triageChannel = reader.required(
    "SLACK_TRIAGE_CHANNEL",
    "SLACK_BOT_TOKEN",
    "Set the id of the moderators' channel, for example C0123ABCD.",
  );
  return {
    botToken,
    signingSecret: signingSecret ?? "",
    supportChannels: reader.list("SLACK_SUPPORT_CHANNELS"),
    triageChannel: triageChannel ?? "",
    apiUrl: reader.httpUrl("SLACK_API_URL"),
  };
}

function readGemini(reader: SettingsReader): Config["gemini"] {
  const apiKey = reader.text("GEMINI_API_KEY");
  const timeoutMs = reader.integer("GEMINI_TIMEOUT_MS", { fallback: 20_000, min: 100, max: 120_000 });
  const baseUrl = reader.httpUrl("GEMINI_BASE_URL");
  if (apiKey === null) return null;
  return { apiKey, model: reader.text("GEMINI_MODEL") ?? "gemini-2.5-flash", baseUrl, timeoutMs };
}

function readInngest(reader: SettingsReader): Config["inngest"] {
  const eventKey = reader.text("INNGEST_EVENT_KEY");
  const signingKey = reader.text("INNGEST_SIGNING_KEY");
  const baseUrl = reader.httpUrl("INNGEST_BASE_URL");
  const dev = reader.text("INNGEST_DEV");
  if (eventKey === null && signingKey === null && baseUrl === null && dev === null) return null;
  const isDev = dev !== null && dev !== "0" && dev !== "false";
  const devUrl = isDev && /^https?:\/\//.test(dev) ? dev : null;
  if (!isDev && signingKey === null) {
    reader.report(
      "INNGEST_SIGNING_KEY",
      "it is missing, and Inngest is switched on.",
      "Copy it from Inngest's page Signing key, or set INNGEST_DEV=1 for a dev server.",
    );
  }
  if (!isDev && eventKey === null) {
    reader.report(
      "INNGEST_EVENT_KEY",
      "it is missing, and Inngest is switched on.",
      "Copy it from Inngest's page Event keys, or set INNGEST_DEV=1 for a dev server.",
    );
  }
  return { eventKey, signingKey, baseUrl: baseUrl ?? devUrl, isDev };
}

/** Reads single settings and collects what is wrong with them. */
class SettingsReader {
  readonly #env: Environment;
  readonly #problems: ConfigProblem[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  report(key: string, problem: string, fix: string): void {
    this.#problems.push({ key, problem, fix });
  }

  throwProblems(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  text(key: string): string | null {
    const value = this.#env[key]?.trim();
    return value === undefined || value === "" ? null : value;
  }

  list(key: string): string[] {
    return (this.text(key) ?? "").split(/[\s,]+/).filter((part) => part !== "");
  }

  required(key: string, because: string, fix: string): string | null {
    const value = this.text(key);
    if (value === null) this.report(key, `it is missing, and ${because} is set.`, fix);
    return value;
  }

  integer(key: string, bounds: { fallback: number; min: number; max: number }): number {
    const value = this.text(key);
    if (value === null) return bounds.fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= bounds.min && number <= bounds.max) return number;
    this.report(key, "it is not a whole number in range.", `Set one from ${bounds.min} to ${bounds.max}.`);
    return bounds.fallback;
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.text(key);
    if (value === null) return fallback;
    const found = choices.find((choice) => choice === value);
    if (found === undefined)
      this.report(key, "it is none of the known values.", `Use one of: ${choices.join(", ")}.`);
    return found ?? fallback;
  }

  url(key: string, protocols: string[], example: string): string | null {
    const value = this.text(key);
    if (value === null) return null;
    const parsed = URL.canParse(value) ? new URL(value) : null;
    if (parsed !== null && protocols.includes(parsed.protocol)) return value;
    const wanted = protocols.map((protocol) => `${protocol}//`).join(" or ");
    this.report(key, `it is not an address that begins with ${wanted}.`, `Example: ${example}`);
    return null;
  }

  httpUrl(key: string): string | null {
    return this.url(key, ["http:", "https:"], "https://desk.example.com")?.replace(/\/+$/, "") ?? null;
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
