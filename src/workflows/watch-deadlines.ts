/** Every minute: tickets whose reminder or deadline has come. Nothing sleeps for a ticket meanwhile but a row. */
import type { ServiceLevels } from "../core/sla.ts";
import { listTicketsToTell } from "../db/deadlines.ts";
import { keepDeadlines } from "../desk/keep-deadlines.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

const TICKETS_MAX = 500;

export function createWatchDeadlines(client: WorkflowClient, deps: WorkflowDeps, levels: ServiceLevels) {
  return client.createFunction(
    { id: "watch-deadlines", triggers: [{ cron: "* * * * *" }], concurrency: 1, retries: 2 },
    async ({ step }) => step.run("tell", () => withWorkflowErrors(() => tellDueTickets(deps, levels))),
  );
}

/** One ticket's trouble must not keep the others from being told of: it is logged, and tried again in a minute. */
async function tellDueTickets(
  { sql, log, now }: Pick<WorkflowDeps, "sql" | "log" | "now">,
  levels: ServiceLevels,
): Promise<{ reminded: number; missed: number; failed: number }> {
  const counts = { reminded: 0, missed: 0, failed: 0 };
  for (const ticketId of await listTicketsToTell(sql, now(), TICKETS_MAX)) {
    try {
      for (const { as } of await keepDeadlines(sql, levels, ticketId, now())) counts[as]++;
    } catch (error) {
      counts.failed++;
      log.error({ ticketId, err: error }, "The deadlines of a ticket could not be kept.");
    }
  }
  return counts;
}
