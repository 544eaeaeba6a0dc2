/** Signed requests to the app, as Slack makes them. */
import { createHmac } from "node:crypto";
import { ANSWER_WITHIN_MS, type Answer, type Transport } from "./transport.ts";

const FORM = "application/x-www-form-urlencoded";

export interface HttpTransport extends Transport {
  /** Where requests go; null: nowhere yet. */
  connect(url: string | null): void;
}

export function createHttpTransport(signingSecret: string, now: () => number): HttpTransport {
  const stopping = new AbortController();
  let url: string | null = null;

  async function post(body: string, type: string, more: Record<string, string> = {}): Promise<Answer> {
    if (url === null) throw new Error("The stand-in is not connected to an app yet.");
    const headers = { "content-type": type, ...sign(signingSecret, body, now()), ...more };
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const response = await fetch(url, { method: "POST", headers, body, signal });
    return { status: response.status, body: await response.text() };
  }

  return {
    connect: (address) => {
      url = address;
    },
    isOpen: () => url !== null,
    sendEvent: (body, { num, reason }) => {
      const retry = { "x-slack-retry-num": String(num), "x-slack-retry-reason": reason };
      return post(JSON.stringify(body), "application/json", num === 0 ? {} : retry);
    },
    sendInteraction: (payload) =>
      post(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), FORM),
    sendCommand: (fields) => post(new URLSearchParams(fields).toString(), FORM),
    stop: () => stopping.abort(),
  };
}

function sign(secret: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const mac = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${mac}` };
}
