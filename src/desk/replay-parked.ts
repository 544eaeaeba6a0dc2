/** Gives a parked mail another chance, with the parser and the rules of today. */
import type { InboundEmail, InboundUnreadable, IntakeResult } from "../core/inbound.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { lockParkedRow, settleLedgerRow } from "../db/ledger.ts";
import { deleteRawMessage, insertRawMessage } from "../db/raw-messages.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { recordEmail } from "./record-email.ts";

/** Null where the row is not parked any more. A mail that still cannot be read stays parked, with the new reason. */
export async function replayParked(
  sql: SqlPool,
  settings: DeskSettings,
  ledgerId: string,
  mail: InboundEmail | InboundUnreadable,
): Promise<IntakeResult | null> {
  return inTransaction(sql, async (tx) => {
    const parked = await lockParkedRow(tx, ledgerId);
    if (parked === null) return null;
    // It was asked for again, and came whole: the part that was kept is of no use any more.
    const isMore =
      !parked.complete && !(mail.channel === "unreadable" && mail.incomplete) && mail.raw.length > 0;
    const outcome =
      mail.channel === "unreadable"
        ? {
            outcome: "parked" as const,
            reason: mail.reason,
            ticketId: null,
            ticketNumber: null,
            messageId: null,
            rawId: isMore ? await insertRawMessage(tx, mail.raw) : parked.rawId,
            emailMessageId: null,
          }
        : await recordEmail(tx, settings, mail, ledgerId);
    await settleLedgerRow(tx, ledgerId, { ...outcome, rawId: outcome.rawId ?? parked.rawId });
    if (isMore && parked.rawId !== null && outcome.rawId !== null) await deleteRawMessage(tx, parked.rawId);
    const { ticketId, ticketNumber, reason, messageId } = outcome;
    return {
      outcome: outcome.outcome,
      reason,
      ticket: ticketId !== null && ticketNumber !== null ? { id: ticketId, number: ticketNumber } : null,
      messageId,
      alreadyRecorded: false,
    };
  });
}
