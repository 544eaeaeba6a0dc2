/** `ticket/created`: read it, label it, give it to somebody. */
import { AppError } from "../core/errors.ts";
import type { TriageAttempt, TriageInput } from "../core/triage.ts";
import { readDesk, readTriageSubject } from "../db/triage-results.ts";
import { assignTicket } from "../desk/assign-ticket.ts";
import { saveTriage } from "../desk/save-triage.ts";
import { type AskedModel, addFlags, askModel, fillGaps, type Question } from "./ask-model.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createTriageTicket(client: WorkflowClient, deps: WorkflowDeps) {
  const calls: CallCount = { underWay: 0 };
  return client.createFunction(
    { id: "triage-ticket", triggers: [{ event: "ticket/created" }], retries: 8 },
    async ({ event, step, runId }) => {
      const { ticketId } = parseEventData("ticket/created", event.data);
      const { attempt, provisional } = await step.run("classify", () =>
        withWorkflowErrors(() => classifyTicket(deps, ticketId, runId, calls)),
      );
      await step.run("save-triage", () =>
        withWorkflowErrors(() => saveTriage(deps.sql, ticketId, runId, attempt, { provisional })),
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

export interface Classified {
  attempt: TriageAttempt;
  /** The model is to read it yet. */
  provisional: boolean;
}

/** Calls of the model under way at once: what comes beyond them is triaged locally, and by the model a little later. */
const CALLS_AT_ONCE_MAX = 8;
/** With less than this part of the time-out left, asking is in vain. */
const TIME_LEFT_MIN = 0.1;
/** Of the time-out, kept back for the local classifier and for saving: this part of it, at most so many milliseconds. */
const TIME_KEPT = { part: 0.1, maxMs: 500 };

/** `underWay` counts the calls of this process. */
export interface CallCount {
  underWay: number;
}

/**
 * The model's triage, or the local one at once where the model is away, busy, or where the ticket has waited for as long
 * as a call may take. A failed try is kept too.
 */
export async function classifyTicket(
  deps: Pick<WorkflowDeps, "sql" | "log" | "model" | "createLocalClassifier">,
  ticketId: string,
  runId: string,
  calls: CallCount = { underWay: 0 },
): Promise<Classified> {
  const subject = await readTriageSubject(deps.sql, ticketId);
  if (!subject) throw new AppError("not_found", `Ticket ${ticketId} does not exist.`);
  const desk = await readDesk(deps.sql);
  const asked = await askInTime(deps, { ticketId, runId, subject, desk }, calls);
  const { title, text, channel } = subject;
  const input: TriageInput = { ticketId, title, text, channel };
  const local = deps.createLocalClassifier(desk.examples);
  const attempt = asked?.attempt
    ? await fillGaps(asked.attempt, local, input, desk)
    : await local.classify(input, desk);
  return {
    attempt: addFlags(attempt, subject, asked?.flags ?? []),
    provisional: attempt.source === "local" && !asked?.isFinal,
  };
}

async function askInTime(
  deps: Pick<WorkflowDeps, "sql" | "log" | "model">,
  question: Question,
  calls: CallCount,
): Promise<AskedModel | null> {
  const { model } = deps;
  if (model === null || calls.underWay >= CALLS_AT_ONCE_MAX) return null;
  const { timeoutMs } = model;
  const leftMs = timeoutMs === undefined ? undefined : readTimeLeft(timeoutMs, question.subject.ageMs);
  if (timeoutMs !== undefined && leftMs !== undefined && leftMs < TIME_LEFT_MIN * timeoutMs) return null;
  calls.underWay += 1;
  try {
    return await askModel(
      deps,
      model,
      leftMs === undefined ? question : { ...question, timeoutMs: Math.round(leftMs) },
    );
  } finally {
    calls.underWay -= 1;
  }
}

function readTimeLeft(timeoutMs: number, ageMs: number): number {
  return timeoutMs - Math.min(TIME_KEPT.part * timeoutMs, TIME_KEPT.maxMs) - ageMs;
}
