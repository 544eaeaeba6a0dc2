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
import { readOutboxLag } from "../db/outbox.ts";
import type { MailboxState } from "./mailbox-state.ts";

interface Gauge {
  name: string;
  help: string;
  values: { labels: Record<string, string>; value: number }[];
}

export async function renderMetrics(sql: SqlPool, mailboxes: readonly MailboxState[]): Promise<string> {
  const [tickets, ledger, deliveries, outbox, alerts, runs] = await Promise.all([
    countTicketsByStatus(sql),
    countLedgerByOutcome(sql),
    countDeliveriesByState(sql),
    readOutboxLag(sql),
    countOpenAlerts(sql),
    countRuns(sql),
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
