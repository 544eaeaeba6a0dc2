/** Many mails in one transaction: what `recordInbound` does for each of them, with far fewer statements and one commit. */
import type { InboundEmail, InboundMail, IntakeResult } from "../core/inbound.ts";
import { listMessageIds, planMailWaves } from "../core/mail-waves.ts";
import { inTransaction, isConnectionFailure, type SqlPool, type SqlTransaction } from "../db/client.ts";
import { runTogether } from "../db/gather.ts";
import { claimLedgerRow, readLedgerResult, settleLedgerRow } from "../db/ledger.ts";
import { moveMailboxCursor } from "../db/mailbox-cursors.ts";
import { findNumbersOfMessageIds } from "../db/ticket-threads.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { databaseAway, ledgerKey, recordByChannel, recordInbound, toResult } from "./record-inbound.ts";

/**
 * Records mails of one mailbox, in the order of their UIDs, with the same outcomes as one by one. All of them are
 * committed together with the mailbox position. Where one cannot be stored, the batch is undone and done again in halves,
 * down to that one mail, which `recordInbound` parks.
 *
 * Rejects as `recordInbound`; some of the mails may be recorded then, and the same call again is harmless.
 */
export async function recordInboundBatch(
  sql: SqlPool,
  settings: DeskSettings,
  mails: readonly InboundMail[],
): Promise<IntakeResult[]> {
  const [first] = mails;
  if (first === undefined) return [];
  if (mails.length === 1) return [await recordInbound(sql, settings, first.message, first.position)];
  try {
    return await inTransaction(sql, (tx) => recordTogether(tx, settings, mails));
  } catch (error) {
    if (isConnectionFailure(error)) throw databaseAway(error);
    const half = Math.ceil(mails.length / 2);
    const before = await recordInboundBatch(sql, settings, mails.slice(0, half));
    return [...before, ...(await recordInboundBatch(sql, settings, mails.slice(half)))];
  }
}

interface ClaimedMail extends InboundMail {
  ledgerId: string;
}

async function recordTogether(
  tx: SqlTransaction,
  settings: DeskSettings,
  mails: readonly InboundMail[],
): Promise<IntakeResult[]> {
  const ledgerIds = await runTogether(
    tx,
    mails.map(
      ({ message }) =>
        (sql) =>
          claimLedgerRow(sql, ledgerKey(message)),
    ),
  );
  const claimed = mails.flatMap((mail, at) => {
    const ledgerId = ledgerIds[at] ?? null;
    return ledgerId === null ? [] : [{ ...mail, ledgerId }];
  });
  const results = new Map<InboundMail["message"], IntakeResult>();
  for (const wave of await planWaves(tx, claimed)) {
    const recorded = await runTogether(
      tx,
      wave.map((mail) => (sql) => recordClaimed(sql, settings, mail)),
    );
    for (const [at, { message }] of wave.entries()) results.set(message, recorded[at] as IntakeResult);
  }
  const last = mails.at(-1);
  if (last) await moveMailboxCursor(tx, last.position);
  return collectResults(tx, mails, results);
}

async function planWaves(tx: SqlTransaction, claimed: readonly ClaimedMail[]): Promise<ClaimedMail[][]> {
  const unreadable = claimed.filter(({ message }) => message.channel === "unreadable");
  const readable = claimed.flatMap((mail) =>
    mail.message.channel === "email" ? [{ mail, message: mail.message as InboundEmail }] : [],
  );
  const messageIds = [...new Set(readable.flatMap(({ message }) => listMessageIds(message)))];
  const numbers = messageIds.length === 0 ? new Map() : await findNumbersOfMessageIds(tx, messageIds);
  const waves = planMailWaves(
    readable.map(({ message }) => message),
    (messageId) => numbers.get(messageId) ?? [],
  ).map((wave) => wave.flatMap((index) => readable[index]?.mail ?? []));
  return unreadable.length === 0 ? waves : [unreadable, ...waves];
}

async function recordClaimed(
  tx: SqlTransaction,
  settings: DeskSettings,
  { message, ledgerId }: ClaimedMail,
): Promise<IntakeResult> {
  const outcome = await recordByChannel(tx, settings, message, ledgerId);
  await settleLedgerRow(tx, ledgerId, outcome);
  return toResult(outcome);
}

/** In the order of `mails`; what was recorded before is read from the ledger. */
async function collectResults(
  tx: SqlTransaction,
  mails: readonly InboundMail[],
  recorded: ReadonlyMap<InboundMail["message"], IntakeResult>,
): Promise<IntakeResult[]> {
  const results: IntakeResult[] = [];
  for (const { message } of mails) {
    const result = recorded.get(message) ?? (await readLedgerResult(tx, ledgerKey(message)));
    if (!result) throw new Error("A ledger row that stands was not found.");
    results.push(result);
  }
  return results;
}
