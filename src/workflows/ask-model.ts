/** One call of the model about one ticket, where it can be asked, and what the call taught about the model. */
import { findInSurroundings } from "../core/instructions/surroundings.ts";
import { significantWords } from "../core/significant-words.ts";
import type { Classifier, Desk, EvidenceField, TriageAttempt, TriageInput } from "../core/triage.ts";
import { type FailureKind, TriageFailure } from "../core/triage-failure.ts";
import { admitCall, noteAnswer, noteFailure, readModelHealth, releaseProbe } from "../db/model-health.ts";
import { findSimilarSolved } from "../db/similar-tickets.ts";
import {
  countUnusableAnswers,
  findSimilarCorrected,
  insertTriageFailure,
  type TriageSubject,
} from "../db/triage-results.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** Longer than any call may take. */
const PROBE_MS = 150_000;
/** A ticket about which so many answers could not be used is left to the local classifier. */
const UNUSABLE_ANSWERS_MAX = 6;
const SIMILAR_MAX = 20;
const ANSWERS_MAX = 5;
const FLAGS_MAX = 10;

export interface AskedModel {
  /** Null where the model was not asked, or gave no triage. */
  attempt: TriageAttempt | null;
  /** Why not; `paused`: it was not asked. */
  failure: FailureKind | "paused" | null;
  /** It is not to be asked about this ticket again. */
  isFinal: boolean;
  /** What people should know of it. */
  flags: string[];
}

export interface Question {
  ticketId: string;
  runId: string;
  subject: TriageSubject;
  desk: Desk;
  timeoutMs?: number;
}

/** Never rejects for the model's sake: each failed call is kept with what it cost, and the reason. */
export async function askModel(
  deps: Pick<WorkflowDeps, "sql" | "log">,
  model: Classifier,
  question: Question,
): Promise<AskedModel> {
  const { sql } = deps;
  const paused: AskedModel = { attempt: null, failure: "paused", isFinal: false, flags: [] };
  if ((await readModelHealth(sql, model.source))?.state === "paused") return paused;
  // What fails here is the database, and not the model.
  const desk = await readPromptDesk(deps, question);
  const admitted = await admitCall(sql, model.source, PROBE_MS);
  if (admitted === "no") return paused;
  const startedAt = performance.now();
  const answer = await callModel(model, question, desk).catch((error: unknown) =>
    toFailure(error, model, performance.now() - startedAt),
  );
  if (answer instanceof TriageFailure) {
    return noteFailedCall(deps, model, question, answer, admitted === "probe");
  }
  if (await noteAnswer(sql, model.source)) deps.log.info({ model: model.model }, "The model is back.");
  return { attempt: answer, failure: null, isFinal: false, flags: [] };
}

function callModel(
  model: Classifier,
  { ticketId, subject: { title, text, channel }, timeoutMs }: Question,
  desk: Desk,
): Promise<TriageAttempt> {
  const options = timeoutMs === undefined ? {} : { timeoutMs };
  return model.classify({ ticketId, title, text, channel }, desk, options);
}

function toFailure(error: unknown, { model }: Classifier, latencyMs: number): TriageFailure {
  if (error instanceof TriageFailure) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const { code = "unavailable", retryAfterMs } = (error ?? {}) as { code?: unknown; retryAfterMs?: unknown };
  const known = code === "rate_limited" || code === "invalid" ? code : "unavailable";
  const call = { model, promptVersion: "", latencyMs, tokensIn: null, tokensOut: null };
  return new TriageFailure("away", known, reason, call, {
    cause: error,
    ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
  });
}

async function noteFailedCall(
  { sql, log }: Pick<WorkflowDeps, "sql" | "log">,
  { source }: Classifier,
  { ticketId, runId }: Question,
  failure: TriageFailure,
  wasProbe: boolean,
): Promise<AskedModel> {
  const { kind, code, message: reason, call } = failure;
  log.warn({ ticketId, model: call.model, kind, code, reason }, "The model gave no triage: triaged locally.");
  await insertTriageFailure(sql, { ticketId, runId, source, kind, error: reason, ...call });
  const gaveUp = { attempt: null, failure: kind, flags: [] };
  switch (kind) {
    case "away":
      await noteFailure(sql, source, {
        code,
        reason,
        retryAfterMs: failure.retryAfterMs ?? null,
        pauseAtOnce: code === "rate_limited" || code === "invalid",
      });
      return { ...gaveUp, isFinal: false };
    case "unread":
      if (wasProbe) await releaseProbe(sql, source);
      return { ...gaveUp, isFinal: true };
    case "leak":
      await noteAnswer(sql, source);
      return {
        ...gaveUp,
        isFinal: true,
        flags: ["the model gave away its instructions, and was not believed"],
      };
    case "answer":
      await noteAnswer(sql, source);
      return { ...gaveUp, isFinal: (await countUnusableAnswers(sql, ticketId)) >= UNUSABLE_ANSWERS_MAX };
    default:
      return kind satisfies never;
  }
}

/** The desk with what is like this ticket: what people corrected, and what our own people answered. */
async function readPromptDesk(
  { sql }: Pick<WorkflowDeps, "sql">,
  { ticketId, subject, desk }: Question,
): Promise<Desk> {
  const words = significantWords(subject.title, subject.text);
  const similar = await findSimilarCorrected(sql, ticketId, words, SIMILAR_MAX);
  const solved = await findSimilarSolved(sql, ticketId, words, ANSWERS_MAX);
  const known = new Set(similar.map(({ text }) => text));
  return {
    ...desk,
    examples: [...similar, ...desk.examples.filter(({ text }) => !known.has(text))],
    answers: solved.map(({ answer }) => answer),
  };
}

/** With what was found beside the message's own words. */
export function addFlags(attempt: TriageAttempt, subject: TriageSubject, flags: string[]): TriageAttempt {
  const found = findInSurroundings(subject.surroundings, attempt.triage.suspicious);
  const suspicious = [...new Set([...flags, ...attempt.triage.suspicious, ...found])].slice(0, FLAGS_MAX);
  return { ...attempt, triage: { ...attempt.triage, suspicious } };
}

/**
 * Of a message with orders to the machine the model has read the rest only, and what no quote supports was dropped:
 * those places are filled by the local classifier, which draws no conclusions from orders either.
 */
export async function fillGaps(
  attempt: TriageAttempt,
  local: Classifier,
  input: TriageInput,
  desk: Desk,
): Promise<TriageAttempt> {
  const { triage, source } = attempt;
  if (source === "local" || triage.suspicious.length === 0) return attempt;
  const { triage: own } = await local.classify(input, desk);
  const filled: EvidenceField[] = [];
  if (triage.skills.length === 0 && own.skills.length > 0) filled.push("skills");
  if (triage.helpfulNotes === "" && own.helpfulNotes !== "") filled.push("helpfulNotes");
  const isFilled = ({ field }: { field: EvidenceField }) => filled.includes(field);
  return {
    ...attempt,
    triage: {
      ...triage,
      ...(filled.includes("skills") ? { skills: own.skills } : {}),
      ...(filled.includes("helpfulNotes") ? { helpfulNotes: own.helpfulNotes } : {}),
      suggestedReply: own.suggestedReply,
      evidence: [...triage.evidence, ...own.evidence.filter(isFilled)],
      guesses: [...triage.guesses, ...own.guesses.filter((field) => filled.includes(field))],
    },
  };
}
