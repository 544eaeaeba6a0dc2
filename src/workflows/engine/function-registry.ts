/**
 * What the engine knows of each function, read from the configuration that the SDK registers with an Inngest server.
 * A feature that the engine does not implement is refused here, by function and name: never ignored.
 */

import { nextFiring } from "./cron-times.ts";
import { parseTimeString, resolveDueAt } from "./durations.ts";
import { type Expression, parseExpression } from "./expressions.ts";
import { FUNCTION_FAILED, FUNCTION_INVOKED, INTERNAL_PREFIX } from "./types.ts";

export type EventTrigger = { event: string; condition: Expression | null };

export type Cancellation = { event: string; condition: string | undefined; timeout: string | undefined };

export type RegisteredFunction = {
  /** With the app's id in front: `deskhand-triage-ticket`. */
  id: string;
  /** Tries of a step, or of the function between steps, the first included. */
  maxAttempts: number;
  events: readonly EventTrigger[];
  crons: readonly string[];
  /** Calls at once over all processes, and calls at once of runs with the same `limitKey`. */
  limit: number | null;
  keyLimit: number | null;
  limitKey: Expression | null;
  idempotencyKey: Expression | null;
  cancellations: readonly Cancellation[];
};

export class UnsupportedFeatureError extends Error {
  override name = "UnsupportedFeatureError";
  readonly features: readonly { functionId: string; feature: string }[];
  constructor(features: readonly { functionId: string; feature: string }[]) {
    const lines = features.map(({ functionId, feature }) => `  ${functionId}: ${feature}`);
    super(
      `The embedded workflow engine does not implement:\n${lines.join("\n")}\n` +
        "Change these functions, or run them on Inngest (set INNGEST_EVENT_KEY and INNGEST_SIGNING_KEY).",
    );
    this.features = features;
  }
}

/** Source: Inngest server, pkg/consts/consts.go (DefaultRetryCount, MaxRetries): 4 retries are 5 attempts. */
const RETRIES_DEFAULT = 4;
const RETRIES_MAX = 20;

/** Keys of a function's configuration that mean something to the engine, or nothing to any engine. */
const KNOWN_KEYS = new Set(["id", "name", "triggers", "steps", "concurrency", "idempotency", "cancel"]);

type Refuse = (feature: string) => void;

/** `configs` is the `functions` list of the SDK's registration. Throws UnsupportedFeatureError, naming all at once. */
export function readFunctionConfigs(configs: readonly unknown[]): RegisteredFunction[] {
  const refused: { functionId: string; feature: string }[] = [];
  const functions = configs.map((config) => {
    const record = asRecord(config);
    const id = String(record.id);
    return readConfig(id, record, (feature) => refused.push({ functionId: id, feature }));
  });
  if (refused.length > 0) throw new UnsupportedFeatureError(refused);
  return functions;
}

/** The function as it is drained: nothing starts it any more but the failure of a run that it is the handler of. */
export function withoutTriggers(fn: RegisteredFunction): RegisteredFunction {
  return { ...fn, crons: [], events: fn.events.filter(({ event }) => event === FUNCTION_FAILED) };
}

function readConfig(id: string, config: Record<string, unknown>, refuse: Refuse): RegisteredFunction {
  for (const [key, value] of Object.entries(config)) {
    if (!KNOWN_KEYS.has(key) && value !== undefined && value !== null) refuse(key);
  }
  const triggers = asList(config.triggers).map(asRecord);
  return {
    id,
    maxAttempts: readMaxAttempts(config),
    events: triggers.flatMap((trigger) => readEventTrigger(trigger, refuse)),
    crons: triggers.flatMap((trigger) => readCronTrigger(trigger, refuse)),
    ...readConcurrency(config.concurrency, refuse),
    idempotencyKey:
      config.idempotency === undefined
        ? null
        : readExpression("idempotency", String(config.idempotency), refuse),
    cancellations: asList(config.cancel).map((cancel) => readCancellation(asRecord(cancel), refuse)),
  };
}

function readMaxAttempts(config: Record<string, unknown>): number {
  const step = asRecord(asRecord(config.steps).step);
  const retries = asRecord(step.retries).attempts;
  return 1 + (typeof retries === "number" ? Math.min(Math.max(0, retries), RETRIES_MAX) : RETRIES_DEFAULT);
}

function readEventTrigger(trigger: Record<string, unknown>, refuse: Refuse): EventTrigger[] {
  if (trigger.event === undefined) return [];
  const event = String(trigger.event);
  if (event.includes("*")) refuse(`a trigger with a wildcard ("${event}")`);
  if (event.startsWith(INTERNAL_PREFIX) && event !== FUNCTION_FAILED && event !== FUNCTION_INVOKED) {
    refuse(`a trigger on "${event}"`);
  }
  const condition =
    trigger.expression === undefined
      ? null
      : readExpression("a trigger's if", String(trigger.expression), refuse);
  return [{ event, condition }];
}

function readCronTrigger(trigger: Record<string, unknown>, refuse: Refuse): string[] {
  if (trigger.cron === undefined) return [];
  const expression = String(trigger.cron);
  if (trigger.jitter !== undefined) refuse("cron jitter");
  try {
    nextFiring(expression, new Date(0));
  } catch (error) {
    refuse(`the cron expression "${expression}" (${error instanceof Error ? error.message : String(error)})`);
  }
  return [expression];
}

function readConcurrency(
  value: unknown,
  refuse: Refuse,
): Pick<RegisteredFunction, "limit" | "keyLimit" | "limitKey"> {
  const result = {
    limit: null as number | null,
    keyLimit: null as number | null,
    limitKey: null as Expression | null,
  };
  const options = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
  for (const option of options) {
    const record = typeof option === "number" ? { limit: option } : asRecord(option);
    const { limit, key, scope } = record as { limit?: unknown; key?: unknown; scope?: unknown };
    if (scope !== undefined && scope !== "fn") refuse(`concurrency with the scope "${String(scope)}"`);
    if (typeof limit !== "number" || limit <= 0) continue; // 0 and nothing mean: without limit
    if (key === undefined) result.limit = Math.min(limit, result.limit ?? limit);
    else if (result.limitKey !== null) refuse("concurrency with two keys");
    else {
      result.keyLimit = limit;
      result.limitKey = readExpression("concurrency.key", String(key), refuse);
    }
  }
  return result;
}

function readCancellation(cancel: Record<string, unknown>, refuse: Refuse): Cancellation {
  const event = String(cancel.event);
  const condition = cancel.if === undefined ? undefined : String(cancel.if);
  const timeout = cancel.timeout === undefined ? undefined : String(cancel.timeout);
  if (condition !== undefined) readExpression("cancelOn.if", condition, refuse);
  if (event.startsWith(INTERNAL_PREFIX)) refuse(`cancelOn "${event}"`);
  if (
    timeout !== undefined &&
    parseTimeString(timeout) === undefined &&
    !resolveDueAt(timeout, new Date(0))
  ) {
    refuse(`cancelOn.timeout "${timeout}"`);
  }
  return { event, condition, timeout };
}

function readExpression(feature: string, source: string, refuse: Refuse): Expression | null {
  try {
    return parseExpression(source);
  } catch (error) {
    refuse(`${feature}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
