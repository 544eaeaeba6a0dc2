/**
 * Inngest's event API, `POST /e/{key}`, as far as the SDK uses it: one event or a list, answered with their ids once
 * they are committed. Source: Inngest server, pkg/api/api.go; the answer's shape is the SDK's sendEventResponseSchema.
 */
import { storableText } from "../../db/client.ts";
import { storeEvents } from "../../db/engine-events.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import { planRuns } from "./run-planner.ts";
import { type EngineContext, type EngineEvent, INTERNAL_PREFIX } from "./types.ts";
import { createSeededUlids, createUlid } from "./ulid.ts";

/** How long a function's idempotency key holds. Source: Inngest's documentation of `idempotency`. */
const IDEMPOTENT_FOR_MS = 24 * 3_600_000;

const NAME_LENGTH_MAX = 512;

export class EventRefusedError extends Error {
  override name = "EventRefusedError";
}

/** The events of a request's body, with ids and times. Throws EventRefusedError; the message names the event. */
export function parseEvents(body: unknown, seed: string | null | undefined, now: Date): EngineEvent[] {
  const createId = createSeededUlids(seed) ?? (() => createUlid(now.getTime()));
  const list: unknown[] = Array.isArray(body) ? body : [body];
  return list.map((item, index) => {
    if (item === null || typeof item !== "object")
      throw new EventRefusedError(`Event ${index} is not an object.`);
    const { name, id, ts, data, ...rest } = item as Record<string, unknown>;
    if (typeof name !== "string" || name === "") throw new EventRefusedError(`Event ${index} has no name.`);
    refuseUnstorable(`The name of event ${index}`, name);
    if (name.startsWith(INTERNAL_PREFIX)) {
      throw new EventRefusedError(`Event ${index}: names that begin with "${INTERNAL_PREFIX}" are reserved.`);
    }
    if (id !== undefined && id !== null && typeof id !== "string") {
      throw new EventRefusedError(`The id of event ${index} is not a string.`);
    }
    if (id) refuseUnstorable(`The id of event ${index}`, id);
    return {
      ...rest,
      id: id ? id : createId(index),
      name,
      data: data ?? {},
      ts: typeof ts === "number" && Number.isFinite(ts) && ts > 0 ? ts : now.getTime(),
    };
  });
}

function refuseUnstorable(what: string, text: string): void {
  if (text.length > NAME_LENGTH_MAX) {
    throw new EventRefusedError(`${what} is longer than ${NAME_LENGTH_MAX} characters.`);
  }
  if (storableText(text) !== text) {
    throw new EventRefusedError(`${what} has characters that cannot be stored.`);
  }
}

/**
 * Stores events and the runs that they start, in one statement. `functions` undefined: this process knows none, and
 * whoever runs the engine creates the runs. Resolves to whether an event still has to be routed.
 */
export async function acceptEvents(
  context: EngineContext,
  functions: readonly RegisteredFunction[] | undefined,
  events: readonly EngineEvent[],
): Promise<{ runs: number; unrouted: boolean }> {
  const now = context.clock.now();
  const distinct = [...new Map(events.toReversed().map((event) => [event.id, event])).values()].toReversed();
  const plans = distinct.map((event) => planRuns(functions ?? [], event, now));
  return storeEvents(context.sql, {
    events: distinct.map((event) => ({ id: event.id, name: event.name, payload: JSON.stringify(event) })),
    runs: plans.flatMap((plan) => plan.runs),
    cancels: plans.flatMap((plan) => plan.cancels),
    now,
    idempotentUntil: idempotentUntil(now),
    routed: functions !== undefined,
    engineId: context.engineId,
  });
}

export function idempotentUntil(now: Date): Date {
  return new Date(now.getTime() + IDEMPOTENT_FOR_MS);
}
