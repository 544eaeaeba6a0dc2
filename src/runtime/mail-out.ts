/** The mail server that answers leave by. */
import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createMailSender, type DkimKey, type SmtpMailSender } from "../channels/email/send/send-mail.ts";
import { parseSmtpUrl } from "../channels/email/send/smtp-url.ts";
import type { DkimConfig, MailOutConfig } from "../config/mail-out.ts";
import type { Config } from "../config.ts";
import type { MailSender } from "../core/delivery.ts";
import type { EmailAddress } from "../core/inbound.ts";
import type { Log } from "../core/log.ts";
import { readCertificates } from "./mail-access.ts";
import type { SmtpSignIn } from "./smtp-sign-in.ts";
import { StartupError } from "./startup-error.ts";

export interface MailOut {
  sender: MailSender;
  from: EmailAddress;
  close(): Promise<void>;
}

/**
 * Null where mail out is off. Refuses to start on a wrong password or key; a server that is away is waited for, and so
 * is an access token: it can end at any time, operators are told, and the rest of the service is worth starting.
 */
export async function openMailOut(
  { mailOut }: Pick<Config, "mailOut">,
  log: Log,
  signIn: SmtpSignIn = {},
): Promise<MailOut | null> {
  if (mailOut === null) return null;
  const sender = await openMailSender(mailOut, signIn);
  const check = await sender.check();
  if (!check.ok && check.kind === "refused" && mailOut.oauth === undefined) {
    await sender.close();
    throw new StartupError("SMTP_URL", check.problem, check.fix);
  }
  if (!check.ok)
    log.warn(
      { problem: check.problem, fix: check.fix },
      "The mail server for answers takes none now: they wait and are tried again.",
    );
  const { dkim, from } = mailOut;
  if (dkim !== null && !isAligned(dkim.domain, from.address))
    log.warn(
      { dkimDomain: dkim.domain },
      "MAIL_DKIM_DOMAIN is not the domain of MAIL_FROM: receivers' DMARC checks will not count the signature.",
    );
  return { sender, from, close: () => sender.close() };
}

/** Connects with the first mail. Rejects with StartupError where the key for DKIM or the certificates cannot be used. */
export async function openMailSender(
  mailOut: MailOutConfig,
  signIn: SmtpSignIn = {},
): Promise<SmtpMailSender> {
  const { smtpUrl, connectionsMax, mailsPerMinute } = mailOut;
  const dkim = mailOut.dkim === null ? null : await loadDkimKey(mailOut.dkim);
  const { caFile } = parseSmtpUrl(smtpUrl, { passwordless: true });
  const ca = caFile === undefined ? {} : { ca: await readCertificates("SMTP_URL", caFile) };
  return createMailSender({ smtpUrl, connectionsMax, mailsPerMinute, dkim, ...ca, ...signIn });
}

const KEY_FIX = "Make one with: openssl genrsa -out dkim.pem 2048";

async function loadDkimKey({ domain, selector, key }: DkimConfig): Promise<DkimKey> {
  const setting = "file" in key ? "MAIL_DKIM_KEY_FILE" : "MAIL_DKIM_KEY";
  const privateKey = "file" in key ? await readKeyFile(key.file) : key.pem;
  let type: string | undefined;
  try {
    type = createPrivateKey(privateKey).asymmetricKeyType;
  } catch {
    throw new StartupError(
      setting,
      "It holds no private key in PEM form, or one under a passphrase.",
      KEY_FIX,
    );
  }
  if (type !== "rsa")
    throw new StartupError(
      setting,
      `It holds a key of the type ${type}, and DKIM is signed with RSA here.`,
      KEY_FIX,
    );
  return { domain, selector, privateKey };
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unreadable";
    throw new StartupError(
      "MAIL_DKIM_KEY_FILE",
      `The file cannot be read (${reason}).`,
      "Correct the path, or who may read it.",
    );
  }
}

/** RFC 7489, 3.1.1, relaxed: the same domain, or one above it. */
function isAligned(dkimDomain: string, address: string): boolean {
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return domain === dkimDomain || domain.endsWith(`.${dkimDomain}`);
}
