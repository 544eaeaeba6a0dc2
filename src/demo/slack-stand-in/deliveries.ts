/** Signed requests to the app, as Slack makes them: events with retries, clicks and forms without. */
import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { PendingEvent, SlackState } from "./state.ts";

/** Slack waits so long for an answer. */
const ANSWER_WITHIN_MS = 3_000;

export interface EventAttempt {
  eventId: string;
  retryNum: number;
  /** HTTP status, or 0 where no answer came. */
  status: number;
}

export interface DeliveryOptions {
  state: SlackState;
  signingSecret: string;
  now: () => number;
  /** Waits before the second, third and fourth try; Slack's own are 0, 1 and 5 minutes. */
  retryDelaysMs: number[];
}

export interface Deliveries {
  /** Where requests go; null holds events back. */
  connect(url: string | null): void;
  /** Delivers with retries; true when acknowledged. An event that was never acknowledged is given up, as Slack does. */
  deliver(event: PendingEvent): Promise<boolean>;
  /** Clicks and forms: one try. */
  postForm(payload: unknown): Promise<{ status: number; body: string }>;
  attempts(): EventAttempt[];
  stop(): void;
}

export function createDeliveries({ state, signingSecret, now, retryDelaysMs }: DeliveryOptions): Deliveries {
  const attempts: EventAttempt[] = [];
  const stopping = new AbortController();
  let url: string | null = null;

  async function post(body: string, type: string, more: Record<string, string>): Promise<Response> {
    if (url === null) throw new Error("The stand-in is not connected to an app yet.");
    const headers = { "content-type": type, ...sign(signingSecret, body, now()), ...more };
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    return fetch(url, { method: "POST", headers, body, signal });
  }

  /** The reason for the next try, or null when acknowledged. */
  async function tryOnce(event: PendingEvent, retryNum: number, lastReason: string): Promise<string | null> {
    const retry = { "x-slack-retry-num": String(retryNum), "x-slack-retry-reason": lastReason };
    try {
      const response = await post(
        JSON.stringify(event.body),
        "application/json",
        retryNum === 0 ? {} : retry,
      );
      await response.arrayBuffer();
      attempts.push({ eventId: event.id, retryNum, status: response.status });
      return response.ok ? null : "http_error";
    } catch (error) {
      attempts.push({ eventId: event.id, retryNum, status: 0 });
      return error instanceof DOMException && error.name === "TimeoutError"
        ? "http_timeout"
        : "connection_failed";
    }
  }

  async function deliver(event: PendingEvent): Promise<boolean> {
    let reason: string | null = "";
    for (const [retryNum, delay] of [0, ...retryDelaysMs].entries()) {
      await sleep(delay, undefined, { signal: stopping.signal }).catch(() => {});
      // Not acknowledged: it stays in the journal, and a restart delivers it again.
      if (stopping.signal.aborted) return false;
      reason = await tryOnce(event, retryNum, reason);
      if (reason === null) break;
    }
    if (!stopping.signal.aborted) state.commit({ op: "settled", eventId: event.id });
    return reason === null;
  }

  return {
    connect: (address) => {
      url = address;
    },
    deliver: async (event) => (url === null ? false : deliver(event)),
    postForm: async (payload) => {
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const response = await post(body, "application/x-www-form-urlencoded", {});
      return { status: response.status, body: await response.text() };
    },
    attempts: () => [...attempts],
    stop: () => stopping.abort(),
  };
}

function sign(secret: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const mac = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${mac}` };
}
