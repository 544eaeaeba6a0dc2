/**
 * A local stand-in for Gemini: the `generateContent` and `countTokens` calls of its REST API over a real socket, no key
 * and no network. It answers well, or in one of the ways in which the real one goes wrong.
 * https://ai.google.dev/api/generate-content
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AskedTicket, answerMaliciously, answerWell, readAsked } from "./gemini-answers.ts";

export type GeminiBehaviour =
  | "good"
  /** Quota used up, with RetryInfo. */
  | "429"
  | "500"
  | "503"
  | "bad-key"
  | "forbidden"
  | "not-found"
  /** 200 and valid protocol, but the text is no JSON. */
  | "nonsense"
  /** 200 with a page instead of JSON. */
  | "html"
  /** 200 with JSON of another kind. */
  | "null"
  /** A category that the desk does not have. */
  | "foreign-category"
  /** Accepts the request and never answers. */
  | "hang"
  /** Headers and half of the body, then nothing. */
  | "stall"
  /** Closes the connection without an answer. */
  | "drop"
  /** The prompt is blocked: no candidate. */
  | "blocked"
  /** The candidate is stopped for safety. */
  | "safety"
  /** Cut off at MAX_TOKENS. */
  | "truncated"
  /** No candidates at all. */
  | "empty"
  /** Obeys orders in the ticket; invents quotes, skills and links. */
  | "malicious";

export interface GeminiStandInOptions {
  behaviour?: GeminiBehaviour;
  /** The wait that a 429 asks for. */
  retryAfterMs?: number;
  /** Before each answer. */
  delayMs?: number;
}

export interface GeminiRequest {
  path: string;
  apiKey: string;
  body: unknown;
}

export interface GeminiStandIn {
  /** For GEMINI_BASE_URL. */
  url: string;
  /** What was asked, oldest first; the latest 1,000. */
  requests: GeminiRequest[];
  setBehaviour(behaviour: GeminiBehaviour): void;
  /** Answers of a test's own instead: what the model writes, given the whole request. Null: as it behaves. */
  setAnswer(answer: ((request: unknown) => string | Promise<string>) | null): void;
  stop(): Promise<void>;
}

const REQUESTS_KEPT_MAX = 1000;
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** Listens on 127.0.0.1, on a port of the system's choice. */
export async function createGeminiStandIn(options: GeminiStandInOptions = {}): Promise<GeminiStandIn> {
  const { retryAfterMs = 1500, delayMs = 0 } = options;
  let behaviour = options.behaviour ?? "good";
  let ownAnswer: ((request: unknown) => string | Promise<string>) | null = null;
  const requests: GeminiRequest[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request);
    const path = new URL(request.url ?? "/", "http://stand-in").pathname;
    requests.push({ path, apiKey: String(request.headers["x-goog-api-key"] ?? ""), body });
    if (requests.length > REQUESTS_KEPT_MAX) requests.shift();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const call = /^\/v1(?:beta)?\/models\/[^/:]+:(\w+)$/.exec(path)?.[1];
    if (request.method !== "POST" || call === undefined) return refuse(response, 404, "NOT_FOUND");
    if (request.headers["x-goog-api-key"] === undefined) return refuse(response, 403, "PERMISSION_DENIED");
    if (misbehave(behaviour, response, retryAfterMs)) return;
    if (call === "countTokens") return send(response, 200, { totalTokens: 1 });
    if (call !== "generateContent") return refuse(response, 404, "NOT_FOUND");
    if (ownAnswer !== null) return send(response, 200, speak(await ownAnswer(body)));
    send(response, 200, await generate(behaviour, readAsked(body)));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    setBehaviour(next) {
      behaviour = next;
    },
    setAnswer(next) {
      ownAnswer = next;
    },
    stop: () => close(server),
  };
}

/** Answers at the level of HTTP, whatever was asked. false: the behaviour is one of the model's, not of HTTP's. */
function misbehave(behaviour: GeminiBehaviour, response: ServerResponse, retryAfterMs: number): boolean {
  switch (behaviour) {
    case "429":
      refuse(response, 429, "RESOURCE_EXHAUSTED", [
        { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${retryAfterMs / 1000}s` },
      ]);
      return true;
    case "500":
      refuse(response, 500, "INTERNAL");
      return true;
    case "503":
      refuse(response, 503, "UNAVAILABLE");
      return true;
    case "bad-key":
      refuse(response, 400, "INVALID_ARGUMENT", [
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" },
      ]);
      return true;
    case "forbidden":
      refuse(response, 403, "PERMISSION_DENIED");
      return true;
    case "not-found":
      refuse(response, 404, "NOT_FOUND");
      return true;
    case "html":
      response.writeHead(200, { "content-type": "text/html" }).end("<html><body>Welcome</body></html>");
      return true;
    case "null":
      send(response, 200, null);
      return true;
    case "hang":
      return true;
    case "stall":
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"candidates": [{"content": {"parts": [{"text": "');
      return true;
    case "drop":
      response.destroy();
      return true;
    default:
      return false;
  }
}

async function generate(behaviour: GeminiBehaviour, asked: AskedTicket): Promise<object> {
  switch (behaviour) {
    case "nonsense":
      return speak("I am sorry, I can only talk about the weather today.");
    case "blocked":
      return { promptFeedback: { blockReason: "SAFETY" }, usageMetadata: usage("") };
    case "safety":
      return { candidates: [{ finishReason: "SAFETY", index: 0 }], usageMetadata: usage("") };
    case "empty":
      return { usageMetadata: usage("") };
    case "truncated": {
      const text = JSON.stringify(await answerWell(asked));
      return speak(text.slice(0, Math.floor(text.length / 2)), "MAX_TOKENS");
    }
    case "foreign-category":
      return speak(JSON.stringify({ ...(await answerWell(asked)), category: "Department of Magic" }));
    case "malicious":
      return speak(JSON.stringify(await answerMaliciously(asked)));
    default:
      return speak(JSON.stringify(await answerWell(asked)));
  }
}

function speak(text: string, finishReason = "STOP"): object {
  return {
    candidates: [{ content: { role: "model", parts: [{ text }] }, finishReason, index: 0 }],
    usageMetadata: usage(text),
    modelVersion: "stand-in",
  };
}

function usage(text: string): object {
  const candidatesTokenCount = Math.ceil(text.length / 4);
  const thoughtsTokenCount = 20;
  const totalTokenCount = 100 + candidatesTokenCount + thoughtsTokenCount;
  return { promptTokenCount: 100, candidatesTokenCount, thoughtsTokenCount, totalTokenCount };
}

function refuse(response: ServerResponse, status: number, name: string, details?: object[]): void {
  const error = { code: status, message: `The stand-in says ${name}.`, status: name };
  send(response, status, { error: details === undefined ? error : { ...error, details } });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" }).end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > BODY_BYTES_MAX) throw new Error("The request is larger than the stand-in reads.");
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 0 ? null : JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

/** Also those that hang or stall. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
