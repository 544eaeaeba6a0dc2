/** From whatever goes wrong with Gemini to the one error of the application. */
import { AppError } from "../core/errors.ts";

const RETRY_AFTER_MAX_MS = 60 * 60_000;

/** What an HTTP answer of the API says when it is not 200. https://ai.google.dev/gemini-api/docs/troubleshooting */
export interface RefusedAnswer {
  status: number;
  /** google.rpc.Status.details: RetryInfo, ErrorInfo, QuotaFailure, ... */
  details: unknown[];
}

/**
 * 429: `rate_limited`, with the wait that RetryInfo names. 5xx and 408: `unavailable`. Any other refusal will not go
 * away by waiting: `invalid`, with what to change.
 */
export function explainRefusal({ status, details }: RefusedAnswer): AppError {
  if (status === 429) {
    const retryAfterMs = readRetryDelayMs(details);
    return new AppError("rate_limited", "Gemini's quota is used up for now (429).", {
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    });
  }
  if (status >= 500 || status === 408) {
    return new AppError("unavailable", `Gemini is not available (${status}).`);
  }
  return new AppError("invalid", `Gemini refuses the request (${status}): ${nameFix(status, details)}`, {
    retryable: false,
  });
}

function nameFix(status: number, details: unknown[]): string {
  const reasons = details.map((detail) => readField(detail, "reason"));
  if (reasons.includes("API_KEY_INVALID")) return "the API key is not valid. Check GEMINI_API_KEY.";
  switch (status) {
    case 401:
    case 403:
      return "the key may not use this model. Check GEMINI_API_KEY and that the API is enabled for its project.";
    case 404:
      return "there is no such model. Check GEMINI_MODEL (and GEMINI_BASE_URL, where it is set).";
    case 413:
      return "the request is too large. Check GEMINI_BASE_URL: a proxy in between may limit it.";
    default:
      return "check GEMINI_API_KEY, and that the model in GEMINI_MODEL supports JSON answers with a schema.";
  }
}

/** google.rpc.RetryInfo: `{"@type": "…/google.rpc.RetryInfo", "retryDelay": "34.07s"}`. */
function readRetryDelayMs(details: unknown[]): number | null {
  for (const detail of details) {
    if (!readField(detail, "@type").endsWith("google.rpc.RetryInfo")) continue;
    const seconds = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(readField(detail, "retryDelay"))?.[1];
    if (seconds !== undefined) return Math.min(RETRY_AFTER_MAX_MS, Math.ceil(Number(seconds) * 1000));
  }
  return null;
}

function readField(value: unknown, name: string): string {
  if (typeof value !== "object" || value === null) return "";
  const field = (value as Record<string, unknown>)[name];
  return typeof field === "string" ? field : "";
}
