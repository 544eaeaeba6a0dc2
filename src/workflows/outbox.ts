/** The outbox relay: hands committed events to Inngest, woken by NOTIFY and swept by a timer. */
import type { Log } from "../core/log.ts";
import type { SqlPool } from "../db/client.ts";
import { type OutboxRow, relayOutboxBatch } from "../db/outbox.ts";
import type { WorkflowClient } from "./client.ts";

const BATCH_SIZE = 100;
const SWEEP_INTERVAL_MS = 5_000;
const BACKOFF_MAX_MS = 60_000;

export interface OutboxRelay {
  /** Stops after the batch in hand. */
  stop(): Promise<void>;
}

/** Hands one batch over; for runtimes without a process that lives on. Resolves to the number handed over. */
export function relayOutboxOnce(sql: SqlPool, client: WorkflowClient): Promise<number> {
  return relayOutboxBatch(sql, BATCH_SIZE, createSend(client));
}

/** Sends events with `outbox-<row id>` as event id: Inngest and the embedded engine drop a second one. */
function createSend(client: WorkflowClient): (rows: OutboxRow[]) => Promise<void> {
  return async (rows) => {
    await client.send(
      rows.map((row) => ({
        id: `outbox-${row.id}`,
        name: row.name,
        data: row.data,
        ts: row.createdAt.getTime(),
      })),
    );
  };
}

/** Runs until it is stopped: batches while there are any, then sleeps until NOTIFY or the sweep. */
export async function startOutboxRelay(sql: SqlPool, client: WorkflowClient, log: Log): Promise<OutboxRelay> {
  const send = createSend(client);
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
        while (!stopping && (await relayOutboxBatch(sql, BATCH_SIZE, send)) === BATCH_SIZE);
        failures = 0;
        await pause(SWEEP_INTERVAL_MS);
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
