/** Settles events: the runs that they start, the waits that they end, the runs that they cancel. */
import { inTransaction, type Sql } from "../../db/client.ts";
import {
  listListenedPaths,
  lockRouting,
  markEventsRouted,
  storeEvents,
  takeUnroutedEvents,
  type UnroutedEvent,
  wakeEngines,
} from "../../db/engine-events.ts";
import { cancelRuns } from "../../db/engine-runs.ts";
import { endWaits, findWaits, type MetWait } from "../../db/engine-waits.ts";
import { describeError } from "./describe-error.ts";
import { idempotentUntil } from "./event-api.ts";
import { isWaitMet, listMatchKeys } from "./event-match.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import { planRuns } from "./run-planner.ts";
import type { EngineContext, EngineEvent } from "./types.ts";

const BATCH = 50;

/**
 * Routes the oldest unrouted events, in the order of their arrival. Resolves to their number; 0 means that none is left.
 * Should a batch fail, its events are routed one by one, and one that cannot be routed is put aside with an error.
 */
export async function routeEvents(
  context: EngineContext,
  functions: readonly RegisteredFunction[],
): Promise<number> {
  try {
    return await routeBatch(context, functions, BATCH);
  } catch (error) {
    context.log.warn(describeError(error), "a batch of workflow events could not be routed together");
    return routeOne(context, functions);
  }
}

async function routeOne(context: EngineContext, functions: readonly RegisteredFunction[]): Promise<number> {
  let eventId: string | undefined;
  try {
    return await routeBatch(context, functions, 1, (event) => {
      eventId = event.id;
    });
  } catch (error) {
    // Without a taken event, it is the database that fails: the caller waits and tries again.
    if (eventId === undefined || isCut(error)) throw error;
    const fields = { eventId, ...describeError(error) };
    context.log.error(fields, "a workflow event could not be routed and is put aside");
    await markEventsRouted(context.sql, [eventId]);
    return 1;
  }
}

/** An error without an SQLSTATE's shape is the connection's, not the event's. */
function isCut(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code !== "" && (!/^[0-9A-Z]{5}$/.test(code) || /^(08|40|53|57)/.test(code));
}

function routeBatch(
  context: EngineContext,
  functions: readonly RegisteredFunction[],
  limit: number,
  onTaken: (event: UnroutedEvent) => void = () => {},
): Promise<number> {
  return inTransaction(context.sql, async (tx) => {
    const taken = await takeUnroutedEvents(tx, limit);
    if (taken.length === 0) return 0;
    const paths = await listListenedPaths(tx, [...new Set(taken.map((event) => event.name))]);
    for (const row of taken) {
      onTaken(row);
      const event = JSON.parse(row.payload) as EngineEvent;
      const listened = paths.get(row.name);
      if (listened) await endMetWaits(tx, context, row, event, listened);
      await startRuns(tx, context, functions, event);
    }
    await markEventsRouted(
      tx,
      taken.map((event) => event.id),
    );
    return taken.length;
  });
}

/** Lets events end waits, and cancel runs, without starting any and without being stored: Inngest has them. */
export async function passToWaits(
  sql: Sql,
  context: EngineContext,
  events: readonly EngineEvent[],
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const paths = await listListenedPaths(tx, [...new Set(events.map((event) => event.name))]);
    const listened = events.filter((event) => paths.has(event.name));
    if (listened.length === 0) return;
    await lockRouting(tx);
    for (const event of listened) {
      const { id, name } = event;
      const row = { id, name, payload: JSON.stringify(event), receivedAt: context.clock.now() };
      await endMetWaits(tx, context, row, event, paths.get(name) ?? []);
    }
    await wakeEngines(tx);
  });
}

async function startRuns(
  tx: Sql,
  context: EngineContext,
  functions: readonly RegisteredFunction[],
  event: EngineEvent,
): Promise<void> {
  const now = context.clock.now();
  const plan = planRuns(functions, event, now);
  if (plan.runs.length === 0) return;
  await storeEvents(tx, {
    ...plan,
    events: [],
    alreadyStored: true,
    now,
    idempotentUntil: idempotentUntil(now),
    routed: true,
    engineId: context.engineId,
  });
}

async function endMetWaits(
  tx: Sql,
  context: EngineContext,
  row: UnroutedEvent,
  event: EngineEvent,
  paths: readonly string[],
): Promise<void> {
  const now = context.clock.now();
  const keys = listMatchKeys(event, new Set(["", ...paths]));
  const found = await findWaits(tx, row, keys);
  const met = found.filter((wait) => isWaitMet(wait.condition, JSON.parse(wait.event), event));
  const ends: MetWait[] = met
    .filter((wait) => wait.kind === "event")
    .map(({ runId, stepId }) => ({ runId, stepId, data: row.payload, error: null }));
  if (ends.length > 0) await endWaits(tx, ends, now);
  const cancelled = met.filter((wait) => wait.kind === "cancel").map((wait) => wait.runId);
  if (cancelled.length === 0) return;
  const error = JSON.stringify({ name: "RunCancelledError", message: "The invoked function was cancelled." });
  for (const { parentRunId, parentStepId } of await cancelRuns(tx, [...new Set(cancelled)], now)) {
    if (parentRunId === null || parentStepId === null) continue;
    await endWaits(tx, [{ runId: parentRunId, stepId: parentStepId, data: null, error }], now);
  }
}
