/** Slack over HTTP, on the Web's Request and Response: for Hono, on Node and on Workers. */
import type { Log } from "../../core/log.ts";
import { describe } from "./bolt-logger.ts";
import type { Dispatch, EventResult, InteractionResult, Retry } from "./dispatch.ts";
import type { WaitUntil } from "./listener-runs.ts";
import { isSslCheck, parseSlackBody, readBody, type SlackBody } from "./request-body.ts";
import { createSignatureCheck, createWebVerifier, type SignatureCheck, type VerifyMac } from "./signature.ts";

/** Slack's largest requests (a click on a message with many blocks) stay far below. */
const BODY_BYTES_MAX = 1_048_576;

export interface SlackReceiverOptions {
  signingSecret: string;
  /** How the signature is computed where there is a quicker way than the Web's. */
  verifyMac?: VerifyMac | undefined;
  dispatch: Dispatch;
  log: Log;
  /** Unix milliseconds. */
  now?: () => number;
}

/**
 * Answers one request of Slack: events, clicks, forms, shortcuts, commands, options.
 * An event is answered 200 only once its listeners are through; a failed or late one gets 500 or 503, on which Slack
 * delivers it again. Never rejects.
 */
export type HandleRequest = (request: Request, waitUntil?: WaitUntil) => Promise<Response>;

export function createSlackReceiver(options: SlackReceiverOptions): HandleRequest {
  const { dispatch, log, now = Date.now } = options;
  const isSignedBySlack = createSignatureCheck(options.verifyMac ?? createWebVerifier(options.signingSecret));

  async function handle(request: Request, waitUntil?: WaitUntil): Promise<Response> {
    const opened = await openRequest(request, { isSignedBySlack, log, nowMs: now() });
    if (opened instanceof Response) return opened;
    switch (opened.type) {
      case "url_verification":
        return Response.json({ challenge: opened.challenge });
      case "app_rate_limited":
        log.warn({ component: "slack", minute: opened.minute_rate_limited }, "Slack holds events back");
        return new Response(null, { status: 200 });
      case "event_callback":
        return answerEvent(await dispatch.event(opened, retryOf(request.headers), waitUntil));
      default:
        return answerInteraction(await dispatch.interaction(opened, waitUntil));
    }
  }

  return (request, waitUntil) =>
    handle(request, waitUntil).catch((error: unknown) => {
      log.error({ component: "slack", error: describe(error) }, "a request of Slack could not be answered");
      return answer(500, "Something went wrong on our side.");
    });
}

/** What Slack says in the request, or the answer where there is nothing to listen to. */
async function openRequest(
  request: Request,
  { isSignedBySlack, log, nowMs }: { isSignedBySlack: SignatureCheck; log: Log; nowMs: number },
): Promise<SlackBody | Response> {
  if (request.method !== "POST") return answerProbe(request);
  const bytes = await readBody(request, BODY_BYTES_MAX);
  if (bytes === null) return answer(413, "The request is too large.");
  const contentType = request.headers.get("content-type") ?? "";
  if (isSslCheck(contentType, bytes)) return new Response(null, { status: 200 });
  const signed = {
    body: bytes,
    timestamp: request.headers.get("x-slack-request-timestamp"),
    signature: request.headers.get("x-slack-signature"),
  };
  if (!(await isSignedBySlack(signed, nowMs))) {
    log.warn({ component: "slack" }, "refused a request without a valid signature of Slack");
    return answer(401, "The signature or its timestamp is wrong. Check SLACK_SIGNING_SECRET and the clock.");
  }
  return parseSlackBody(contentType, bytes) ?? answer(400, "The body is neither JSON nor a form of Slack.");
}

function answerEvent(result: EventResult): Response {
  if (result === "done") return new Response(null, { status: 200 });
  if (result === "failed") return answer(500, "The event was not recorded: please deliver it again.");
  return answer(503, "Not recorded in time: please deliver it again.");
}

function answerInteraction(result: InteractionResult): Response {
  switch (result.kind) {
    case "acknowledged":
      return answerWith(result.value);
    case "unheard":
      return answer(404, "Nothing here answers that.");
    case "late":
      return answer(503, "That did not work. Please try again.");
    case "failed":
      return answer(500, "That did not work. Please try again.");
  }
}

/** Slack checks a certificate by GET or POST with `ssl_check=1`; nothing else comes without a body. */
function answerProbe(request: Request): Response {
  const isCheck = new URL(request.url).searchParams.get("ssl_check") === "1";
  return isCheck ? new Response(null, { status: 200 }) : answer(405, "Slack's requests are POSTs.");
}

function retryOf(headers: Headers): Retry {
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
