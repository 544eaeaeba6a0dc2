/**
 * A process that delivers events as Slack does and takes the time of each answer. In the process of the test it would
 * take the time of the test's own work: the local Slack answers there.
 */
import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";

export interface Delivery {
  id: number;
  /** Of the listening service. */
  url: string;
  secret: string;
  body: string;
}

export interface Delivered {
  id: number;
  /** 0 where no answer came. */
  status: number;
  /** From the request to its answer. */
  ms: number;
}

/** Slack gives up after so long. */
const ANSWER_WITHIN_MS = 3_000;
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

process.on("message", (delivery: Delivery) => {
  const startedAt = performance.now();
  const settle = (status: number) => {
    const delivered: Delivered = { id: delivery.id, status, ms: performance.now() - startedAt };
    process.send?.(delivered);
  };
  post(delivery).then(settle, () => settle(0));
});

function post({ url, secret, body }: Delivery): Promise<number> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${mac}`,
  };
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/slack/events`, { method: "POST", agent, headers, signal }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
