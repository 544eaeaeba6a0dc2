/**
 * Gemini behind the port of triage. The only file that imports Google's SDK (0.24.1, no longer developed): everything
 * that it throws or resolves with is turned here into a triage or an AppError.
 */
import {
  type EnhancedGenerateContentResponse,
  GoogleGenerativeAI,
  GoogleGenerativeAIAbortError,
  GoogleGenerativeAIError,
  GoogleGenerativeAIFetchError,
  HarmBlockThreshold,
  HarmCategory,
  type Schema,
} from "@google/generative-ai";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { createRedactor, type RedactionKind } from "../core/redaction.ts";
import type { Classifier, Desk, Triage, TriageInput, TriageUsage } from "../core/triage.ts";
import { type FailedCall, type FailureKind, TriageFailure } from "../core/triage-failure.ts";
import { explainRefusal } from "./gemini-errors.ts";
import { separateInstructions } from "./honest-text.ts";
import { drawCode, dropCopies, holdsCode } from "./leaks.ts";
import { buildPrompt, listHelpfulLinks, PROMPT_VERSION, type Prompt, pickExamples } from "./prompt.ts";
import { buildResponseSchema, toTriage } from "./schema.ts";

/** The models that think count their thoughts here too: too low, and the answer is cut off. */
const OUTPUT_TOKENS_MAX = 8192;

export interface GeminiSettings {
  apiKey: string;
  model: string;
  /** Another address of the API, for tests and proxies. */
  baseUrl?: string | undefined;
  /** For the whole call, the body included. */
  timeoutMs: number;
}

/** What a million tokens cost, in a currency of the operator's. Thoughts are paid for like answers. */
export interface GeminiPrices {
  in: number;
  out: number;
}

export interface GeminiOptions extends GeminiSettings {
  log: Pick<Log, "info" | "warn">;
  /** What is taken out of a ticket before it leaves; card and account numbers and secrets unless said. */
  redact?: readonly RedactionKind[];
  /** Hosts that notes may link to. */
  linkHosts?: readonly string[];
  prices?: GeminiPrices | null;
}

const REDACTED: readonly RedactionKind[] = ["cards", "ibans", "secrets"];

/**
 * One call for each ticket, never repeated here: retries are the workflow's. Rejects with a TriageFailure of code
 * `rate_limited`, `unavailable` (both worth another try), or `invalid` (key, model or address are wrong: the message
 * says which).
 */
export function createGeminiClassifier(options: GeminiOptions): Classifier {
  const { model, log } = options;
  return {
    source: "gemini",
    model,
    timeoutMs: options.timeoutMs,
    async classify(input, desk, { timeoutMs = options.timeoutMs } = {}) {
      const started = performance.now();
      const usage: TriageUsage = { tokensIn: null, tokensOut: null, tokensThinking: null, cost: null };
      const settings = { ...options, timeoutMs: Math.min(timeoutMs, options.timeoutMs) };
      const describe = (): FailedCall => ({
        model,
        promptVersion: PROMPT_VERSION,
        latencyMs: Math.round(performance.now() - started),
        ...usage,
      });
      try {
        const triage = await ask(settings, input, desk, usage);
        log.info({ ticketId: input.ticketId, ...describe() }, "triaged by gemini");
        return { source: "gemini", triage, ...describe() };
      } catch (error) {
        const { kind, error: explained } = explainError(error);
        const { code, message: problem, retryAfterMs, retryable } = explained;
        log.warn({ ticketId: input.ticketId, ...describe(), code, problem }, "gemini did not triage");
        throw new TriageFailure(kind, code, problem, describe(), {
          retryable,
          cause: explained.cause,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        });
      }
    },
  };
}

/** An answer, or the lack of one, that the ticket itself may be the reason for. */
class Unusable extends Error {
  readonly kind: FailureKind;
  constructor(kind: FailureKind, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.kind = kind;
  }
}

/** Fills in `usage` as soon as it is known: a call whose answer cannot be used costs the same. */
async function ask(
  options: Omit<GeminiOptions, "log">,
  input: TriageInput,
  desk: Desk,
  usage: TriageUsage,
): Promise<Triage> {
  const message = separateInstructions(input);
  if (!/[\p{L}\p{N}]/u.test(message.title + message.text)) {
    throw new Unusable("unread", "nothing of the message is left that could be shown to it");
  }
  const redactor = createRedactor(options.redact ?? REDACTED);
  const canary = drawCode();
  const honest = { ...message, channel: input.channel };
  const prompt = buildPrompt(honest, desk, redactor, { canary, fence: drawCode() });
  const response = await generate(options, prompt, desk);
  Object.assign(usage, readUsage(response, options.prices ?? null));
  const text = readText(response);
  if (holdsCode(text, canary))
    throw new Unusable("leak", "its answer gives away the code of its instructions");
  const others = pickExamples(message, desk.examples).map((example) => example.text);
  const told = { rules: prompt.system.slice(0, prompt.system.indexOf("\nCategories:")), others };
  const answer = dropCopies(readJson(restoreInJson(text, redactor.restore)), told, message);
  if (answer === "leak") throw new Unusable("leak", "its answer gives away its instructions");
  return toTriage(answer, message, desk, {
    hosts: options.linkHosts ?? [],
    links: listHelpfulLinks(desk),
  });
}

async function generate(settings: GeminiSettings, { system, user }: Prompt, desk: Desk) {
  const model = connect(settings, {
    systemInstruction: { role: "system", parts: [{ text: system }] },
    safetySettings: SAFETY_SETTINGS,
    generationConfig: {
      temperature: 0,
      maxOutputTokens: OUTPUT_TOKENS_MAX,
      responseMimeType: "application/json",
      // The SDK's type is a union by `type`; ours is the same JSON.
      responseSchema: buildResponseSchema(desk) as unknown as Schema,
    },
  });
  const { response } = await withTimeout(settings.timeoutMs, (signal) =>
    model.generateContent({ contents: [{ role: "user", parts: [{ text: user }] }] }, { signal }),
  );
  return response;
}

function readUsage(
  { usageMetadata }: EnhancedGenerateContentResponse,
  prices: GeminiPrices | null,
): TriageUsage {
  // Newer models count their thoughts, which the SDK's types do not know.
  const counted = (usageMetadata ?? {}) as Record<string, unknown>;
  const tokensIn = countOf(counted.promptTokenCount);
  const tokensOut = countOf(counted.candidatesTokenCount);
  const tokensThinking = countOf(counted.thoughtsTokenCount);
  const written = (tokensOut ?? 0) + (tokensThinking ?? 0);
  const cost =
    prices === null || tokensIn === null ? null : (tokensIn * prices.in + written * prices.out) / 1_000_000;
  return { tokensIn, tokensOut, tokensThinking, cost };
}

/** Angry and alarming tickets are ordinary here; only what is highly likely to be harmful is blocked. */
const SAFETY_SETTINGS = [
  HarmCategory.HARM_CATEGORY_HARASSMENT,
  HarmCategory.HARM_CATEGORY_HATE_SPEECH,
  HarmCategory.HARM_CATEGORY_SEXUALLY_EXPLICIT,
  HarmCategory.HARM_CATEGORY_DANGEROUS_CONTENT,
].map((category) => ({ category, threshold: HarmBlockThreshold.BLOCK_ONLY_HIGH }));

type ModelParts = Omit<Parameters<GoogleGenerativeAI["getGenerativeModel"]>[0], "model">;

function connect({ apiKey, model, baseUrl }: GeminiSettings, parts: ModelParts = {}) {
  const requestOptions = baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/+$/, "") };
  return new GoogleGenerativeAI(apiKey).getGenerativeModel({ ...parts, model }, requestOptions);
}

class TimedOut extends Error {}

/** The SDK's own time-out does not cover the body, and leaves its timer running: so the race is ours. */
async function withTimeout<T>(timeoutMs: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timedOut = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TimedOut(`Gemini did not answer within ${timeoutMs} ms.`));
      controller.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([call(controller.signal), timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/** The answer's text. The SDK's `.text()` writes warnings to the console, so the candidate is read here. */
function readText(response: EnhancedGenerateContentResponse): string {
  const blockReason = response.promptFeedback?.blockReason;
  if (blockReason !== undefined) throw unusable(`it blocked the ticket (${blockReason})`);
  const candidate = response.candidates?.[0];
  if (candidate === undefined) throw unusable("it sent no answer");
  const { finishReason } = candidate;
  if (finishReason === "MAX_TOKENS") throw unusable("its answer was cut off (MAX_TOKENS)");
  if (finishReason !== undefined && finishReason !== "STOP" && finishReason !== "FINISH_REASON_UNSPECIFIED") {
    throw unusable(`it stopped its answer (${finishReason})`);
  }
  const text = (candidate.content?.parts ?? []).map((part) => part.text ?? "").join("");
  if (text.trim() === "") throw unusable("its answer is empty");
  return text;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unusable("its answer is not JSON", cause);
  }
}

/** Placeholders stand in strings of the JSON, so their values are written as JSON writes them. */
function restoreInJson(text: string, restore: (text: string) => string): string {
  return text.replace(/\[[a-z]+[ -]\d{1,6}\]/giu, (placeholder) =>
    JSON.stringify(restore(placeholder)).slice(1, -1),
  );
}

function unusable(reason: string, cause?: unknown): Unusable {
  return new Unusable("answer", reason, cause);
}

/** What went wrong, and whether another ticket would fare better. */
function explainError(error: unknown): { kind: FailureKind; error: AppError } {
  if (error instanceof Unusable) {
    const { kind, message, cause } = error;
    return { kind, error: new AppError("unavailable", `Gemini gave no triage: ${message}.`, { cause }) };
  }
  // Of `toTriage`: an answer of another shape.
  if (error instanceof AppError) return { kind: error.code === "unavailable" ? "answer" : "away", error };
  return { kind: "away", error: explainAway(error) };
}

function explainAway(error: unknown): AppError {
  if (error instanceof GoogleGenerativeAIFetchError && error.status !== undefined) {
    return explainRefusal({ status: error.status, details: error.errorDetails ?? [] });
  }
  if (error instanceof TimedOut) return new AppError("unavailable", error.message);
  const isAbort =
    error instanceof GoogleGenerativeAIAbortError || (error instanceof Error && error.name === "AbortError");
  if (isAbort) return new AppError("unavailable", "The call to Gemini was broken off.", { cause: error });
  // A 200 that is no JSON, or JSON of another shape (null, a string): the SDK stumbles over it.
  if (error instanceof SyntaxError) {
    return new AppError("unavailable", "Gemini gave no triage: what it sent is not JSON.", { cause: error });
  }
  if (error instanceof GoogleGenerativeAIError) {
    return new AppError("unavailable", "Gemini cannot be reached.", { cause: error });
  }
  if (error instanceof TypeError) {
    const problem = "Gemini gave no triage: the connection or its answer broke.";
    return new AppError("unavailable", problem, { cause: error });
  }
  return new AppError("unavailable", "The call to Gemini failed.", { cause: error });
}

function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}

export type GeminiHealth = { ok: true } | { ok: false; problem: string; fix: string };

/** Counts the tokens of one word: costs nothing, and needs address, key and model to be right. Never rejects. */
export async function checkGemini(settings: GeminiSettings): Promise<GeminiHealth> {
  try {
    const model = connect(settings);
    await withTimeout(settings.timeoutMs, (signal) => model.countTokens("hello", { signal }));
    return { ok: true };
  } catch (error) {
    const { error: explained } = explainError(error);
    return { ok: false, problem: explained.message, fix: nameFix(explained) };
  }
}

function nameFix({ code }: AppError): string {
  switch (code) {
    case "invalid":
      return "Set GEMINI_API_KEY, GEMINI_MODEL and GEMINI_BASE_URL as the message says, and start again.";
    case "rate_limited":
      return "Wait, or raise the quota of the key's project. Tickets are triaged locally until then.";
    default:
      return "Check the network and GEMINI_BASE_URL. Tickets are triaged locally until Gemini is back.";
  }
}
