/** Every few minutes: what the local classifier triaged while the model was away is triaged by the model. */
import type { TriageAttempt } from "../core/triage.ts";
import { listProvisionalTickets, readTicket } from "../db/tickets.ts";
import { readDesk } from "../db/triage-results.ts";
import { assignTicket } from "../desk/assign-ticket.ts";
import { saveTriage } from "../desk/save-triage.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { tryModel } from "./triage-ticket.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

const TICKETS_MAX = 25;
/** After so many failures in a row the model is away for all of them: the next firing tries again. */
const FAILURES_MAX = 3;

/** What a person has changed stays: `saveTriage` leaves those fields alone. */
export function createRetriageProvisional(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "retriage-provisional", triggers: [{ cron: "*/5 * * * *" }], concurrency: 1, retries: 1 },
    async ({ step, runId }) => {
      if (deps.model === null) return { provisional: 0, retriaged: 0 };
      const tickets = await step.run("list", () =>
        withWorkflowErrors(() => listProvisionalTickets(deps.sql, TICKETS_MAX)),
      );
      let retriaged = 0;
      let failures = 0;
      for (const ticketId of tickets) {
        if (failures === FAILURES_MAX) break;
        const attempt = await step.run(`classify-${ticketId}`, () =>
          withWorkflowErrors(() => classifyByModel(deps, ticketId, runId)),
        );
        failures = attempt === null ? failures + 1 : 0;
        if (attempt === null) continue;
        await step.run(`save-${ticketId}`, () =>
          withWorkflowErrors(async () => {
            await saveTriage(deps.sql, ticketId, runId, attempt);
            await assignTicket(deps.sql, ticketId);
          }),
        );
        retriaged++;
      }
      return { provisional: tickets.length, retriaged };
    },
  );
}

async function classifyByModel(
  deps: WorkflowDeps,
  ticketId: string,
  runId: string,
): Promise<TriageAttempt | null> {
  const ticket = await readTicket(deps.sql, ticketId);
  if (!ticket || deps.model === null) return null;
  const input = { ticketId, title: ticket.title, text: ticket.description, channel: ticket.channel };
  return tryModel(deps, deps.model, input, await readDesk(deps.sql), runId);
}
