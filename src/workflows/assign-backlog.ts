/** `user/updated`: somebody became free or learned a skill, so waiting tickets may have an owner now. */
import { listUnassignedTickets } from "../db/tickets.ts";
import { assignTicket } from "../desk/assign-ticket.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

const TICKETS_MAX = 500;

export function createAssignBacklog(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "assign-backlog", triggers: [{ event: "user/updated" }], concurrency: 1, retries: 4 },
    async ({ step }) => step.run("assign-waiting", () => withWorkflowErrors(() => assignWaiting(deps))),
  );
}

async function assignWaiting(
  deps: Pick<WorkflowDeps, "sql">,
): Promise<{ assigned: number; waiting: number }> {
  const waiting = await listUnassignedTickets(deps.sql, TICKETS_MAX);
  let assigned = 0;
  for (const ticketId of waiting) {
    const outcome = await assignTicket(deps.sql, ticketId);
    if (outcome.state === "assigned") assigned++;
  }
  return { assigned, waiting: waiting.length - assigned };
}
