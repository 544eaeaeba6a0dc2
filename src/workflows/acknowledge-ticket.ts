/** `ticket/created`: tell the requester that it arrived. Apart from triage, so that neither waits for the other. */
import { acknowledgeTicket } from "../desk/acknowledge-ticket.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createAcknowledgeTicket(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "acknowledge-ticket", triggers: [{ event: "ticket/created" }], retries: 8 },
    async ({ event, step }) => {
      const { ticketId } = parseEventData("ticket/created", event.data);
      return step.run("acknowledge", () =>
        withWorkflowErrors(() => acknowledgeTicket(deps.sql, deps.settings, ticketId)),
      );
    },
  );
}
