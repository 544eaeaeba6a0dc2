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
import type { Classifier, Desk, Triage, TriageInput } from "../core/triage.ts";
import { explainRefusal } from "./gemini-errors.ts";
import { buildPrompt, PROMPT_VERSION } from "./prompt.ts";
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

export interface GeminiOptions extends GeminiSettings {
  log: Pick<Log, "info" | "warn">;
}

/**
 * One call for each ticket, never repeated here: retries are the workflow's. Rejects with AppError `rate_limited`,
 * `unavailable` (both worth another try), or `invalid` (key, model or address are wrong: the message says which).
 */
export function createGeminiClassifier(options: GeminiOptions): Classifier {
  const { model, log } = options;
  return {
    source: "gemini",
    model,
    async classify(input, desk) {
      const started = performance.now();
      try {
        const { triage, tokensIn, tokensOut } = await ask(options, input, desk);
        const latencyMs = Math.round(performance.now() - started);
        log.info({ ticketId: input.ticketId, model, latencyMs, tokensIn, tokensOut }, "triaged by gemini");
        return {
          source: "gemini",
          model,
          promptVersion: PROMPT_VERSION,
          latencyMs,
          tokensIn,
          tokensOut,
          triage,
        };
      } catch (error) {
        const explained = explainError(error);
        const latencyMs = Math.round(performance.now() - started);
        const { code, message: problem } = explained;
        log.warn({ ticketId: input.ticketId, model, latencyMs, code, problem }, "gemini did not triage");
        throw explained;
      }
    },
  };
}

interface Asked {
  triage: Triage;
  tokensIn: number | null;
  tokensOut: number | null;
}

async function ask(settings: GeminiSettings, input: TriageInput, desk: Desk): Promise<Asked> {
  const { system, user } = buildPrompt(input, desk);
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
  const triage = toTriage(readJson(response), input, desk);
  const usage = response.usageMetadata;
  return {
    triage,
    tokensIn: countOf(usage?.promptTokenCount),
    tokensOut: countOf(usage?.candidatesTokenCount),
  };
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

/** The SDK's own time-out does not cover the body, and leaves its timer running: so the race is ours. */
async function withTimeout<T>(timeoutMs: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timedOut = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new AppError("unavailable", `Gemini did not answer within ${timeoutMs} ms.`));
      controller.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([call(controller.signal), timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/** The answer's JSON. The SDK's `.text()` writes warnings to the console, so the candidate is read here. */
function readJson(response: EnhancedGenerateContentResponse): unknown {
  const blockReason = response.promptFeedback?.blockReason;
  if (blockReason !== undefined) throw unavailable(`it blocked the ticket (${blockReason})`);
  const candidate = response.candidates?.[0];
  if (candidate === undefined) throw unavailable("it sent no answer");
  const { finishReason } = candidate;
  if (finishReason === "MAX_TOKENS") throw unavailable("its answer was cut off (MAX_TOKENS)");
  if (finishReason !== undefined && finishReason !== "STOP" && finishReason !== "FINISH_REASON_UNSPECIFIED") {
    throw unavailable(`it stopped its answer (${finishReason})`);
  }
  const text = (candidate.content?.parts ?? []).map((part) => part.text ?? "").join("");
  if (text.trim() === "") throw unavailable("its answer is empty");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unavailable("its answer is not JSON", cause);
  }
}

function unavailable(reason: string, cause?: unknown): AppError {
  return new AppError("unavailable", `Gemini gave no triage: ${reason}.`, { cause });
}

function explainError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof GoogleGenerativeAIFetchError && error.status !== undefined) {
    return explainRefusal({ status: error.status, details: error.errorDetails ?? [] });
  }
  const isAbort =
    error instanceof GoogleGenerativeAIAbortError || (error instanceof Error && error.name === "AbortError");
  if (isAbort) return new AppError("unavailable", "The call to Gemini was broken off.", { cause: error });
  // A 200 that is no JSON, or JSON of another shape (null, a string): the SDK stumbles over it.
  if (error instanceof SyntaxError) return unavailable("what it sent is not JSON", error);
  if (error instanceof GoogleGenerativeAIError) {
    return new AppError("unavailable", "Gemini cannot be reached.", { cause: error });
  }
  if (error instanceof TypeError) return unavailable("the connection or its answer broke", error);
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
    const explained = explainError(error);
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
