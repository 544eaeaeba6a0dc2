/** Every minute: what the local classifier triaged while the model was away is triaged by the model. */
import { listTicketsToRetriage, readDesk, readTriageSubject } from "../db/triage-results.ts";
import { assignTicket } from "../desk/assign-ticket.ts";
import { keepLocalTriage, saveTriage } from "../desk/save-triage.ts";
import { addFlags, askModel, fillGaps } from "./ask-model.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** New tickets come first: at no time do more calls than these catch up. */
const CALLS_AT_ONCE = 4;

/**
 * At most `policies.retriagePerMinute` tickets at each firing, a few at a time; while the model is paused, none. What a
 * person has changed stays, and so does the assignee: `saveTriage` and `assignTicket` see to that.
 */
export function createRetriageProvisional(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "retriage-provisional", triggers: [{ cron: "* * * * *" }], concurrency: 1, retries: 1 },
    async ({ step, runId }) => {
      if (deps.model === null) return { provisional: 0, retriaged: 0 };
      const tickets = await step.run("list", () =>
        withWorkflowErrors(() => listTicketsToRetriage(deps.sql, deps.policies.retriagePerMinute)),
      );
      let retriaged = 0;
      for (let start = 0; start < tickets.length; start += CALLS_AT_ONCE) {
        const some = tickets.slice(start, start + CALLS_AT_ONCE);
        const done = await step.run(`tickets-${start}`, () =>
          withWorkflowErrors(() =>
            Promise.all(some.map((ticketId) => retriageTicket(deps, ticketId, runId))),
          ),
        );
        retriaged += done.filter((outcome) => outcome === "retriaged").length;
        // It is away for all of them: the next firing tries again.
        if (done.every((outcome) => outcome === "away")) break;
      }
      return { provisional: tickets.length, retriaged };
    },
  );
}

/** May run twice: a ticket that is no longer provisional is left alone. */
export async function retriageTicket(
  deps: WorkflowDeps,
  ticketId: string,
  runId: string,
): Promise<"retriaged" | "kept" | "away"> {
  const subject = await readTriageSubject(deps.sql, ticketId);
  if (subject?.standing !== "provisional" || deps.model === null) return "kept";
  const desk = await readDesk(deps.sql);
  const { attempt, failure, isFinal, flags } = await askModel(deps, deps.model, {
    ticketId,
    runId,
    subject,
    desk,
  });
  if (attempt === null) {
    if (isFinal) await keepLocalTriage(deps.sql, ticketId, flags);
    return failure === "away" || failure === "paused" ? "away" : "kept";
  }
  const filled = await fillGaps(attempt, deps.createLocalClassifier(desk.examples), subject, desk);
  const saved = await saveTriage(deps.sql, ticketId, runId, addFlags(filled, subject, flags), {
    over: "provisional",
  });
  if (!saved) return "kept";
  await assignTicket(deps.sql, ticketId);
  return "retriaged";
}
