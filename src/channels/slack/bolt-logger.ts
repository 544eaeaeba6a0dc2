/** Bolt's logger on top of ours. */
import { LogLevel } from "@slack/bolt";
import type { Log } from "../../core/log.ts";

/** Structurally Bolt's Logger, whose own type comes from a package that we do not depend on by name. */
interface BoltLogger {
  debug(...parts: unknown[]): void;
  info(...parts: unknown[]): void;
  warn(...parts: unknown[]): void;
  error(...parts: unknown[]): void;
  setLevel(level: LogLevel): void;
  getLevel(): LogLevel;
  setName(name: string): void;
}

/**
 * Bolt and its Web API client log through this. Their debug lines carry whole requests, message texts included,
 * and are dropped at every level.
 */
export function toBoltLogger(log: Log): BoltLogger {
  const line = (parts: unknown[]): string => withoutSecrets(parts.map(describe).join(" ")).slice(0, 500);
  return {
    debug: () => {},
    info: () => {},
    warn: (...parts) => log.warn({ component: "bolt" }, line(parts)),
    error: (...parts) => log.error({ component: "bolt" }, line(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}

/** Code and message of an error, never its data: that may hold what people wrote. */
export function describe(value: unknown): string {
  if (value instanceof Error) {
    const code = "code" in value ? ` [${String(value.code)}]` : "";
    return withoutSecrets(`${value.name}${code}: ${value.message}`).slice(0, 500);
  }
  return typeof value === "string" ? value : typeof value;
}

/** Slack's tokens all begin with xox or xapp. */
function withoutSecrets(text: string): string {
  return text.replace(/\b(?:xox[a-z]|xapp)-[\w-]+/g, "[token]").replace(/Bearer \S+/gi, "Bearer [token]");
}
