/** `ticket/created`: read it, label it, give it to somebody. */
import { AppError } from "../core/errors.ts";
import type { TriageAttempt, TriageInput } from "../core/triage.ts";
import { readTicket } from "../db/tickets.ts";
import { insertTriageFailure, readDesk } from "../db/triage-results.ts";
import { assignTicket } from "../desk/assign-ticket.ts";
import { saveTriage } from "../desk/save-triage.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createTriageTicket(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "triage-ticket", triggers: [{ event: "ticket/created" }], retries: 8 },
    async ({ event, step, runId }) => {
      const { ticketId } = parseEventData("ticket/created", event.data);
      const attempt = await step.run("classify", () =>
        withWorkflowErrors(() => classifyTicket(deps, ticketId, runId)),
      );
      await step.run("save-triage", () =>
        withWorkflowErrors(() => saveTriage(deps.sql, ticketId, runId, attempt)),
      );
      const assignment = await step.run("assign", () =>
        withWorkflowErrors(() => assignTicket(deps.sql, ticketId)),
      );
      if (assignment.state === "nobody") {
        deps.log.warn(
          { ticketId },
          "Nobody could be given this ticket: there is no moderator or admin for it.",
        );
      }
      return { source: attempt.source, assignment: assignment.state };
    },
  );
}

/** The model's triage, or the local one at once where the model is away. The failed try is kept too. */
export async function classifyTicket(
  deps: Pick<WorkflowDeps, "sql" | "log" | "model" | "createLocalClassifier">,
  ticketId: string,
  runId: string,
): Promise<TriageAttempt> {
  const ticket = await readTicket(deps.sql, ticketId);
  if (!ticket) throw new AppError("not_found", `Ticket ${ticketId} does not exist.`);
  const desk = await readDesk(deps.sql);
  const input: TriageInput = {
    ticketId,
    title: ticket.title,
    text: ticket.description,
    channel: ticket.channel,
  };
  if (deps.model !== null) {
    const attempt = await tryModel(deps, deps.model, input, desk, runId);
    if (attempt !== null) return attempt;
  }
  return deps.createLocalClassifier(desk.examples).classify(input, desk);
}

/** Null where the model could not answer; the reason is kept with the ticket. */
export async function tryModel(
  deps: Pick<WorkflowDeps, "sql" | "log">,
  model: NonNullable<WorkflowDeps["model"]>,
  input: TriageInput,
  desk: Awaited<ReturnType<typeof readDesk>>,
  runId: string,
): Promise<TriageAttempt | null> {
  const startedAt = performance.now();
  try {
    return await model.classify(input, desk);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const latencyMs = performance.now() - startedAt;
    const { ticketId } = input;
    deps.log.warn({ ticketId, model: model.model, reason }, "The model is away: triaged locally for now.");
    await insertTriageFailure(deps.sql, {
      ticketId,
      runId,
      source: model.source,
      model: model.model,
      error: reason,
      latencyMs,
    });
    return null;
  }
}
