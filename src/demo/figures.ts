import type { Sql } from "../db/client.ts";
import { type DeskFigures, readDeskFigures } from "../db/desk-figures.ts";

/** What `demo --once --json` prints. */
export interface DemoFigures extends Omit<DeskFigures, "deliveries"> {
  deliveries: { sent: number; failed: number };
  /** Messages on the mail server or in Slack without a recorded outcome, as the reconcile counts them. */
  unexplained: number;
  elapsedMs: number;
}

/** All figures but two come from the database, so that they are the same after every further run on the same data. */
export async function collectDemoFigures(
  sql: Sql,
  run: { unexplained: number; elapsedMs: number },
): Promise<DemoFigures> {
  const { deliveries, slackCards, ...counts } = await readDeskFigures(sql);
  return {
    ...counts,
    unexplained: run.unexplained,
    slackCards,
    deliveries: { sent: deliveries.sent, failed: deliveries.failed },
    elapsedMs: Math.round(run.elapsedMs),
  };
}

/** What speaks against the run, one sentence each; empty where all is well. */
export function findShortcomings(figures: DemoFigures): string[] {
  const { tickets, triaged, assigned, acknowledged, unexplained } = figures;
  const shortcomings: string[] = [];
  if (tickets > triaged) shortcomings.push(`${tickets - triaged} of ${tickets} tickets are not triaged.`);
  if (tickets > assigned) shortcomings.push(`${tickets - assigned} of ${tickets} tickets are with nobody.`);
  if (tickets > acknowledged) {
    shortcomings.push(`${tickets - acknowledged} of ${tickets} tickets are not acknowledged.`);
  }
  if (unexplained > 0) shortcomings.push(`${unexplained} messages have no recorded outcome.`);
  return shortcomings;
}
