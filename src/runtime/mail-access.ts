/** What the mailboxes of the configuration need to be opened: certificates of their own, and access tokens. */
import { readFile } from "node:fs/promises";
import type { MailboxSettings } from "../channels/email/imap/mailbox-url.ts";
import type { OAuthSettings } from "../channels/email/oauth/providers.ts";
import {
  type AccessTokenSource,
  createMemoryTokenStore,
  createTokenSource,
  type TokenStore,
} from "../channels/email/oauth/token-source.ts";
import type { Config } from "../config.ts";
import type { SqlPool } from "../db/client.ts";
import { holdMailToken } from "../db/mail-tokens.ts";
import { StartupError } from "./startup-error.ts";

export interface MailAccess {
  mailIn: Config["mailIn"];
  /** For SMTP; null where a password or nothing signs in. The very source of a mailbox that signs in the same way. */
  smtpTokens: AccessTokenSource | null;
}

/** Asks nobody yet. `sql` null: renewed tokens are forgotten at the end, for checks without a database. */
export async function openMailAccess(
  { mailIn, mailOut }: Pick<Config, "mailIn" | "mailOut">,
  sql: SqlPool | null,
): Promise<MailAccess> {
  const store = createTokenStore(sql);
  const mailboxes: MailboxSettings[] = [];
  for (const settings of mailIn?.mailboxes ?? []) mailboxes.push(await completeMailbox(settings, store));
  return {
    mailIn: mailIn === null ? null : { ...mailIn, mailboxes },
    smtpTokens: mailOut?.oauth ? findSmtpTokens(mailOut.oauth, mailboxes, store) : null,
  };
}

function findSmtpTokens(
  oauth: OAuthSettings,
  mailboxes: readonly MailboxSettings[],
  store: TokenStore,
): AccessTokenSource {
  const shared = mailboxes.find((mailbox) => mailbox.oauth === oauth)?.tokens;
  return shared ?? createTokenSource({ settings: oauth, name: "smtp", store });
}

export function createTokenStore(sql: SqlPool | null): TokenStore {
  return sql === null ? createMemoryTokenStore() : { hold: (name, work) => holdMailToken(sql, name, work) };
}

async function completeMailbox(settings: MailboxSettings, store: TokenStore): Promise<MailboxSettings> {
  const { oauth, caFile, mailbox } = settings;
  return {
    ...settings,
    ...(oauth === undefined ? {} : { tokens: createTokenSource({ settings: oauth, name: mailbox, store }) }),
    ...(caFile === undefined ? {} : { ca: await readCertificates(settings.name, caFile) }),
  };
}

/** Throws StartupError: a service that trusts other certificates than it was told to is worse than none. */
export async function readCertificates(key: string, path: string): Promise<string> {
  const fix = `Correct the path after ?ca= in ${key}: a PEM file that this process may read.`;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(key, `The certificates in ${path} cannot be read (${code}).`, fix);
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    throw new StartupError(key, `${path} holds no certificate in PEM form.`, fix);
  return text;
}
