/** The metrics page, in Prometheus' text format 0.0.4. */
import { countOpenAlerts } from "../db/alerts.ts";
import type { SqlPool } from "../db/client.ts";
import {
  type CountRow,
  countDeliveriesByState,
  countLedgerByOutcome,
  countTicketsByStatus,
} from "../db/desk-metrics.ts";
import { countRuns } from "../db/engine-run-queries.ts";
import { countTriesByOutcome, readModelHealth } from "../db/model-health.ts";
import { readOutboxLag } from "../db/outbox.ts";
import type { MailboxState } from "./mailbox-state.ts";

interface Gauge {
  name: string;
  help: string;
  values: { labels: Record<string, string>; value: number }[];
}

export async function renderMetrics(sql: SqlPool, mailboxes: readonly MailboxState[]): Promise<string> {
  const [tickets, ledger, deliveries, outbox, alerts, runs, tries, health] = await Promise.all([
    countTicketsByStatus(sql),
    countLedgerByOutcome(sql),
    countDeliveriesByState(sql),
    readOutboxLag(sql),
    countOpenAlerts(sql),
    countRuns(sql),
    countTriesByOutcome(sql),
    readModelHealth(sql, "gemini"),
  ]);
  const gauges: Gauge[] = [
    { name: "deskhand_tickets", help: "Tickets by status.", values: toValues(tickets, "status") },
    {
      name: "deskhand_intake_messages",
      help: "Recorded messages by channel and outcome.",
      values: ledger.map(({ label, count }) => {
        const [channel = "", outcome = ""] = label.split("/");
        return { labels: { channel, outcome }, value: count };
      }),
    },
    { name: "deskhand_deliveries", help: "Answers by state.", values: toValues(deliveries, "state") },
    {
      name: "deskhand_outbox_waiting",
      help: "Events that wait to be handed over.",
      values: single(outbox.waiting),
    },
    {
      name: "deskhand_outbox_oldest_seconds",
      help: "Age of the oldest event that waits.",
      values: single(outbox.oldestSeconds),
    },
    {
      name: "deskhand_workflow_runs",
      help: "Runs of the embedded workflow engine that are under way, or dead until they are replayed.",
      values: [
        { labels: { state: "active" }, value: runs.active },
        { labels: { state: "dead" }, value: runs.dead },
      ],
    },
    {
      name: "deskhand_model_paused",
      help: "1 while the model is away and not asked.",
      values: [{ labels: { source: "gemini" }, value: (health?.awaySince ?? null) === null ? 0 : 1 }],
    },
    {
      name: "deskhand_model_failures_in_a_row",
      help: "Calls of the model that failed since the last answer.",
      values: [{ labels: { source: "gemini" }, value: health?.failures ?? 0 }],
    },
    {
      name: "deskhand_triage_tries_day",
      help: "Tries to triage a ticket in the last 24 hours, by source and outcome.",
      values: tries.map(({ source, outcome, count }) => ({ labels: { source, outcome }, value: count })),
    },
    {
      name: "deskhand_model_tokens_day",
      help: "Tokens that triage used up in the last 24 hours.",
      values: sumTokens(tries),
    },
    {
      name: "deskhand_model_cost_day",
      help: "What they cost, in the currency of the configured prices.",
      values: single(tries.reduce((sum, { cost }) => sum + (cost ?? 0), 0)),
    },
    {
      name: "deskhand_alerts_open",
      help: "Troubles that wait for an operator, by kind.",
      values: alerts.length === 0 ? single(0) : toValues(alerts, "kind"),
    },
    {
      name: "process_resident_memory_bytes",
      help: "Resident memory.",
      values: single(process.memoryUsage.rss()),
    },
    {
      name: "deskhand_mailbox_connected",
      help: "1 while the mailbox is being watched.",
      values: mailboxes.map(({ mailbox, connected }) => ({ labels: { mailbox }, value: connected ? 1 : 0 })),
    },
  ];
  return gauges.map(renderGauge).join("");
}

function toValues(rows: readonly CountRow[], label: string): Gauge["values"] {
  return rows.map((row) => ({ labels: { [label]: row.label }, value: row.count }));
}

function sumTokens(tries: Awaited<ReturnType<typeof countTriesByOutcome>>): Gauge["values"] {
  const sum = (of: (one: (typeof tries)[number]) => number) =>
    tries.reduce((total, one) => total + of(one), 0);
  return [
    { labels: { kind: "in" }, value: sum(({ tokensIn }) => tokensIn) },
    { labels: { kind: "out" }, value: sum(({ tokensOut }) => tokensOut) },
    { labels: { kind: "thinking" }, value: sum(({ tokensThinking }) => tokensThinking) },
  ];
}

function single(value: number): Gauge["values"] {
  return [{ labels: {}, value }];
}

function renderGauge({ name, help, values }: Gauge): string {
  const lines = values.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
