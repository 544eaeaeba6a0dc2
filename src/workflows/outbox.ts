/** The outbox relay: hands committed events to Inngest, woken by NOTIFY and swept by a timer. */
import type { Log } from "../core/log.ts";
import type { Sql, SqlPool } from "../db/client.ts";
import { type OutboxRow, relayOutboxBatch } from "../db/outbox.ts";
import type { WorkflowClient } from "./client.ts";

const BATCH_SIZE = 100;
const SWEEP_INTERVAL_MS = 5_000;
/** Another process relays. Should it die, this one takes over so soon. */
const BUSY_PAUSE_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;
/** An Inngest that takes a batch and never answers must not keep the other processes from trying. */
const SEND_TIMEOUT_MS = 30_000;

export interface OutboxRelay {
  /** Stops after the batch in hand. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  /** Told of each batch that was handed over, in the transaction that marks it as sent. */
  alongside?: (events: HandedEvent[], tx: Sql) => Promise<void>;
  sendTimeoutMs?: number;
}

/** An event as functions see it. */
export interface HandedEvent {
  id: string;
  name: string;
  data: unknown;
  /** Unix time in milliseconds. */
  ts: number;
}

const ONCE_TRIES = 10;
const ONCE_PAUSE_MS = 100;

/**
 * Hands one batch over; for runtimes without a process that lives on. While another one is at it, it waits for a second:
 * the other may have begun before the caller's events were there. Resolves to the number handed over.
 */
export async function relayOutboxOnce(sql: SqlPool, client: WorkflowClient): Promise<number> {
  const send = createSend(client);
  for (let tries = 1; ; tries++) {
    const sent = await relayOutboxBatch(sql, BATCH_SIZE, send);
    if (sent !== "busy") return sent;
    if (tries === ONCE_TRIES) return 0;
    await new Promise((resolve) => setTimeout(resolve, ONCE_PAUSE_MS));
  }
}

/** Sends events with `outbox-<row id>` as event id: Inngest and the embedded engine drop a second one. */
function createSend(
  client: WorkflowClient,
  { alongside, sendTimeoutMs = SEND_TIMEOUT_MS }: RelayOptions = {},
) {
  return async (rows: OutboxRow[], tx: Sql): Promise<void> => {
    const events = rows.map(({ id, name, data, createdAt }) => ({
      id: `outbox-${id}`,
      name,
      data,
      ts: createdAt.getTime(),
    }));
    await within(sendTimeoutMs, client.send(events));
    await alongside?.(events, tx);
  };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new Error(`Inngest did not take the events within ${timeoutMs} ms.`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs until it is stopped: batches while there are any, then sleeps until NOTIFY or the sweep. */
export async function startOutboxRelay(
  sql: SqlPool,
  client: WorkflowClient,
  log: Log,
  options: RelayOptions = {},
): Promise<OutboxRelay> {
  const send = createSend(client, options);
  let stopping = false;
  let woken = false;
  let wake: (() => void) | null = null;
  const onWake = (): void => {
    woken = true;
    wake?.();
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (woken || stopping) return resolve();
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!stopping) {
      woken = false;
      try {
        let sent: number | "busy";
        do sent = await relayOutboxBatch(sql, BATCH_SIZE, send);
        while (!stopping && sent === BATCH_SIZE);
        if (sent !== "busy") failures = 0;
        else woken = false; // whoever is at it has been woken too
        await pause(sent === "busy" ? BUSY_PAUSE_MS : SWEEP_INTERVAL_MS);
      } catch (error) {
        failures++;
        const delayMs = Math.min(BACKOFF_MAX_MS, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
        log.warn(
          { err: error, failures, delayMs },
          "Events wait in the outbox: they could not be handed over.",
        );
        woken = false;
        await pause(delayMs);
      }
    }
  };
  const listening = await sql.listen("outbox", onWake, onWake);
  const running = loop();
  return {
    async stop() {
      stopping = true;
      onWake();
      await listening.unlisten();
      await running;
    },
  };
}
