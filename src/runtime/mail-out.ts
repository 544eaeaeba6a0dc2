/** The mail server that answers leave by. */
import { createMailSender } from "../channels/email/send/send-mail.ts";
import type { Config } from "../config.ts";
import type { MailSender } from "../core/delivery.ts";
import type { EmailAddress } from "../core/inbound.ts";
import type { Log } from "../core/log.ts";
import { StartupError } from "./startup-error.ts";

export interface MailOut {
  sender: MailSender;
  from: EmailAddress;
  close(): Promise<void>;
}

/** Null where mail out is off. Refuses to start on a wrong password; a server that is away is waited for. */
export async function openMailOut({ mailOut }: Pick<Config, "mailOut">, log: Log): Promise<MailOut | null> {
  if (mailOut === null) return null;
  const sender = createMailSender({ smtpUrl: mailOut.smtpUrl });
  const check = await sender.check();
  if (!check.ok && check.kind === "refused") {
    await sender.close();
    throw new StartupError("SMTP_URL", check.problem, check.fix);
  }
  if (!check.ok)
    log.warn(
      { problem: check.problem },
      "The mail server for answers is away: they wait and are tried again.",
    );
  return { sender, from: mailOut.from, close: () => sender.close() };
}
