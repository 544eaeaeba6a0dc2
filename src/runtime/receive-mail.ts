/** Mails that no mailbox holds: from files, standard input and signed requests. */
import { createHash } from "node:crypto";
import type { ParsePool } from "../channels/email/parse/parse-pool.ts";
import type { IntakeResult } from "../core/inbound.ts";
import type { SqlPool } from "../db/client.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import { recordInbound } from "../desk/record-inbound.ts";

export interface ReceivedMail {
  result: IntakeResult;
  /** The mail's own Message-ID; null where it has none or could not be read. */
  messageId: string | null;
}

/**
 * Records a mail under the mailbox that received it (unless given: our own address). The same bytes for the same
 * mailbox are recorded once. Rejects with AppError `unavailable` while the database is away: keep the mail, try again.
 */
export type ReceiveMail = (sql: SqlPool, raw: Uint8Array, mailbox: string | null) => Promise<ReceivedMail>;

export function createMailReceiver(parse: ParsePool["parse"], settings: DeskSettings): ReceiveMail {
  return async (sql, raw, mailbox) => {
    const account = mailbox ?? settings.ownAddresses[0] ?? "ingest";
    const externalId = `sha256:${createHash("sha256").update(raw).digest("hex")}`;
    const mail = await parse(raw, { account, externalId, receivedAt: new Date() });
    const result = await recordInbound(sql, settings, mail);
    return { result, messageId: mail.channel === "email" ? mail.messageId : null };
  };
}
