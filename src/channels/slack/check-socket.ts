/** Would Slack let us listen by Socket Mode? For the doctor. */
import type { Log } from "../../core/log.ts";
import { toAppError } from "./slack-error.ts";
import { createWebClient } from "./web-client.ts";

/** Asks for a connection's address and does not use it. Never rejects. */
export async function checkSlackSocket(settings: {
  appToken: string;
  slackApiUrl?: string | undefined;
  log: Log;
}): Promise<{ ok: true } | { ok: false; problem: string; fix: string }> {
  const { appToken: token, slackApiUrl, log } = settings;
  const web = createWebClient({
    token,
    slackApiUrl,
    log,
    fetch: (input, init) => globalThis.fetch(input, init),
  });
  try {
    await web.apps.connections.open();
    return { ok: true };
  } catch (error) {
    const { retryable } = toAppError(error, "open a Socket Mode connection");
    return {
      ok: false,
      problem: retryable ? "Slack cannot be reached." : "Slack does not open a Socket Mode connection.",
      fix: retryable
        ? "Check the network and SLACK_API_URL, then try again."
        : "Switch Socket Mode on, make an App-Level Token with connections:write (Basic Information), and copy it to SLACK_APP_TOKEN.",
    };
  }
}
