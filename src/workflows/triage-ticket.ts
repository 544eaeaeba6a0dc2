/** `ticket/created`: read it, label it, give it to somebody. */
import { AppError } from "../core/errors.ts";
import type { Desk, TriageAttempt } from "../core/triage.ts";
import { readDesk, readTriageSubject, type TriageSubject } from "../db/triage-results.ts";
import { assignTicket } from "../desk/assign-ticket.ts";
import { saveTriage } from "../desk/save-triage.ts";
import { type AskedModel, addFlags, askModel, fillGaps } from "./ask-model.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import {
  classifyLocally,
  createQueueSweep,
  type FirstTriageDeps,
  giveFirstTriage,
  readPatience,
} from "./first-triage.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createTriageTicket(client: WorkflowClient, deps: WorkflowDeps) {
  const inHand: InHand = { calls: 0, tickets: new Set() };
  const sweepQueue = createQueueSweep(deps, inHand.tickets);
  return client.createFunction(
    { id: "triage-ticket", triggers: [{ event: "ticket/created" }], retries: 8 },
    async ({ event, step, runId }) => {
      const { ticketId } = parseEventData("ticket/created", event.data);
      const classified = await step.run("classify", () =>
        withWorkflowErrors(async () => {
          // Whoever gets a turn looks after those behind it.
          const [own] = await Promise.all([classifyTicket(deps, ticketId, runId, inHand), sweepQueue()]);
          return own;
        }),
      );
      await step.run("save-triage", () =>
        withWorkflowErrors(() => saveClassified(deps, ticketId, runId, classified)),
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
      return { source: classified.attempt?.source ?? "local", assignment: assignment.state };
    },
  );
}

export interface Classified {
  /** Null: the triage that the ticket has stays. */
  attempt: TriageAttempt | null;
  /** The model is to read it yet. */
  provisional: boolean;
}

/** Calls of the model under way at once: what comes beyond them is triaged locally, and by the model a little later. */
const CALLS_AT_ONCE_MAX = 8;
/** With less than this part of the time-out left, asking is in vain. */
const TIME_LEFT_MIN = 0.1;

/** Of this process. */
export interface InHand {
  /** Calls of the model under way. */
  calls: number;
  /** Whose runs have begun: they look after themselves. */
  tickets: Set<string>;
}

/**
 * The model's triage, or the local one at once where the model is away, busy, or where the ticket has waited for as long
 * as a call may take. Where the model takes longer than half of that, the ticket gets the local triage meanwhile. A failed
 * try is kept too.
 */
export async function classifyTicket(
  deps: FirstTriageDeps,
  ticketId: string,
  runId: string,
  inHand: InHand = { calls: 0, tickets: new Set() },
): Promise<Classified> {
  inHand.tickets.add(ticketId);
  try {
    return await classify(deps, ticketId, runId, inHand);
  } finally {
    inHand.tickets.delete(ticketId);
  }
}

async function classify(
  deps: FirstTriageDeps,
  ticketId: string,
  runId: string,
  inHand: InHand,
): Promise<Classified> {
  const subject = await readTriageSubject(deps.sql, ticketId);
  if (!subject) throw new AppError("not_found", `Ticket ${ticketId} does not exist.`);
  // This run has been here before, and the model has read the ticket since.
  if (subject.standing === "final") return { attempt: null, provisional: false };
  const desk = await readDesk(deps.sql);
  const asked = await askInTime(deps, { ticketId, runId, subject, desk }, inHand);
  if (asked?.attempt) {
    const local = deps.createLocalClassifier(desk.examples);
    const filled = await fillGaps(asked.attempt, local, subject, desk);
    return { attempt: addFlags(filled, subject, asked.flags), provisional: filled.source === "local" };
  }
  const provisional = !asked?.isFinal;
  if (provisional && subject.standing === "provisional") return { attempt: null, provisional };
  return { attempt: await classifyLocally(deps, subject, desk, asked?.flags), provisional };
}

/** Over the local triage that the ticket may have got while the model was thinking, only what is better. */
export async function saveClassified(
  { sql }: Pick<WorkflowDeps, "sql">,
  ticketId: string,
  runId: string,
  { attempt, provisional }: Classified,
): Promise<void> {
  if (attempt === null) return;
  const over = attempt.source === "local" && provisional ? "nothing" : "provisional";
  await saveTriage(sql, ticketId, runId, attempt, { provisional, over });
}

interface Asked {
  ticketId: string;
  runId: string;
  subject: TriageSubject;
  desk: Desk;
}

async function askInTime(deps: FirstTriageDeps, question: Asked, inHand: InHand): Promise<AskedModel | null> {
  const { model } = deps;
  if (model === null || inHand.calls >= CALLS_AT_ONCE_MAX) return null;
  const { timeoutMs } = model;
  if (timeoutMs === undefined) return countCall(inHand, () => askModel(deps, model, question));
  const { ageMs } = question.subject;
  const leftMs = Math.round(timeoutMs - ageMs);
  if (leftMs < TIME_LEFT_MIN * timeoutMs) return null;
  return countCall(inHand, () =>
    bridge(readPatience(timeoutMs, ageMs), askModel(deps, model, { ...question, timeoutMs: leftMs }), () =>
      giveFirstTriage(deps, question.subject, question.desk),
    ),
  );
}

async function countCall<T>(inHand: InHand, call: () => Promise<T>): Promise<T> {
  inHand.calls += 1;
  try {
    return await call();
  } finally {
    inHand.calls -= 1;
  }
}

/** What `answer` resolves to; when it has not come in time, `meanwhile` is done beside it, and waited for as well. */
async function bridge<T>(patienceMs: number, answer: Promise<T>, meanwhile: () => Promise<void>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), Math.max(0, patienceMs));
  });
  try {
    if ((await Promise.race([answer, late])) !== "late") return await answer;
    const [answered] = await Promise.all([answer, meanwhile()]);
    return answered;
  } finally {
    clearTimeout(timer);
  }
}
