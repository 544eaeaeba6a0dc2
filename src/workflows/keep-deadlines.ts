/** Whatever changes a ticket may change its deadlines. */
import type { ServiceLevels } from "../core/sla.ts";
import { keepDeadlines } from "../desk/keep-deadlines.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createKeepDeadlines(client: WorkflowClient, deps: WorkflowDeps, levels: ServiceLevels) {
  return client.createFunction(
    {
      id: "keep-deadlines",
      triggers: [{ event: "ticket/created" }, { event: "ticket/changed" }, { event: "ticket/replied" }],
      retries: 8,
    },
    async ({ event, step }) => {
      const { ticketId } = parseEventData("ticket/changed", event.data);
      return step.run("decide", () =>
        withWorkflowErrors(() => keepDeadlines(deps.sql, levels, ticketId, deps.now())),
      );
    },
  );
}
