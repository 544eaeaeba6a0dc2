import { type MailboxSettings, parseMailboxUrl } from "../channels/email/imap/mailbox-url.ts";
import type { Environment, SettingsReader } from "./settings-reader.ts";

export interface MailInConfig {
  mailboxes: MailboxSettings[];
  since: "now" | "all" | Date;
}

export function readMailIn(reader: SettingsReader, env: Environment): MailInConfig | null {
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
