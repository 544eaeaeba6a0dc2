/** What runs wait for: times, events, other runs, and the events that cancel them. */
import { type Sql, storableText } from "./client.ts";
import { addListeners } from "./engine-events.ts";

export type NewWait = {
  stepId: string;
  name: string;
  kind: "sleep" | "event" | "invoke";
  dueAt: Date;
  eventName: string | null;
  matchPath: string;
  matchValue: string;
  condition: string | null;
};

/** Under `holdCall`: adds the waits whose steps are neither waited for nor done yet. */
export async function addWaits(sql: Sql, runId: string, waits: readonly NewWait[], now: Date): Promise<void> {
  const listeners = waits.flatMap(({ eventName, matchPath }) =>
    eventName === null ? [] : [{ eventName, matchPath }],
  );
  if (listeners.length > 0) await addListeners(sql, listeners);
  const rows = waits.map((wait) => ({
    step_id: wait.stepId,
    name: storableText(wait.name).slice(0, 500),
    kind: wait.kind,
    due_at: wait.dueAt,
    event_name: wait.eventName,
    match_path: wait.matchPath,
    match_value: wait.matchValue,
    condition: wait.condition === null ? null : storableText(wait.condition),
  }));
  await sql`
    insert into engine_waits
      (run_id, step_id, name, kind, due_at, event_name, match_path, match_value, condition, created_at)
    select ${runId}, step_id, name, kind, due_at, event_name, match_path, match_value, condition, ${now}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as w
      (step_id text, name text, kind text, due_at timestamptz, event_name text, match_path text, match_value text,
       condition text)
    where not exists (select from engine_steps s where s.run_id = ${runId} and s.step_id = w.step_id)
    on conflict (run_id, step_id) do nothing`;
}

/**
 * Ends up to `limit` waits whose time has come: a sleep is over, a wait for an event gives null, an invoked run that
 * took too long is an error, a cancellation no longer threatens. Their runs are called again. Resolves to how many ended.
 */
export async function fireDueWaits(sql: Sql, now: Date, limit: number): Promise<number> {
  const timeout = JSON.stringify({
    name: "InvokeTimeout",
    message: "The invoked function did not end in time.",
  });
  const [row] = await sql<{ ended: number }[]>`
    with due as (
      select run_id, step_id from engine_waits where due_at <= ${now} order by due_at limit ${limit}
    ), runs as (
      select id, function_id, limit_key, state from engine_runs
      where id in (select run_id from due) order by id for no key update skip locked
    ), ended as (
      delete from engine_waits w using due, runs
      where w.run_id = due.run_id and w.step_id = due.step_id and runs.id = w.run_id and w.due_at <= ${now}
      returning w.run_id, w.step_id, w.name, w.kind
    ), stored as (
      insert into engine_steps (run_id, step_id, name, kind, data, error, stored_at)
      select run_id, step_id, name, kind, case when kind <> 'invoke' then 'null'::json end,
        case when kind = 'invoke' then ${timeout}::text::json end, ${now}
      from ended where kind <> 'cancel'
      on conflict (run_id, step_id) do nothing
    ), woken as (
      insert into engine_queue (run_id, function_id, step_id, available_at, limit_key)
      select id, function_id, 'step', ${now}, limit_key from runs
      where state = 'active' and id in (select run_id from ended where kind <> 'cancel')
      on conflict (run_id, step_id) do update set again = true
    )
    select count(*) as ended from ended`;
  return row?.ended ?? 0;
}

export type FoundWait = {
  runId: string;
  stepId: string;
  kind: "event" | "cancel";
  condition: string | null;
  /** The event that started the waiting run, as JSON text. */
  event: string;
};

/**
 * The waits that an event of this name may end, by index key. A run is not cancelled by the event that started it, nor
 * by one that arrived before the run was made.
 */
export async function findWaits(
  sql: Sql,
  event: { id: string; name: string; receivedAt: Date },
  keys: readonly { matchPath: string; matchValue: string }[],
): Promise<FoundWait[]> {
  const rows = keys.map(({ matchPath, matchValue }) => ({ match_path: matchPath, match_value: matchValue }));
  return sql<FoundWait[]>`
    select w.run_id as "runId", w.step_id as "stepId", w.kind, w.condition, e.payload::text as event
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as k (match_path text, match_value text)
    join engine_waits w
      on w.event_name = ${event.name} and w.match_path = k.match_path and w.match_value = k.match_value
    join engine_runs r on r.id = w.run_id
    join engine_events e on e.id = r.event_id
    where r.state = 'active' and r.event_id <> ${event.id}
      and (w.kind = 'event' or w.created_at <= ${event.receivedAt})
    order by w.run_id, w.step_id`;
}

/** A wait that has ended with a result. `data` and `error` are JSON text. */
export type MetWait = { runId: string; stepId: string; data: string | null; error: string | null };

/** Ends waits with what they waited for, and has their runs called again. A wait that is gone is passed over. */
export async function endWaits(sql: Sql, met: readonly MetWait[], now: Date): Promise<void> {
  const rows = met.map(({ runId, stepId, data, error }) => ({ run_id: runId, step_id: stepId, data, error }));
  await sql`
    with met as (
      select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as m
        (run_id text, step_id text, data text, error text)
    ), runs as (
      select id, function_id, limit_key from engine_runs
      where id in (select run_id from met) and state = 'active' order by id for no key update
    ), ended as (
      delete from engine_waits w using met, runs
      where w.run_id = met.run_id and w.step_id = met.step_id and runs.id = w.run_id and w.kind <> 'cancel'
      returning w.run_id, w.step_id, w.name, w.kind, met.data, met.error
    ), stored as (
      insert into engine_steps (run_id, step_id, name, kind, data, error, stored_at)
      select run_id, step_id, name, kind, data::json, error::json, ${now} from ended
      on conflict (run_id, step_id) do nothing
    )
    insert into engine_queue (run_id, function_id, step_id, available_at, limit_key)
    select id, function_id, 'step', ${now}, limit_key from runs where id in (select run_id from ended)
    on conflict (run_id, step_id) do update set again = true`;
}
