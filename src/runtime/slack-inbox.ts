/** Takes Slack's events in at once, and records them one after the other while the service runs. */
import { describe } from "../channels/slack/bolt-logger.ts";
import type { Log } from "../core/log.ts";
import type { SqlPool } from "../db/client.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import { type AcceptedMessage, acceptSlackMessage, drainSlackInbox } from "../desk/slack-inbox.ts";

/** What waited for a database that was away, or was left by another process, is looked for so often. */
const SWEEP_MS = 2_000;
/** A burst is taken in before its tickets are made: recording begins when nothing has come for so long, ... */
const LULL_MS = 25;
/** ... and at the latest after this. */
const LULL_MS_MAX = 300;

export interface SlackInbox {
  /** Resolves once the message is safe: Slack may then be told that it arrived. */
  accept(message: AcceptedMessage): Promise<void>;
  start(): void;
  /** Resolves when nothing is being recorded any more; what waits is recorded at the next start. */
  stop(): Promise<void>;
}

/** `lane`: connections of its own, so that taking in never waits for the desk's other work. */
export function createSlackInbox(parts: {
  lane: SqlPool;
  sql: SqlPool;
  settings: DeskSettings;
  log: Log;
}): SlackInbox {
  const { lane, sql, settings, log } = parts;
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let sweep: ReturnType<typeof setInterval> | undefined;
  let lull: ReturnType<typeof setTimeout> | undefined;
  let waitingSince: number | null = null;

  async function drainAll(): Promise<void> {
    do {
      again = false;
      await drainSlackInbox(sql, settings, (message, { outcome, ticket, alreadyRecorded }) => {
        const { externalId } = message;
        const facts = {
          component: "slack",
          externalId,
          outcome,
          ticketId: ticket?.id ?? null,
          alreadyRecorded,
        };
        log.info(facts, "recorded a Slack message");
      });
    } while (again && !stopped);
  }

  function drain(): void {
    if (stopped) return;
    again = true;
    running ??= drainAll()
      .catch((error: unknown) => {
        log.warn({ component: "slack", error: describe(error) }, "Slack messages wait to be recorded");
      })
      .finally(() => {
        running = null;
      });
  }

  function drainInLull(): void {
    const now = performance.now();
    waitingSince ??= now;
    clearTimeout(lull);
    const delayMs = Math.max(0, Math.min(LULL_MS, waitingSince + LULL_MS_MAX - now));
    lull = setTimeout(() => {
      waitingSince = null;
      drain();
    }, delayMs);
  }

  return {
    accept: async (message) => {
      await acceptSlackMessage(lane, message);
      drainInLull();
    },
    start: () => {
      drain();
      sweep = setInterval(drain, SWEEP_MS);
      sweep.unref();
    },
    stop: async () => {
      stopped = true;
      clearInterval(sweep);
      clearTimeout(lull);
      await running;
    },
  };
}
