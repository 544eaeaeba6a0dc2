/** A ticket's state, under our first answer in the requester's thread. Changed in place: it pings nobody. */
import type { TicketStatus } from "../core/ticket.ts";
import { readThreadStatus, setShownStatus, type ThreadStatusRow } from "../db/slack-threads.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** One at a time for each ticket: a slower update must not overwrite a newer one. */
export function createShowThreadStatus(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "show-thread-status",
      triggers: [{ event: "ticket/changed" }, { event: "ticket/replied" }],
      concurrency: [{ key: "event.data.ticketId", limit: 1 }],
      retries: 6,
    },
    async ({ event, step }) => {
      const { ticketId } = parseEventData("ticket/changed", event.data);
      return step.run("show", () => withWorkflowErrors(() => showStatus(deps, ticketId)));
    },
  );
}

async function showStatus(
  deps: Pick<WorkflowDeps, "sql" | "slackIntake">,
  ticketId: string,
): Promise<{ state: string }> {
  if (deps.slackIntake === null) return { state: "slack-off" };
  const thread = await readThreadStatus(deps.sql, ticketId);
  if (thread === null) return { state: "no-answer-yet" };
  const status = describeStatus(thread);
  if (status === null || status === thread.shown) return { state: "unchanged" };
  await deps.slackIntake.showStatus(thread.at, { text: thread.text, status });
  await setShownStatus(deps.sql, ticketId, status);
  return { state: "shown" };
}

/** Null where there is nothing to say yet: who is to look at it changes too often to be told. */
function describeStatus({ number, status, assigneeName, shown }: ThreadStatusRow): string | null {
  const who = assigneeName ?? "Somebody";
  const words: Record<TicketStatus, string | null> = {
    open: shown === null ? null : "open again",
    in_progress: `${who} is working on it`,
    waiting: "answered, and waiting for you",
    resolved: "resolved",
    closed: "closed",
  };
  return words[status] === null ? null : `Ticket #${number}: ${words[status]}.`;
}
