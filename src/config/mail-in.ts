import { type MailboxSettings, parseMailboxUrl } from "../channels/email/imap/mailbox-url.ts";
import { beginsWithRealDay } from "../core/real-day.ts";
import { listOAuthSettings, readOAuth, warnOfUnusedOAuth } from "./mail-oauth.ts";
import type { SettingsReader } from "./settings-reader.ts";

export interface MailInConfig {
  mailboxes: MailboxSettings[];
  since: "now" | "all" | Date;
  /** Absent: as `WATCH_TIMINGS` has it. */
  watch?: {
    /** A quiet connection is proven to live this often. */
    checkSeconds: number;
    /** An answer that is due and does not come for this long: the connection is dead. */
    timeoutSeconds: number;
    /** A mailbox that cannot be reached for this long is told to operators. */
    alertMinutes: number;
  };
}

const EXAMPLE = "Example: imaps://support%40example.com:password@imap.example.com:993/INBOX";

export function readMailIn(reader: SettingsReader): MailInConfig | null {
  reader.know(listOAuthSettings("IMAP"));
  const keys = reader.listSet(/^IMAP_URL(_\d+)?$/);
  const since = readSince(reader);
  const watch = {
    // RFC 2177: IDLE is to be begun again within 29 minutes.
    checkSeconds: reader.integer("IMAP_CHECK_SECONDS", { fallback: 120, min: 1, max: 28 * 60 }),
    timeoutSeconds: reader.integer("IMAP_TIMEOUT_SECONDS", { fallback: 60, min: 1, max: 600 }),
    alertMinutes: reader.integer("IMAP_ALERT_MINUTES", { fallback: 5, min: 0, max: 1440 }),
  };
  if (keys.length === 0) return null;
  const mailboxes = keys.sort(bySuffix).flatMap((key) => {
    try {
      return [withSignIn(reader, parseMailboxUrl(reader.text(key) ?? "", key))];
    } catch (error) {
      reader.report(key, error instanceof Error ? error.message : String(error), EXAMPLE);
      return [];
    }
  });
  const seen = new Set<string>();
  for (const { mailbox, name } of mailboxes) {
    if (seen.has(mailbox))
      reader.report(name, "it names a mailbox that stands above already.", "Remove one of the two.");
    seen.add(mailbox);
  }
  warnOfUnusedOAuth(reader, "IMAP");
  return { mailboxes, since, watch };
}

/** A mailbox without a password signs in by OAuth2. */
function withSignIn(reader: SettingsReader, settings: MailboxSettings): MailboxSettings {
  if (settings.password !== "") return settings;
  const suffix = settings.name.replace("IMAP_URL", "");
  const problemsBefore = reader.problemCount;
  const oauth = readOAuth(reader, "IMAP_OAUTH", suffix);
  if (oauth !== null) return { ...settings, oauth };
  if (reader.problemCount === problemsBefore)
    reader.report(
      settings.name,
      "it has no password, and no OAuth2 settings stand beside it.",
      `Add the password (percent-encoded), or set IMAP_OAUTH_PROVIDER${suffix} and its companions.`,
    );
  return settings;
}

/** `IMAP_URL`, `IMAP_URL_2`, … `IMAP_URL_10`. */
function bySuffix(a: string, b: string): number {
  return Number(/\d+$/.exec(a)?.[0] ?? 0) - Number(/\d+$/.exec(b)?.[0] ?? 0);
}

function readSince(reader: SettingsReader): "now" | "all" | Date {
  const value = reader.textOr("IMAP_SINCE", "now");
  if (value === "now" || value === "all") return value;
  const date = new Date(value);
  if (!Number.isNaN(date.getTime()) && beginsWithRealDay(value)) return date;
  reader.report("IMAP_SINCE", "it is neither now, all nor a date that exists.", "Example: 2026-01-31");
  return "now";
}
