import type { OAuthSettings } from "../channels/email/oauth/providers.ts";
import { parseSmtpUrl } from "../channels/email/send/smtp-url.ts";
import { normaliseEmail } from "../core/account.ts";
import type { EmailAddress } from "../core/inbound.ts";
import { PLUS_LOCAL_LENGTH_MAX } from "../core/mail-tokens.ts";
import type { MailInConfig } from "./mail-in.ts";
import { listOAuthSettings, readOAuth, warnOfUnusedOAuth } from "./mail-oauth.ts";
import type { SettingsReader } from "./settings-reader.ts";

export interface DkimConfig {
  domain: string;
  selector: string;
  /** PEM of an RSA key, or the path of a file that holds it. */
  key: { pem: string } | { file: string };
}

export interface MailOutConfig {
  smtpUrl: string;
  /** How the user of `smtpUrl` signs in without a password. The very settings of a mailbox: its tokens serve both. */
  oauth?: OAuthSettings;
  from: EmailAddress;
  /** Answers ask to be sent to `support+t1042.…@`: the mailbox must take sub-addresses. */
  plusAddressing: boolean;
  /** Bounces are asked to `bounces+d….…@`; null: to the sender's address. */
  bounceAddress: string | null;
  dkim: DkimConfig | null;
  connectionsMax: number;
  /** Mails a minute at most; null: as fast as the server takes them. */
  mailsPerMinute: number | null;
}

const FROM_EXAMPLE = 'Example: MAIL_FROM="Support <support@example.com>"';

export function readMailOut(reader: SettingsReader, mailIn: MailInConfig | null): MailOutConfig | null {
  const smtpUrl = readSmtpUrl(reader);
  reader.know(listOAuthSettings("SMTP"));
  const from = readFrom(reader);
  const plusAddressing = reader.choice("MAIL_PLUS_ADDRESS", ["on", "off"], "off") === "on";
  if (plusAddressing && from !== null) checkRoom(reader, "MAIL_FROM", from.address);
  const bounceAddress = readBounceAddress(reader);
  const dkim = readDkim(reader);
  const connectionsMax = reader.integer("SMTP_CONNECTIONS", { fallback: 3, min: 1, max: 50 });
  const perMinute = reader.integer("SMTP_PER_MINUTE", { fallback: 0, min: 0, max: 100_000 });
  const mailsPerMinute = perMinute === 0 ? null : perMinute;
  const oauth = smtpUrl === null ? null : readSignIn(reader, smtpUrl, mailIn);
  if (smtpUrl === null || from === null) return null;
  warnOfUnusedOAuth(reader, "SMTP");
  return {
    smtpUrl,
    from,
    plusAddressing,
    bounceAddress,
    dkim,
    connectionsMax,
    mailsPerMinute,
    ...(oauth === null ? {} : { oauth }),
  };
}

function readSmtpUrl(reader: SettingsReader): string | null {
  const text = reader.text("SMTP_URL");
  if (text === null) return null;
  try {
    parseSmtpUrl(text, { passwordless: true });
    return text;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    reader.report(
      "SMTP_URL",
      problem,
      "Example: smtps://support%40example.com:password@smtp.example.com:465",
    );
    return null;
  }
}

/** A user without a password: by `SMTP_OAUTH_*`, else as the mailbox of the same user does. */
function readSignIn(
  reader: SettingsReader,
  smtpUrl: string,
  mailIn: MailInConfig | null,
): OAuthSettings | null {
  const { username, password } = new URL(smtpUrl);
  if (username === "" || password !== "") return null;
  const problemsBefore = reader.problemCount;
  const own = readOAuth(reader, "SMTP_OAUTH", "");
  if (own !== null || reader.problemCount > problemsBefore) return own;
  const user = decodeUser(username).toLowerCase();
  const twin = mailIn?.mailboxes.find((mailbox) => mailbox.oauth && mailbox.user.toLowerCase() === user);
  if (twin?.oauth) return twin.oauth;
  reader.report(
    "SMTP_URL",
    "it has a user and no password, and no mailbox signs in as that user by OAuth2.",
    "Add the password (percent-encoded), or set SMTP_OAUTH_PROVIDER and its companions.",
  );
  return null;
}

function decodeUser(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readFrom(reader: SettingsReader): EmailAddress | null {
  const text = reader.text("MAIL_FROM");
  if (reader.text("SMTP_URL") === null) return null;
  if (text === null) {
    reader.report("MAIL_FROM", "it is missing, and SMTP_URL is set.", FROM_EXAMPLE);
    return null;
  }
  const from = parseFrom(text);
  if (from === null) reader.report("MAIL_FROM", "it is not a mail address.", FROM_EXAMPLE);
  return from;
}

function parseFrom(text: string): EmailAddress | null {
  const named = /^\s*"?([^"<>]*?)"?\s*<([^<>]+)>\s*$/.exec(text);
  const address = normaliseEmail(named?.[2] ?? text);
  return address === null ? null : { address, name: named?.[1]?.trim() ?? "" };
}

function readBounceAddress(reader: SettingsReader): string | null {
  const text = reader.text("MAIL_BOUNCE_ADDRESS");
  if (text === null) return null;
  const address = normaliseEmail(text);
  const example = "Example: MAIL_BOUNCE_ADDRESS=bounces@example.com";
  if (address === null) reader.report("MAIL_BOUNCE_ADDRESS", "it is not a mail address.", example);
  else checkRoom(reader, "MAIL_BOUNCE_ADDRESS", address);
  return address;
}

/** A local part has at most 64 octets (RFC 5321), and the token must find room in it. */
function checkRoom(reader: SettingsReader, key: string, address: string): void {
  const local = address.slice(0, address.lastIndexOf("@"));
  if (local.includes("+"))
    reader.report(
      key,
      "it has a + already, and a token is to stand behind one.",
      "Use an address without +.",
    );
  else if (new TextEncoder().encode(local).length > PLUS_LOCAL_LENGTH_MAX)
    reader.report(
      key,
      "what stands before its @ is too long for a token behind it.",
      `Use at most ${PLUS_LOCAL_LENGTH_MAX} characters.`,
    );
}

function readDkim(reader: SettingsReader): DkimConfig | null {
  const domain = reader.text("MAIL_DKIM_DOMAIN")?.toLowerCase() ?? null;
  if (domain === null) return null;
  const because = "MAIL_DKIM_DOMAIN";
  const selector = reader.required("MAIL_DKIM_SELECTOR", because, "Example: MAIL_DKIM_SELECTOR=desk2026");
  const name = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;
  for (const [key, value] of [
    [because, domain],
    ["MAIL_DKIM_SELECTOR", selector],
  ] as const)
    if (value !== null && !name.test(value))
      reader.report(key, "it is not a name of the DNS.", "Example: example.com, selector desk2026.");
  const pem = reader.text("MAIL_DKIM_KEY");
  const file = reader.text("MAIL_DKIM_KEY_FILE");
  if ((pem === null) === (file === null)) {
    const problem = pem === null ? "the key is missing." : "the key is given twice.";
    reader.report("MAIL_DKIM_KEY", problem, "Set either MAIL_DKIM_KEY_FILE (a path) or MAIL_DKIM_KEY (PEM).");
  }
  if (selector === null || (pem === null && file === null)) return null;
  // In one line of a `.env` file, line breaks are written as \\n.
  const key = file === null ? { pem: (pem ?? "").replaceAll("\\n", "\n") } : { file };
  return { domain, selector, key };
}
