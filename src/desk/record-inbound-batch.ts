/** Many mails in one transaction: what `recordInbound` does for each of them, with far fewer statements and one commit. */
import type {
  InboundEmail,
  InboundMail,
  InboundMessage,
  IntakeResult,
  RecordInboundBatch,
} from "../core/inbound.ts";
import { listMessageIds, planMailWaves } from "../core/mail-waves.ts";
import { inTransaction, isConnectionFailure, type SqlPool, type SqlTransaction } from "../db/client.ts";
import { runTogether } from "../db/gather.ts";
import {
  claimLedgerRow,
  claimNewFingerprints,
  type Fingerprint,
  findKnownFingerprints,
  readLedgerResult,
  settleLedgerRow,
} from "../db/ledger.ts";
import { moveMailboxCursor } from "../db/mailbox-cursors.ts";
import { planByIndex } from "../db/plan-by-index.ts";
import { deleteRawMessage, insertRawMessage } from "../db/raw-messages.ts";
import { findNumbersOfMessageIds } from "../db/ticket-threads.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { type PreparedMail, recordEmail } from "./record-email.ts";
import { databaseAway, ledgerKey, recordByChannel, recordInbound, toResult } from "./record-inbound.ts";

/**
 * Records mails of one mailbox, in the order of their UIDs, with the same outcomes as one by one. All of them are
 * committed together with the mailbox position. Where one cannot be stored, the batch is undone and done again in halves,
 * down to that one mail, which `recordInbound` parks.
 *
 * The originals, most of what there is to write, go to the database while the mails before these are still recorded
 * (`before`). Storing them locks nothing that anybody else waits for: with claims made ahead, two services on one mailbox
 * could wait for each other where Postgres cannot see it.
 *
 * Rejects as `recordInbound`, and where `before` rejects; some of the mails may be recorded then, and the same call again
 * is harmless.
 */
export async function recordInboundBatch(
  sql: SqlPool,
  settings: DeskSettings,
  mails: readonly InboundMail[],
  before: Promise<void> = Promise.resolve(),
): Promise<IntakeResult[]> {
  const [first] = mails;
  if (first === undefined) return [];
  if (mails.length === 1) {
    await before;
    return [await recordInbound(sql, settings, first.message, first.position)];
  }
  try {
    return await inTransaction(sql, async (tx) => {
      await planByIndex(tx);
      const originals = await storeOriginals(tx, mails);
      await before;
      return recordTogether(tx, settings, mails, originals);
    });
  } catch (error) {
    await before;
    if (isConnectionFailure(error)) throw databaseAway(error);
    const half = Math.ceil(mails.length / 2);
    const lower = await recordInboundBatch(sql, settings, mails.slice(0, half));
    return [...lower, ...(await recordInboundBatch(sql, settings, mails.slice(half)))];
  }
}

/**
 * `recordInboundBatch` for all mailboxes of a process. One batch at a time is begun before its turn: each holds a
 * connection while it waits, and those that it waits for must find one. `sql` needs two for transactions.
 */
export function createBatchRecorder(sql: SqlPool, settings: DeskSettings): RecordInboundBatch {
  let isOneAhead = false;
  const onTurn = (): void => {
    isOneAhead = false;
  };
  return async (mails, before) => {
    if (before === undefined || isOneAhead) {
      await before;
      return recordInboundBatch(sql, settings, mails);
    }
    isOneAhead = true;
    before.then(onTurn, onTurn);
    return recordInboundBatch(sql, settings, mails, before);
  };
}

interface ClaimedMail extends InboundMail {
  ledgerId: string;
}

/** The id of the original of each mail that is stored ahead. */
type StoredOriginals = ReadonlyMap<InboundMessage, string>;

/** Of the mails that are not known by their content yet. What turns out to be known after all is deleted again. */
async function storeOriginals(tx: SqlTransaction, mails: readonly InboundMail[]): Promise<StoredOriginals> {
  const readable = mails.flatMap(({ message }) => (message.channel === "email" ? [message] : []));
  const known = await findKnownFingerprints(
    tx,
    readable.map(({ fingerprint }) => fingerprint),
  );
  const fresh = readable.filter(({ fingerprint }) => !known.has(fingerprint));
  const ids = await runTogether(
    tx,
    fresh.map(
      ({ raw }) =>
        (sql) =>
          insertRawMessage(sql, raw),
    ),
  );
  return new Map(fresh.map((message, at) => [message, ids[at] as string]));
}

async function recordTogether(
  tx: SqlTransaction,
  settings: DeskSettings,
  mails: readonly InboundMail[],
  originals: StoredOriginals,
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
  await deleteUnclaimed(tx, mails, claimed, originals);
  const firsts = await claimNewFingerprints(tx, claimed.flatMap(toFingerprint));
  const prepare = ({ message, ledgerId }: ClaimedMail): PreparedMail => ({
    storedAs: originals.get(message) ?? null,
    isFirst: firsts.has(ledgerId),
  });
  const results = new Map<InboundMail["message"], IntakeResult>();
  for (const wave of await planWaves(tx, claimed)) {
    const recorded = await runTogether(
      tx,
      wave.map((mail) => (sql) => recordClaimed(sql, settings, mail, prepare(mail))),
    );
    for (const [at, { message }] of wave.entries()) results.set(message, recorded[at] as IntakeResult);
  }
  const last = mails.at(-1);
  if (last) await moveMailboxCursor(tx, last.position);
  return collectResults(tx, mails, results);
}

function toFingerprint({ message, ledgerId }: ClaimedMail): Fingerprint[] {
  return message.channel === "email" ? [{ fingerprint: message.fingerprint, ledgerId }] : [];
}

/** Somebody else has recorded these. */
async function deleteUnclaimed(
  tx: SqlTransaction,
  mails: readonly InboundMail[],
  claimed: readonly ClaimedMail[],
  originals: StoredOriginals,
): Promise<void> {
  const ours = new Set(claimed.map(({ message }) => message));
  for (const { message } of mails) {
    const rawId = originals.get(message);
    if (rawId !== undefined && !ours.has(message)) await deleteRawMessage(tx, rawId);
  }
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
  prepared: PreparedMail,
): Promise<IntakeResult> {
  const outcome =
    message.channel === "email"
      ? await recordEmail(tx, settings, message, ledgerId, prepared)
      : await recordByChannel(tx, settings, message, ledgerId);
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
