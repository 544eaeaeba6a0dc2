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
  /** From the moment that the request was handed to the network to its answer. */
  ms: number;
}

/** Slack gives up after so long. */
const ANSWER_WITHIN_MS = 3_000;
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

process.on("message", (delivery: Delivery) => {
  const settle = ({ status, ms }: Omit<Delivered, "id">) => {
    process.send?.({ id: delivery.id, status, ms } satisfies Delivered);
  };
  post(delivery).then(settle, () => settle({ status: 0, ms: 0 }));
});

function post({ url, secret, body }: Delivery): Promise<Omit<Delivered, "id">> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${mac}`,
  };
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  let sentAt = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/slack/events`, { method: "POST", agent, headers, signal }, (answer) => {
      resolve({ status: answer.statusCode ?? 0, ms: performance.now() - sentAt });
      answer.resume();
    });
    // A new connection is made first, which the kernel does for the service.
    sent.on("finish", () => {
      sentAt = performance.now();
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

process.send?.("ready");
