/** How Slack is listened to while the service runs: by Socket Mode where it is set, and what came in between from its history. */
import type { SlackChannel } from "../channels/slack/app.ts";
import { createSlackSocket } from "../channels/slack/socket.ts";
import type { Config } from "../config.ts";
import type { Log } from "../core/log.ts";

/** Slack keeps an event for a connection that comes back soon; of a longer silence the history tells. */
const GAP_MS = 10_000;

export interface SlackListening {
  channel: SlackChannel;
  log: Log;
  /** Compares Slack's history with the ledger, and records what is missing. */
  catchUp(): Promise<{ failed: { source: string; problem: string }[] }>;
}

/**
 * Begins to listen, and catches up with what was written while nobody did. Slack gives an event up after some tries, or
 * at once where no connection is open. The answer stops it.
 */
export function listenToSlack(
  { slack }: Pick<Config, "slack">,
  { channel, log, catchUp }: SlackListening,
): () => Promise<void> {
  let comparing: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const compare = (): void => {
    comparing = comparing
      .then(() => (stopped ? undefined : catchUp()))
      .catch((error: unknown) =>
        log.warn({ err: error }, "What came in Slack meanwhile could not be read yet."),
      );
  };
  compare();
  if (slack?.appToken == null) {
    return async () => {
      stopped = true;
      await comparing;
    };
  }
  const socket = createSlackSocket({
    appToken: slack.appToken,
    slackApiUrl: slack.apiUrl ?? undefined,
    dispatch: channel.dispatch,
    log,
    onConnected: (gapMs) => {
      log.info({ gapMs }, "Slack is listened to by Socket Mode.");
      if (gapMs !== null && gapMs > GAP_MS) compare();
    },
  });
  socket.start();
  return async () => {
    stopped = true;
    await socket.stop();
    await comparing;
  };
}
