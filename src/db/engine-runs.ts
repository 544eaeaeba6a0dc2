/** How runs end. Each end takes the run's calls and waits along in one statement; an ended run never changes again. */
import type { Sql } from "./client.ts";
import { WAKE_CHANNEL } from "./engine-events.ts";
import type { CallLease } from "./engine-queue.ts";

/** `output` is JSON text. */
export type FinishedCall = { lease: CallLease; output: string };

/** Ends runs with their results, in one commit. Resolves to the items whose lease still held. */
export async function finishRuns(
  sql: Sql,
  finished: readonly FinishedCall[],
  now: Date,
): Promise<Set<number>> {
  const rows = finished.map(({ lease, output }) => ({
    item: lease.item,
    claims: lease.claims,
    run_id: lease.runId,
    output,
  }));
  const ended = await sql<{ item: number }[]>`
    with input as (
      select i.* from json_to_recordset(${JSON.stringify(rows)}::text::json) as i
        (item bigint, claims int, run_id text, output text)
    ), runs as (
      select id from engine_runs
      where id in (select run_id from input) and state = 'active' order by id for no key update
    ), held as (
      select q.id, q.run_id from engine_queue q
      join input i on q.id = i.item and q.claims = i.claims join runs on runs.id = q.run_id
      where q.claimed_by is not null
      order by q.id for update of q
    ), ended as (
      update engine_runs r set state = 'finished', output = i.output::json, ended_at = ${now}
      from input i join held on held.id = i.item
      where r.id = held.run_id
    ), calls as (
      delete from engine_queue q using held where q.run_id = held.run_id
    ), waits as (
      delete from engine_waits w using held where w.run_id = held.run_id
    )
    select id as item from held`;
  return new Set(ended.map((row) => row.item));
}

/** Under `holdCall`: ends a run for good without a result. It stays visible and can be replayed. `error` is JSON text. */
export async function killRun(sql: Sql, runId: string, error: string, now: Date): Promise<void> {
  await sql`
    with ended as (
      update engine_runs set state = 'dead', error = ${error}::text::json, ended_at = ${now}
      where id = ${runId} and state = 'active' returning id
    ), calls as (
      delete from engine_queue where run_id in (select id from ended)
    )
    delete from engine_waits where run_id in (select id from ended) and kind <> 'cancel'`;
}

export type CancelledRun = { runId: string; parentRunId: string | null; parentStepId: string | null };

/** Ends active runs because an event said so. What is being executed right now can no longer store anything. */
export async function cancelRuns(sql: Sql, runIds: readonly string[], now: Date): Promise<CancelledRun[]> {
  return sql<CancelledRun[]>`
    with runs as (
      select id from engine_runs where id = any(${[...runIds]}) and state = 'active' order by id for no key update
    ), ended as (
      update engine_runs r set state = 'cancelled', ended_at = ${now} from runs where r.id = runs.id
      returning r.id, r.parent_run_id, r.parent_step_id
    ), calls as (
      delete from engine_queue q using runs where q.run_id = runs.id
    ), waits as (
      delete from engine_waits w using runs where w.run_id = runs.id
    )
    select id as "runId", parent_run_id as "parentRunId", parent_step_id as "parentStepId" from ended`;
}

export type NewChildRun = {
  id: string;
  functionId: string;
  eventId: string;
  limitKey: string | null;
  parentRunId: string;
  parentStepId: string;
};

/** Under `holdCall` of the parent: the run that a step.invoke starts. Its event is stored already. Idempotent. */
export async function createChildRun(sql: Sql, run: NewChildRun, now: Date): Promise<void> {
  await sql`
    with made as (
      insert into engine_runs
        (id, function_id, event_id, limit_key, parent_run_id, parent_step_id, created_at)
      values (${run.id}, ${run.functionId}, ${run.eventId}, ${run.limitKey}, ${run.parentRunId}, ${run.parentStepId},
        ${now})
      on conflict (event_id, function_id) do nothing
      returning id, function_id, limit_key
    )
    insert into engine_queue (run_id, function_id, step_id, available_at, fresh, limit_key)
    select id, function_id, 'step', ${now}, true, limit_key from made`;
}

/**
 * Lets a dead run go on: what it had stored stays, the steps that failed last are tried again. False when the run is
 * not (or no longer) dead.
 */
export async function replayDeadRun(
  sql: Sql,
  runId: string,
  { now, engineId }: { now: Date; engineId: string },
): Promise<boolean> {
  const [row] = await sql<{ revived: boolean }[]>`
    with revived as (
      update engine_runs set state = 'active', ended_at = null, error = null
      where id = ${runId} and state = 'dead'
      returning id, function_id, limit_key
    ), forgotten as (
      delete from engine_steps where run_id in (select id from revived) and error is not null
        and seq > (select coalesce(max(seq), 0) from engine_steps where run_id = ${runId} and error is null)
    ), called as (
      insert into engine_queue (run_id, function_id, step_id, available_at, limit_key)
      select id, function_id, 'step', ${now}, limit_key from revived returning run_id
    )
    select exists (select from called) as revived,
      case when exists (select from called) then pg_notify(${WAKE_CHANNEL}, ${`${engineId} calls`})::text end as woken`;
  return row?.revived ?? false;
}
