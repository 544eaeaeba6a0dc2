/**
 * Cron triggers: each firing is an event of its own for its function, stored by the process that moved the trigger on.
 * Firings missed while no process ran are made up for by one, late.
 */
import { inTransaction } from "../../db/client.ts";
import { advanceCron, type DueCron, listDueCrons, syncCrons } from "../../db/engine-crons.ts";
import { storeEvents } from "../../db/engine-events.ts";
import { nextFiring } from "./cron-times.ts";
import { END_OF_TIME } from "./durations.ts";
import { idempotentUntil } from "./event-api.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import { planRun } from "./run-planner.ts";
import { type EngineContext, type EngineEvent, SCHEDULED_TIMER } from "./types.ts";

export async function registerCrons(
  context: EngineContext,
  functions: readonly RegisteredFunction[],
): Promise<void> {
  const now = context.clock.now();
  const crons = functions.flatMap((fn) =>
    fn.crons.map((expression) => ({
      functionId: fn.id,
      expression,
      firstAt: nextFiring(expression, now) ?? END_OF_TIME,
    })),
  );
  await syncCrons(
    context.sql,
    functions.map((fn) => fn.id),
    crons,
  );
}

/** Resolves to the number of firings that this process made. */
export async function fireDueCrons(
  context: EngineContext,
  functions: ReadonlyMap<string, RegisteredFunction>,
): Promise<number> {
  const due = await listDueCrons(context.sql, [...functions.keys()], context.clock.now());
  let fired = 0;
  for (const cron of due) {
    const fn = functions.get(cron.functionId);
    if (fn && (await fire(context, fn, cron))) fired++;
  }
  return fired;
}

function fire(context: EngineContext, fn: RegisteredFunction, cron: DueCron): Promise<boolean> {
  return inTransaction(context.sql, async (tx) => {
    const now = context.clock.now();
    const nextAt = nextFiring(cron.expression, now) ?? END_OF_TIME;
    if (!(await advanceCron(tx, cron, nextAt))) return false;
    const scheduledAt = cron.nextAt.toISOString();
    const event: EngineEvent = {
      id: `cron:${cron.functionId}:${cron.expression}:${scheduledAt}`,
      name: SCHEDULED_TIMER,
      data: { cron: cron.expression, scheduledAt, fireAt: now.toISOString() },
      ts: cron.nextAt.getTime(),
    };
    await storeEvents(tx, {
      ...planRun(fn, event, now),
      events: [{ id: event.id, name: event.name, payload: JSON.stringify(event) }],
      now,
      idempotentUntil: idempotentUntil(now),
      routed: true,
      engineId: context.engineId,
    });
    return true;
  });
}
