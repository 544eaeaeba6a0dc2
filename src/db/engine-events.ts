/** The engine's events, and the runs that they start. One statement does all of it: what it stores, it stores at once. */
import { type Sql, storableText } from "./client.ts";

/** `payload` is the event as JSON text: {id, name, data, ts, …}. */
export type NewEvent = { id: string; name: string; payload: string };

export type NewRun = {
  id: string;
  functionId: string;
  eventId: string;
  limitKey: string | null;
  idempotencyKey: string | null;
  dueAt: Date;
};

/** What would cancel a run that is being created. */
export type NewCancel = {
  runId: string;
  stepId: string;
  name: string;
  eventName: string;
  matchPath: string;
  matchValue: string;
  condition: string | null;
  dueAt: Date;
};

export type StoreEventsInput = {
  events: readonly NewEvent[];
  runs: readonly NewRun[];
  cancels: readonly NewCancel[];
  now: Date;
  /** When an idempotency key taken now is free again. */
  idempotentUntil: Date;
  /** `runs` is all that these events start: nothing is left to do but to end waits, if any listens to their names. */
  routed: boolean;
  /** The events stand in the table already; only their runs are missing. */
  alreadyStored?: boolean;
  /** Who wakes the others: goes into the notification, so that a sender does not wake itself. */
  engineId: string;
};

/** Notified with "{engineId} calls", or "{engineId} events" where events are left to be routed. */
export const WAKE_CHANNEL = "deskhand_engine";

/**
 * Stores events that are new, and the runs of exactly those. One row of `engine_runs` for each (event, function), one
 * for each idempotency key while it holds. Resolves to the number of runs made, and whether an event is left unrouted.
 */
export async function storeEvents(
  sql: Sql,
  input: StoreEventsInput,
): Promise<{ runs: number; unrouted: boolean }> {
  const { now, routed, engineId } = input;
  const [row] = await sql<{ runs: number; unrouted: boolean }[]>`
    with input as (
      select e.id, e.name, e.payload
      from json_to_recordset(${eventRows(input)}::text::json) as e (id text, name text, payload text)
    ), stored as (
      insert into engine_events (id, name, payload, routed, received_at)
      select id, name, payload::json,
        ${routed}::boolean and not exists (select from engine_listeners l where l.event_name = input.name),
        ${now}
      from input
      on conflict (id) do nothing
      returning id, routed
    ), wanted as (
      select w.id, w.function_id, w.event_id, w.limit_key, w.idempotency_key, w.due_at
      from json_to_recordset(${runRows(input)}::text::json) as w
        (id text, function_id text, event_id text, limit_key text, idempotency_key text, due_at timestamptz)
      where ${input.alreadyStored ?? false}::boolean or w.event_id in (select id from stored)
    ), taken as (
      insert into engine_idempotency as i (function_id, key, run_id, expires_at)
      select distinct on (function_id, idempotency_key) function_id, idempotency_key, id, ${input.idempotentUntil}
      from wanted where idempotency_key is not null
      order by function_id, idempotency_key, id
      on conflict (function_id, key) do update set run_id = excluded.run_id, expires_at = excluded.expires_at
        where i.expires_at <= ${now}
      returning run_id
    ), runs as (
      insert into engine_runs (id, function_id, event_id, limit_key, created_at)
      select id, function_id, event_id, limit_key, ${now}
      from wanted where idempotency_key is null or id in (select run_id from taken)
      on conflict (event_id, function_id) do nothing
      returning id
    ), calls as (
      insert into engine_queue (run_id, function_id, step_id, available_at, fresh, limit_key)
      select w.id, w.function_id, 'step', w.due_at, true, w.limit_key from wanted w join runs on runs.id = w.id
    ), cancels as (
      insert into engine_waits
        (run_id, step_id, name, kind, due_at, event_name, match_path, match_value, condition, created_at)
      select c.run_id, c.step_id, c.name, 'cancel', c.due_at, c.event_name, c.match_path, c.match_value, c.condition,
        ${now}
      from json_to_recordset(${cancelRows(input)}::text::json) as c
        (run_id text, step_id text, name text, event_name text, match_path text, match_value text, condition text,
         due_at timestamptz)
      join runs on runs.id = c.run_id
    )
    select (select count(*) from runs) as runs,
      exists (select from stored where not routed) as unrouted,
      case when exists (select from stored) or exists (select from runs) then pg_notify(${WAKE_CHANNEL},
        ${engineId} || case when exists (select from stored where not routed) then ' events' else ' calls' end
      )::text end as woken`;
  return { runs: row?.runs ?? 0, unrouted: row?.unrouted ?? false };
}

// Documents instead of arrays: one parameter for any number of rows. JSON inside is a string, cast in SQL to `json`,
// since a column of json_to_recordset would refuse the NUL characters that `json` can hold.

function eventRows({ events }: StoreEventsInput): string {
  return JSON.stringify(events.map(({ id, name, payload }) => ({ id, name, payload })));
}

function runRows({ runs }: StoreEventsInput): string {
  return JSON.stringify(
    runs.map((run) => ({
      id: run.id,
      function_id: run.functionId,
      event_id: run.eventId,
      limit_key: run.limitKey,
      idempotency_key: run.idempotencyKey,
      due_at: run.dueAt,
    })),
  );
}

function cancelRows({ cancels }: StoreEventsInput): string {
  return JSON.stringify(
    cancels.map((cancel) => ({
      run_id: cancel.runId,
      step_id: cancel.stepId,
      name: cancel.name,
      event_name: cancel.eventName,
      match_path: cancel.matchPath,
      match_value: cancel.matchValue,
      condition: cancel.condition === null ? null : storableText(cancel.condition),
      due_at: cancel.dueAt,
    })),
  );
}

export type UnroutedEvent = { id: string; name: string; payload: string; receivedAt: Date };

/**
 * The oldest events whose runs or waits are not settled yet. Call it in a transaction: a lock is held to its end, so
 * that over all processes events are routed one batch after the other, in the order of their arrival.
 */
export async function takeUnroutedEvents(sql: Sql, limit: number): Promise<UnroutedEvent[]> {
  await lockRouting(sql);
  return sql<UnroutedEvent[]>`
    select id, name, payload::text as payload, received_at as "receivedAt"
    from engine_events where not routed
    order by received_at, id limit ${limit} for update`;
}

/** In a transaction: whoever ends waits by events does so one after the other, over all processes. */
export async function lockRouting(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('deskhand_engine_route'))`;
}

/** Has every engine look for calls, once the transaction has committed. */
export async function wakeEngines(sql: Sql): Promise<void> {
  await sql`select pg_notify(${WAKE_CHANNEL}, '- calls')`;
}

export async function hasUnroutedEvents(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from engine_events where not routed) as found`;
  return row?.found ?? false;
}

export async function markEventsRouted(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`update engine_events set routed = true where id = any(${[...ids]})`;
}

/** The paths by which waits may match events of these names, beside `""`. */
export async function listListenedPaths(sql: Sql, names: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await sql<{ eventName: string; matchPath: string }[]>`
    select event_name as "eventName", match_path as "matchPath"
    from engine_listeners where event_name = any(${[...names]})`;
  const paths = new Map<string, string[]>();
  for (const { eventName, matchPath } of rows) {
    paths.set(eventName, [...(paths.get(eventName) ?? []), matchPath]);
  }
  return paths;
}

/** Makes known that waits on `eventName` may match by `matchPath`. Idempotent; rows are few and stay. */
export async function addListeners(
  sql: Sql,
  listeners: readonly { eventName: string; matchPath: string }[],
): Promise<void> {
  const rows = listeners.map(({ eventName, matchPath }) => ({
    event_name: eventName,
    match_path: matchPath,
  }));
  await sql`
    insert into engine_listeners (event_name, match_path)
    select distinct event_name, match_path
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as l (event_name text, match_path text)
    order by event_name, match_path
    on conflict do nothing`;
}
