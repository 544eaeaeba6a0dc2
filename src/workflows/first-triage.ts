/**
 * Every ticket's first triage is there within the model's time-out, whatever the model does: half of it, or less in a
 * queue, is all the time that a ticket waits for the model with nothing to show.
 */
import type { Desk, TriageAttempt } from "../core/triage.ts";
import { listUntriaged } from "../db/first-triages.ts";
import { readDesk, readTriageSubjects, type TriageSubject } from "../db/triage-results.ts";
import { saveFirstTriages } from "../desk/save-first-triages.ts";
import { addFlags } from "./ask-model.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export type FirstTriageDeps = Pick<WorkflowDeps, "sql" | "log" | "model" | "createLocalClassifier">;

/** Of the time-out: with no answer by then, the local triage is shown, and the model may still replace it. */
const ANSWER_SHARE = 0.5;
/** Of the time-out: a ticket whose run has not begun by then stands in a queue that is too long to wait in. */
const QUEUE_SHARE = 0.1;
/** As much time as tickets get where no model is configured. */
const NO_MODEL_MS = 20_000;
const SWEPT_AT_ONCE = 50;

/** How long the model may keep a ticket, of this age, from its first triage; 0 or less: no longer. */
export function readPatience(timeoutMs: number, ageMs: number): number {
  return ANSWER_SHARE * timeoutMs - ageMs;
}

/** By the local classifier, with what was found beside the message's own words, and with `flags` of before. */
export async function classifyLocally(
  deps: Pick<FirstTriageDeps, "createLocalClassifier">,
  subject: TriageSubject,
  desk: Desk,
  flags: string[] = [],
): Promise<TriageAttempt> {
  const { ticketId, title, text, channel } = subject;
  const local = deps.createLocalClassifier(desk.examples);
  return addFlags(await local.classify({ ticketId, title, text, channel }, desk), subject, flags);
}

/** The ticket's own: waits for whoever holds it. */
export async function giveFirstTriage(
  deps: FirstTriageDeps,
  subject: TriageSubject,
  desk: Desk,
): Promise<void> {
  const attempt = await classifyLocally(deps, subject, desk);
  await saveFirstTriages(deps.sql, [{ ticketId: subject.ticketId, attempt }], { waits: true });
}

/**
 * Gives a first triage to all tickets that stand in the queue for too long: in a burst their own runs may begin only
 * after many others. One sweep at a time in a process, a few tickets in each transaction. Never rejects: what it leaves
 * undone, the next sweep does, or the ticket's own run. Tickets `inHand` are left to the runs that have begun with them.
 */
export function createQueueSweep(
  deps: FirstTriageDeps,
  inHand: ReadonlySet<string> = new Set(),
): () => Promise<void> {
  let isUnderWay = false;
  return async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    try {
      while ((await sweepSome(deps, inHand)) === SWEPT_AT_ONCE);
    } catch (error) {
      deps.log.warn({ err: error }, "Tickets that wait in the queue have to wait for their own runs.");
    } finally {
      isUnderWay = false;
    }
  };
}

/** Resolves to how many were written. */
async function sweepSome(deps: FirstTriageDeps, inHand: ReadonlySet<string>): Promise<number> {
  const { sql, model } = deps;
  const waitedMs = QUEUE_SHARE * (model?.timeoutMs ?? NO_MODEL_MS);
  const ticketIds = await listUntriaged(sql, { waitedMs, except: [...inHand], limit: SWEPT_AT_ONCE });
  if (ticketIds.length === 0) return 0;
  const desk = await readDesk(sql);
  const subjects = await readTriageSubjects(sql, ticketIds);
  const firsts: { ticketId: string; attempt: TriageAttempt }[] = [];
  for (const subject of subjects) {
    firsts.push({ ticketId: subject.ticketId, attempt: await classifyLocally(deps, subject, desk) });
  }
  return saveFirstTriages(sql, firsts, { waits: false });
}
