import { normaliseEmail } from "../core/account.ts";
import type { EmailAddress } from "../core/inbound.ts";
import type { SettingsReader } from "./settings-reader.ts";

export interface MailOutConfig {
  smtpUrl: string;
  from: EmailAddress;
}

export function readMailOut(reader: SettingsReader): MailOutConfig | null {
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
