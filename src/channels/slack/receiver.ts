/** Bolt's receiver over the Web's Request and Response: for Hono, on Node and on Workers. */
import type { App, Receiver, ReceiverEvent } from "@slack/bolt";
import type { Log } from "../../core/log.ts";
import { describe } from "./bolt-logger.ts";
import { createListenerRuns, type WaitUntil } from "./listener-runs.ts";
import { isSslCheck, parseSlackBody, readLimited, type SlackBody } from "./request-body.ts";
import { isSignedBySlack } from "./signature.ts";

/** Slack's largest requests (a click on a message with many blocks) stay far below. */
const BODY_BYTES_MAX = 1_048_576;
/** Slack gives up after 3 s; the rest is for the network. */
const ANSWER_WITHIN_MS = 2_500;

export interface SlackReceiverOptions {
  signingSecret: string;
  log: Log;
  /** Unix milliseconds. */
  now?: () => number;
  answerWithinMs?: number;
}

export interface SlackReceiver extends Receiver {
  /**
   * Answers one request of Slack: events, clicks, forms, shortcuts, commands, options.
   * An event is answered 200 only once its listeners are through; a failed or late one gets 500 or 503, on which Slack
   * delivers it again. Never rejects.
   */
  handle(request: Request, waitUntil?: WaitUntil): Promise<Response>;
  /** Resolves when no listener is at work any more: for a graceful shutdown. */
  settled(): Promise<void>;
}

export function createSlackReceiver(options: SlackReceiverOptions): SlackReceiver {
  const { signingSecret, log, now = Date.now, answerWithinMs = ANSWER_WITHIN_MS } = options;
  const runs = createListenerRuns(log, answerWithinMs);
  let app: App | undefined;

  async function handle(request: Request, waitUntil?: WaitUntil): Promise<Response> {
    if (app === undefined) throw new Error("The receiver belongs to no Bolt app yet.");
    const bolt = app;
    const opened = await openRequest(request, { signingSecret, log, nowMs: now() });
    if (opened instanceof Response) return opened;
    const run = (event: ReceiverEvent) => runs.run(bolt, event, waitUntil);
    switch (opened.type) {
      case "url_verification":
        return Response.json({ challenge: opened.challenge });
      case "app_rate_limited":
        log.warn({ component: "slack", minute: opened.minute_rate_limited }, "Slack holds events back");
        return new Response(null, { status: 200 });
      case "event_callback":
        return answerEvent(run, opened, request.headers, log);
      default:
        return answerInteraction(run, opened);
    }
  }

  return {
    init: (owner) => {
      app = owner;
    },
    start: async () => undefined,
    stop: async () => undefined,
    handle: (request, waitUntil) =>
      handle(request, waitUntil).catch((error: unknown) => {
        log.error({ component: "slack", error: describe(error) }, "a request of Slack could not be answered");
        return answer(500, "Something went wrong on our side.");
      }),
    settled: () => runs.settled(),
  };
}

/** What Slack says in the request, or the answer where there is nothing to listen to. */
async function openRequest(
  request: Request,
  { signingSecret, log, nowMs }: { signingSecret: string; log: Log; nowMs: number },
): Promise<SlackBody | Response> {
  if (request.method !== "POST") return answerProbe(request);
  const bytes = await readLimited(request, BODY_BYTES_MAX);
  if (bytes === null) return answer(413, "The request is too large.");
  const contentType = request.headers.get("content-type") ?? "";
  if (isSslCheck(contentType, bytes)) return new Response(null, { status: 200 });
  const signed = {
    body: bytes,
    timestamp: request.headers.get("x-slack-request-timestamp"),
    signature: request.headers.get("x-slack-signature"),
  };
  if (!(await isSignedBySlack(signingSecret, signed, nowMs))) {
    log.warn({ component: "slack" }, "refused a request without a valid signature of Slack");
    return answer(401, "The signature or its timestamp is wrong. Check SLACK_SIGNING_SECRET and the clock.");
  }
  return parseSlackBody(contentType, bytes) ?? answer(400, "The body is neither JSON nor a form of Slack.");
}

type Run = (event: ReceiverEvent) => Promise<"done" | "failed" | "late">;

async function answerEvent(run: Run, body: SlackBody, headers: Headers, log: Log): Promise<Response> {
  const result = await run({ ...retryOf(headers), body, ack: async () => {} });
  if (result === "done") return new Response(null, { status: 200 });
  if (result === "failed") return answer(500, "The event was not recorded: please deliver it again.");
  log.warn(
    { component: "slack", eventId: body.event_id },
    "an event took too long; Slack will send it again",
  );
  return answer(503, "Not recorded in time: please deliver it again.");
}

async function answerInteraction(run: Run, body: SlackBody): Promise<Response> {
  let acknowledged: { value: unknown } | undefined;
  const ack = async (value?: unknown) => {
    acknowledged ??= { value };
  };
  const result = await run({ body, ack });
  if (acknowledged !== undefined) return answerWith(acknowledged.value);
  if (result === "done") return answer(404, "Nothing here answers that.");
  return answer(result === "late" ? 503 : 500, "That did not work. Please try again.");
}

/** Slack checks a certificate by GET or POST with `ssl_check=1`; nothing else comes without a body. */
function answerProbe(request: Request): Response {
  const isCheck = new URL(request.url).searchParams.get("ssl_check") === "1";
  return isCheck ? new Response(null, { status: 200 }) : answer(405, "Slack's requests are POSTs.");
}

function retryOf(headers: Headers): Pick<ReceiverEvent, "retryNum" | "retryReason"> {
  const count = headers.get("x-slack-retry-num");
  const reason = headers.get("x-slack-retry-reason");
  return {
    ...(count === null ? {} : { retryNum: Number(count) }),
    ...(reason === null ? {} : { retryReason: reason }),
  };
}

function answerWith(value: unknown): Response {
  if (value === undefined || value === null || value === "") return new Response(null, { status: 200 });
  return typeof value === "string" ? answer(200, value) : Response.json(value);
}

function answer(status: number, text: string): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
