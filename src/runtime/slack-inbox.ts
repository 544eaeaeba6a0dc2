/** Takes Slack's events in at once, and records them one after the other while the service runs. */
import { describe } from "../channels/slack/bolt-logger.ts";
import { AppError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { SqlPool } from "../db/client.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import {
  type AcceptedMessage,
  acceptSlackMessages,
  type DrainOptions,
  drainSlackInbox,
} from "../desk/slack-inbox.ts";
import { createBatcher } from "../workflows/engine/batcher.ts";
import { createGathering } from "./gathering.ts";
import type { RightOfWay } from "./right-of-way.ts";

/** What waited for a database that was away, or was left by another process, is looked for so often. */
const SWEEP_MS = 2_000;

export interface SlackInbox {
  /** Resolves once the message is safe: Slack may then be told that it arrived. */
  accept(message: AcceptedMessage): Promise<void>;
  /** Resolves when the first event is taken in as fast as any other. */
  start(): Promise<void>;
  /** Resolves when nothing is being recorded any more; what waits is recorded at the next start. */
  stop(): Promise<void>;
}

export interface SlackInboxParts {
  /** A connection of its own, so that taking in never waits for the desk's other work. */
  lane: SqlPool;
  sql: SqlPool;
  settings: DeskSettings;
  rightOfWay: RightOfWay;
  log: Log;
}

export function createSlackInbox({ lane, sql, settings, rightOfWay, log }: SlackInboxParts): SlackInbox {
  const batcher = createBatcher((messages: readonly AcceptedMessage[]) => acceptTogether(lane, messages));
  const together = createGathering();
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let sweep: ReturnType<typeof setInterval> | undefined;

  async function drainAll(): Promise<void> {
    const giveWay = rightOfWay.give;
    const onRecorded: DrainOptions["onRecorded"] = (message, { outcome, ticket, alreadyRecorded }) => {
      const { externalId } = message;
      const facts = { externalId, outcome, ticketId: ticket?.id ?? null, alreadyRecorded };
      log.info({ component: "slack", ...facts }, "recorded a Slack message");
    };
    do {
      again = false;
      await drainSlackInbox(sql, settings, { onRecorded, giveWay });
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

  return {
    accept: async (message) => {
      const failure = await rightOfWay.take(async () => {
        await together();
        return batcher.add(message);
      });
      if (failure !== null) throw failure;
      drain();
    },
    start: async () => {
      await warmUp(lane);
      drain();
      sweep = setInterval(drain, SWEEP_MS);
      sweep.unref();
    },
    stop: async () => {
      stopped = true;
      clearInterval(sweep);
      await running;
    },
  };
}

/** Where the database is away, it is so for all of them: nobody waits for one try each. */
async function acceptTogether(
  lane: SqlPool,
  messages: readonly AcceptedMessage[],
): Promise<(AppError | null)[]> {
  try {
    await acceptSlackMessages(lane, messages);
    return messages.map(() => null);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return messages.map(() => error);
  }
}

/** Connects, and has the statement prepared. Where the database is away, the first event meets that. */
async function warmUp(lane: SqlPool): Promise<void> {
  await acceptSlackMessages(lane, []).catch(() => undefined);
}
