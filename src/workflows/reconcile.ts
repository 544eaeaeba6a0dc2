/** The zero-gap proof: every message that a server has stands in the ledger, or is recorded now, or is counted. */
import type { InboundMessage, IntakeOutcome, RecordInbound } from "../core/inbound.ts";
import type { Log } from "../core/log.ts";
import { isConnectionFailure, type SqlPool } from "../db/client.ts";
import { countOutcomes, findUnrecorded } from "../db/ledger.ts";

/** A place that holds messages: an IMAP mailbox or a Slack channel. Channels implement it. */
export interface MessageSource {
  channel: "email" | "slack";
  /** The ledger's account. */
  account: string;
  /** How people call it: the mailbox, or the Slack channel's id. */
  name: string;
  /** External ids of everything that is ours to explain, in batches, oldest first. */
  listExternalIds(): AsyncIterable<string[]>;
  /** The message, or null where it has gone in the meantime (expunged, deleted). */
  fetch(externalId: string): Promise<InboundMessage | null>;
  /** Where many at once are cheaper: those of these ids that are still there. */
  fetchMany?(externalIds: readonly string[]): AsyncIterable<FetchedMessage>;
  close(): Promise<void>;
}

export interface FetchedMessage {
  externalId: string;
  message: InboundMessage;
}

/** Sources that are opened together, when their turn comes: a connection that waits for others would be closed. */
export interface SourceOpener {
  name: string;
  open(): Promise<MessageSource[]>;
}

export interface SourceReport {
  seen: number;
  recorded: number;
  unexplained: number;
  repaired: number;
  byOutcome: Record<IntakeOutcome, number>;
}

export interface ReconcileReport {
  mailboxes: ({ mailbox: string } & SourceReport)[];
  slack: ({ channel: string } & SourceReport)[];
  /** What could not be compared: silence is not a proof. */
  failed: { source: string; problem: string }[];
  unexplained: number;
}

export interface ReconcileDeps {
  sql: SqlPool;
  recordInbound: RecordInbound;
  sources: SourceOpener[];
  log: Log;
}

/** Compares one source after the other. One that cannot be reached is named in `failed` and keeps no other back. */
export async function reconcile(deps: ReconcileDeps): Promise<ReconcileReport> {
  const report: ReconcileReport = { mailboxes: [], slack: [], failed: [], unexplained: 0 };
  for (const opener of deps.sources) {
    try {
      await reconcileOpened(deps, await opener.open(), report);
    } catch (error) {
      if (isConnectionFailure(error)) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      deps.log.warn({ source: opener.name, err: error }, "A source could not be compared with the ledger.");
      report.failed.push({ source: opener.name, problem: problem.slice(0, 500) });
    }
  }
  return report;
}

async function reconcileOpened(
  deps: ReconcileDeps,
  sources: MessageSource[],
  report: ReconcileReport,
): Promise<void> {
  try {
    for (const source of sources) {
      const result = await reconcileSource(deps, source);
      if (source.channel === "email") report.mailboxes.push({ mailbox: source.name, ...result });
      else report.slack.push({ channel: source.name, ...result });
      report.unexplained += result.unexplained;
    }
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}

/** Holds one batch of ids and one batch of mails at a time, however large the source is. */
async function reconcileSource(deps: ReconcileDeps, source: MessageSource): Promise<SourceReport> {
  let seen = 0;
  let repaired = 0;
  let unexplained = 0;
  for await (const externalIds of source.listExternalIds()) {
    const missing = await findUnrecorded(deps.sql, source.channel, source.account, externalIds);
    const found = await repair(deps, source, missing);
    seen += externalIds.length - found.gone;
    repaired += found.repaired;
    unexplained += missing.length - found.repaired - found.gone;
  }
  const { channel, account } = source;
  const byOutcome = await countOutcomes(deps.sql, { channel, account });
  return { seen, recorded: seen - unexplained, unexplained, repaired, byOutcome };
}

/** What is neither repaired nor gone stays unexplained. */
async function repair(
  deps: ReconcileDeps,
  source: MessageSource,
  missing: string[],
): Promise<{ repaired: number; gone: number }> {
  let repaired = 0;
  let there = 0;
  try {
    for await (const { externalId, message } of fetchMissing(source, missing)) {
      there++;
      if (await recordMissing(deps, source, externalId, message)) repaired++;
    }
  } catch (error) {
    if (isConnectionFailure(error)) throw error;
    deps.log.error({ err: error, source: source.name }, "Messages that are missing could not be fetched.");
    return { repaired, gone: 0 };
  }
  return { repaired, gone: missing.length - there };
}

async function* fetchMissing(source: MessageSource, missing: string[]): AsyncGenerator<FetchedMessage> {
  if (missing.length === 0) return;
  if (source.fetchMany !== undefined) {
    yield* source.fetchMany(missing);
    return;
  }
  for (const externalId of missing) {
    const message = await source.fetch(externalId);
    if (message !== null) yield { externalId, message };
  }
}

async function recordMissing(
  deps: ReconcileDeps,
  source: MessageSource,
  externalId: string,
  message: InboundMessage,
): Promise<boolean> {
  try {
    const { outcome } = await deps.recordInbound(message);
    const what = "A message was missing in the ledger: recorded.";
    deps.log.warn({ source: source.name, externalId, outcome }, what);
    return true;
  } catch (error) {
    deps.log.error({ err: error, source: source.name, externalId }, "A message could not be recorded.");
    return false;
  }
}
