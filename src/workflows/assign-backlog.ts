/**
 * Waiting tickets may have an owner now, and tickets of people who left need another: when an account changes
 * (`user/updated`), the skills of the desk do (`skill/changed`), somebody has room again (`user/freed`), and each minute, since working hours begin by themselves.
 */
import { assignBacklog } from "../desk/assign-backlog.ts";
import { handOverTickets } from "../desk/hand-over-tickets.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createAssignBacklog(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "assign-backlog",
      triggers: [{ event: "user/updated" }, { event: "user/freed" }, { event: "skill/changed" }],
      concurrency: 1,
      retries: 4,
    },
    async ({ step }) => step.run("assign-waiting", () => withWorkflowErrors(() => assignWaiting(deps))),
  );
}

export function createWatchBacklog(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "watch-backlog", triggers: [{ cron: "* * * * *" }], concurrency: 1, retries: 1 },
    async ({ step }) => step.run("assign-waiting", () => withWorkflowErrors(() => assignWaiting(deps))),
  );
}

/** Tickets that are taken from somebody first, so that those for whom nobody was found then wait with the others. */
async function assignWaiting({
  sql,
  policies,
  now,
}: Pick<WorkflowDeps, "sql" | "policies" | "now">): Promise<Record<string, number>> {
  const handedOver = await handOverTickets(sql, policies.awayHandoverHours, now());
  return { ...handedOver, ...(await assignBacklog(sql, now())) };
}
