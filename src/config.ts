/** The settings of the environment, read once by the roots; every wrong one is named at once, with what to do. */
import { type GeminiConfig, readGemini } from "./config/gemini.ts";
import { type InboundEmailConfig, readInboundEmail } from "./config/inbound-email.ts";
import { type InngestConfig, readInngest } from "./config/inngest.ts";
import { type MailAuthenticationConfig, readMailAuthentication } from "./config/mail-authentication.ts";
import { type MailInConfig, readMailIn } from "./config/mail-in.ts";
import { type MailOutConfig, readMailOut } from "./config/mail-out.ts";
import { readPolicies } from "./config/policies.ts";
import { type Environment, quote, SettingsReader } from "./config/settings-reader.ts";
import { readSlack, type SlackConfig } from "./config/slack.ts";
import { isHost, parseNetwork } from "./core/network.ts";
import type { Policies } from "./workflows/policies.ts";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export interface Config {
  service: {
    host: string;
    port: number;
    /** Without a slash at the end. Null: the address that the service listens on. */
    appUrl: string | null;
    logLevel: (typeof LOG_LEVELS)[number];
    /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
    trustedProxies: string[];
    /** Holds the embedded database and what is made at the first start. */
    dataDir: string;
  };
  /** Null: one is made in the data folder at the first start. */
  jwt: { secret: string; previousSecrets: string[] } | null;
  /** Null: the embedded Postgres in the data folder. */
  databaseUrl: string | null;
  mailIn: MailInConfig | null;
  mailOut: MailOutConfig | null;
  mailAuthentication: MailAuthenticationConfig;
  inboundEmail: InboundEmailConfig | null;
  slack: SlackConfig | null;
  gemini: GeminiConfig | null;
  /** Null: the embedded engine. */
  inngest: InngestConfig | null;
  policies: Policies;
  /** Host names that only work inside; a leading dot means every host below. */
  internalHosts: string[];
  /** Seconds between a moderator's Send and the sending. */
  undoSeconds: number;
  /** A reply to a ticket that was closed so many days ago, or earlier, opens a new one that is linked to it. */
  followUpAfterDays: number;
  /** What is odd about the settings, and stops nothing: a sentence each. */
  warnings: string[];
}

/** An empty value counts as not set. Throws ConfigError. */
export function loadConfig(env: Environment): Config {
  const reader = new SettingsReader(env);
  const mailIn = readMailIn(reader);
  const config: Config = {
    service: {
      host: readHost(reader),
      port: reader.integer("PORT", { fallback: 8787, min: 0, max: 65_535 }),
      appUrl: reader.httpUrl("APP_URL"),
      logLevel: reader.choice("LOG_LEVEL", LOG_LEVELS, "info"),
      trustedProxies: readTrustedProxies(reader),
      dataDir: reader.textOr("DATA_DIR", "./data"),
    },
    jwt: readJwt(reader),
    databaseUrl: reader.url(
      "DATABASE_URL",
      ["postgres:", "postgresql:"],
      "postgres://user:password@host:5432/name",
    ),
    mailIn,
    mailOut: readMailOut(reader, mailIn),
    mailAuthentication: readMailAuthentication(reader),
    inboundEmail: readInboundEmail(reader),
    slack: readSlack(reader),
    gemini: readGemini(reader),
    inngest: readInngest(reader),
    policies: readPolicies(reader),
    internalHosts: reader.list("REPLY_INTERNAL_HOSTS"),
    undoSeconds: reader.integer("REPLY_UNDO_SECONDS", { fallback: 20, min: 0, max: 3600 }),
    followUpAfterDays: reader.integer("FOLLOW_UP_AFTER_DAYS", { fallback: 14, min: 0, max: 3650 }),
    warnings: [],
  };
  reader.throwProblems();
  return deepFreeze({ ...config, warnings: reader.listWarnings() });
}

function readHost(reader: SettingsReader): string {
  const host = reader.textOr("HOST", "127.0.0.1");
  if (!isHost(host)) {
    const fix = "Example: HOST=127.0.0.1 (an address of IPv6 without brackets; the port stands in PORT)";
    reader.report("HOST", `${quote(host)} is neither an IP address nor a host name.`, fix);
  }
  return host;
}

function readTrustedProxies(reader: SettingsReader): string[] {
  const networks = reader.list("TRUSTED_PROXIES");
  const wrong = networks.filter((network) => parseNetwork(network) === null);
  if (wrong.length > 0) {
    const neither =
      wrong.length === 1 ? "is neither an address nor a network" : "are no addresses or networks";
    const problem = `${wrong.map(quote).join(", ")} ${neither}.`;
    reader.report("TRUSTED_PROXIES", problem, "Example: TRUSTED_PROXIES=127.0.0.1, 10.0.0.0/8");
  }
  return networks;
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

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  // Bytes cannot be frozen.
  if (ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
