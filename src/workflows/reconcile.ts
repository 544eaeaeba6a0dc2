/** The zero-gap proof: every message that a server has stands in the ledger, or is recorded now, or is counted. */
import type { InboundMessage, IntakeOutcome, RecordInbound } from "../core/inbound.ts";
import type { Log } from "../core/log.ts";
import type { SqlPool } from "../db/client.ts";
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
  close(): Promise<void>;
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
  unexplained: number;
}

export interface ReconcileDeps {
  sql: SqlPool;
  recordInbound: RecordInbound;
  openSources(): Promise<MessageSource[]>;
  log: Log;
}

/** A source that cannot be reached rejects: silence is not a proof. */
export async function reconcile(deps: ReconcileDeps): Promise<ReconcileReport> {
  const report: ReconcileReport = { mailboxes: [], slack: [], unexplained: 0 };
  const sources = await deps.openSources();
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
  return report;
}

async function reconcileSource(deps: ReconcileDeps, source: MessageSource): Promise<SourceReport> {
  let seen = 0;
  let repaired = 0;
  let unexplained = 0;
  for await (const externalIds of source.listExternalIds()) {
    const missing = await findUnrecorded(deps.sql, source.channel, source.account, externalIds);
    seen += externalIds.length;
    for (const externalId of missing) {
      const outcome = await repair(deps, source, externalId);
      if (outcome === "gone") seen--;
      else if (outcome === "repaired") repaired++;
      else unexplained++;
    }
  }
  const { channel, account } = source;
  const byOutcome = await countOutcomes(deps.sql, { channel, account });
  return { seen, recorded: seen - unexplained, unexplained, repaired, byOutcome };
}

async function repair(
  deps: ReconcileDeps,
  source: MessageSource,
  externalId: string,
): Promise<"repaired" | "gone" | "unexplained"> {
  try {
    const message = await source.fetch(externalId);
    if (message === null) return "gone";
    const { outcome } = await deps.recordInbound(message);
    deps.log.warn(
      { source: source.name, externalId, outcome },
      "A message was missing in the ledger: recorded.",
    );
    return "repaired";
  } catch (error) {
    deps.log.error({ err: error, source: source.name, externalId }, "A message could not be recorded.");
    return "unexplained";
  }
}
