/** Slack's Web API client, set up so that nothing is posted twice behind our back, on Node and on Workers. */
import { webApi } from "@slack/bolt";
import type { Log } from "../../core/log.ts";
import { toBoltLogger } from "./bolt-logger.ts";

export type WebClient = webApi.WebClient;
export type Fetch = typeof globalThis.fetch;

const CALL_TIMEOUT_MS = 10_000;

export interface WebClientSettings {
  botToken: string;
  /** Another Web API address, for tests. */
  slackApiUrl?: string | undefined;
  fetch: Fetch;
  log: Log;
}

/**
 * No retries inside the client: a post whose answer was lost would be posted again. Whoever calls retries, with the
 * delivery's id to look for. Rate limits are handed up with their wait instead of being slept through.
 */
export function createWebClient({ botToken, slackApiUrl, fetch, log }: WebClientSettings): WebClient {
  return new webApi.WebClient(botToken, {
    ...(slackApiUrl === undefined ? {} : { slackApiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: CALL_TIMEOUT_MS,
    logger: toBoltLogger(log),
    // Workers know no redirect: "error"; a redirect then shows as an unexpected status.
    fetch: (url, init) => fetch(url, { ...init, redirect: "manual" }),
  });
}
