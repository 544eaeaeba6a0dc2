import { recordInbound } from "../desk/record-inbound.ts";
import { createDeskSettings } from "../runtime/desk-settings.ts";
import { openMailAccess } from "../runtime/mail-access.ts";
import { createMailIntake } from "../runtime/mail-intake.ts";
import { openDatabase } from "../runtime/open-database.ts";
import { createSlack, followMoves } from "../runtime/slack.ts";
import { slackSources } from "../runtime/slack-source.ts";
import {
  type ReconcileReport,
  reconcile as runReconcile,
  type SourceReport,
} from "../workflows/reconcile.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";

/** `deskhand reconcile`: the zero-gap proof. Exit 1 where a message stays without an outcome, or a source cannot be compared. */
export async function reconcile(context: CommandContext, options: { json: boolean }): Promise<number> {
  const config = readConfig(context);
  const settings = createDeskSettings(config);
  const log = createCommandLog(context);
  const database = await openDatabase(config, { role: "command", log, connectionsMax: 4 });
  const { sql } = database;
  const record = (message: Parameters<typeof recordInbound>[2]) => recordInbound(sql, settings, message);
  const access = await openMailAccess(config, sql);
  const mailIn = createMailIntake(access, {
    sql,
    recordInbound: record,
    log,
    authentication: config.mailAuthentication,
  });
  const slack = createSlack(config, { sql, settings, recordInbound: record, log });
  try {
    if (slack) await followMoves(slack, sql);
    const report = await runReconcile({
      sql,
      recordInbound: record,
      log,
      sources: [...mailIn.sources(), ...(slack ? slackSources(sql, slack) : [])],
    });
    context.print(options.json ? JSON.stringify(report) : describe(report));
    return report.unexplained === 0 && report.failed.length === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await mailIn.stop();
    await database.close();
  }
}

function describe(report: ReconcileReport): string {
  const lines = [
    ...report.mailboxes.map((source) => describeSource(source.mailbox, source)),
    ...report.slack.map((source) => describeSource(`Slack ${source.channel}`, source)),
  ];
  const failed = report.failed.map(({ source, problem }) => `${source}: not compared: ${problem}`);
  if (lines.length + failed.length === 0)
    return "No mailbox and no Slack channel is configured: nothing was compared.";
  return [...lines, ...failed, `Unexplained messages: ${report.unexplained}`].join("\n");
}

function describeSource(name: string, source: SourceReport): string {
  const outcomes = Object.entries(source.byOutcome).filter(([, count]) => count > 0);
  const listed = outcomes.map(([outcome, count]) => `${count} ${outcome}`).join(", ") || "nothing yet";
  return `${name}: ${source.seen} there, ${source.recorded} recorded, ${source.repaired} of them just now (${listed})`;
}
