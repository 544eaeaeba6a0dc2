/** Every night: what has done its work goes. */
import { pruneOutbox } from "../db/outbox.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

const SENT_EVENTS_DAYS = 7;

export function createPrune(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "prune", triggers: [{ cron: "40 3 * * *" }], concurrency: 1, retries: 3 },
    async ({ step }) =>
      step.run("outbox", () => withWorkflowErrors(() => pruneOutbox(deps.sql, SENT_EVENTS_DAYS))),
  );
}
