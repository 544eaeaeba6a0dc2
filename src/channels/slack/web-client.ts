/** Slack's Web API client, set up so that nothing is posted twice behind our back, on Node and on Workers. */
import { webApi } from "@slack/bolt";
import type { Log } from "../../core/log.ts";
import { toBoltLogger } from "./bolt-logger.ts";
import { createPostPace, type Pace } from "./post-pace.ts";

export type WebClient = webApi.WebClient;
export type Fetch = typeof globalThis.fetch;

const CALL_TIMEOUT_MS = 10_000;

export interface WebClientSettings {
  /** A bot's token, or the app's own for `apps.connections.open`. */
  token: string;
  /** Another Web API address, for tests. */
  slackApiUrl?: string | undefined;
  fetch: Fetch;
  log: Log;
  pace?: Pace | undefined;
}

/**
 * No retries inside the client: a post whose answer was lost would be posted again. Whoever calls retries, with the
 * delivery's id to look for. New messages keep Slack's pace and their order in each channel; rate limits are handed up
 * with their wait instead of being slept through.
 */
export function createWebClient({ token, slackApiUrl, fetch, log, pace }: WebClientSettings): WebClient {
  const turns = createPostPace(pace);
  class PacedWebClient extends webApi.WebClient {
    override apiCall(method: string, options?: Record<string, unknown>) {
      const call = () => super.apiCall(method, options);
      return method === "chat.postMessage" ? turns.run(String(options?.channel ?? ""), call) : call();
    }
  }
  return new PacedWebClient(token, {
    ...(slackApiUrl === undefined ? {} : { slackApiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: CALL_TIMEOUT_MS,
    logger: toBoltLogger(log),
    // Workers know no redirect: "error"; a redirect then shows as an unexpected status.
    fetch: (url, init) => fetch(url, { ...init, redirect: "manual" }),
  });
}
