/** `ticket/changed`, `ticket/replied`: the moderators' card shows the ticket as it is now. */
import { beginCard, finishCard, readTicketCard } from "../db/slack-cards.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** One at a time for each ticket: a slower update must not overwrite a newer one. */
export function createRefreshCard(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "refresh-card",
      triggers: [{ event: "ticket/changed" }, { event: "ticket/replied" }],
      concurrency: [{ key: "event.data.ticketId", limit: 1 }],
      retries: 8,
    },
    async ({ event, step }) => {
      const { ticketId } = parseEventData("ticket/changed", event.data);
      return step.run("put-card", () => withWorkflowErrors(() => putCard(deps, ticketId)));
    },
  );
}

async function putCard(
  deps: Pick<WorkflowDeps, "sql" | "slack">,
  ticketId: string,
): Promise<{ state: string }> {
  if (deps.slack === null) return { state: "slack-off" };
  const card = await readTicketCard(deps.sql, ticketId);
  if (card === null) return { state: "no-ticket" };
  const before = await beginCard(deps.sql, ticketId);
  const at = await deps.slack.putCard(
    card,
    before.state === "posted" ? before.at : null,
    before.state === "maybe-posted",
  );
  await finishCard(deps.sql, ticketId, at);
  return { state: before.state === "posted" ? "updated" : "posted" };
}
