/** Gives a parked mail or Slack message another chance, with the parser and the rules of today. */
import type { InboundEmail, InboundUnreadable, IntakeResult } from "../core/inbound.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { lockParkedRow, settleLedgerRow } from "../db/ledger.ts";
import { deleteRawMessage, insertRawMessage } from "../db/raw-messages.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { recordByChannel, toResult } from "./record-inbound.ts";
import { nowhere } from "./slack-recording.ts";
import type { InboundFromSlack } from "./stored-slack-message.ts";

/** Null where the row is not parked any more. What still cannot be read stays parked, with the new reason. */
export async function replayParked(
  sql: SqlPool,
  settings: DeskSettings,
  ledgerId: string,
  message: InboundEmail | InboundFromSlack | InboundUnreadable,
): Promise<IntakeResult | null> {
  return inTransaction(sql, async (tx) => {
    const parked = await lockParkedRow(tx, ledgerId);
    if (parked === null) return null;
    const isMore = bringsMore(message, parked.complete);
    const outcome =
      message.channel === "unreadable"
        ? {
            ...nowhere("parked", message.reason),
            rawId: isMore ? await insertRawMessage(tx, message.raw) : parked.rawId,
          }
        : await recordByChannel(tx, settings, message, ledgerId);
    await settleLedgerRow(tx, ledgerId, { ...outcome, rawId: outcome.rawId ?? parked.rawId });
    if (isMore && parked.rawId !== null && outcome.rawId !== null) await deleteRawMessage(tx, parked.rawId);
    return toResult(outcome);
  });
}

/** A mail that was asked for again, and came whole: the part that was kept is of no use any more. */
function bringsMore(message: Parameters<typeof replayParked>[3], isComplete: boolean): boolean {
  if (isComplete || (message.channel !== "email" && message.channel !== "unreadable")) return false;
  return !(message.channel === "unreadable" && message.incomplete) && message.raw.length > 0;
}
