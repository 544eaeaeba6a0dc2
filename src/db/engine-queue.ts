/**
 * Calls to make: claimed under a lease, renewed while they run, put back, or found again when their process died.
 *
 * A lease is the pair (item, claims): each claim raises `claims`, so a process that lost its lease (it stalled, it was
 * cut off) is told so by its next write, which finds no row.
 */
import { inTransaction, type Sql, type SqlPool } from "./client.ts";

/** One lease on one call. */
export type CallLease = { item: number; claims: number; runId: string };

export type ClaimedCall = CallLease & {
  functionId: string;
  /** `step`: the function from its start; otherwise the hash of the one planned step to run. */
  stepId: string;
  attempt: number;
  lapses: number;
  /** Nothing is stored for this run yet. */
  fresh: boolean;
  eventId: string;
  /** The event that started the run, as JSON text. */
  event: string;
  parentRunId: string | null;
  parentStepId: string | null;
};

/** `limit`: calls of the function at once, over all processes; `keyLimit`: of runs with the same concurrency key. */
export type ClaimableFunction = { functionId: string; limit: number | null; keyLimit: number | null };

export type ClaimInput = {
  functions: readonly ClaimableFunction[];
  count: number;
  engineId: string;
  now: Date;
  leaseUntil: Date;
};

/** How many due calls of a function with keys are looked at to find some whose key is free. */
const KEY_WINDOW = 200;

/**
 * Takes up to `count` due calls of functions without limits, oldest first, passing over those that others are taking.
 * The lateral join probes the due index once for each function; sorting all due rows of one index was measured no
 * faster, and would make a claim read past the rows of functions that this process does not have.
 */
export async function claimCalls(sql: Sql, input: ClaimInput): Promise<ClaimedCall[]> {
  const { count, engineId, now, leaseUntil } = input;
  return sql<ClaimedCall[]>`
    with functions as (${functionRows(sql, input.functions)}),
    due as (
      select c.id from functions f cross join lateral (
        select q.id, q.available_at from engine_queue q
        where q.function_id = f.function_id and q.available_at <= ${now}
        order by q.available_at limit ${count} for update skip locked
      ) c
      order by c.available_at limit ${count}
    ), claimed as (${leaseDue(sql, engineId, now, leaseUntil)})
    ${selectClaimed(sql)}`;
}

/**
 * The same for functions with concurrency limits. Counting what is under way and taking more is one decision over all
 * processes, so it is made under one lock, which is held for this short transaction only.
 */
export async function claimLimitedCalls(pool: SqlPool, input: ClaimInput): Promise<ClaimedCall[]> {
  const { count, engineId, now, leaseUntil } = input;
  const [, , claimed] = await inTransaction(pool, (sql) =>
    Promise.all([
      sql`select pg_advisory_xact_lock(hashtext('deskhand_engine_claim'))`,
      sql`set local jit = off`, // compiling the next statement was measured to take forty times as long as running it
      sql<ClaimedCall[]>`
      with functions as (${functionRows(sql, input.functions)}),
      due as (
        select c.id from functions f cross join lateral (
          select p.id, p.available_at from (
            select q.id, q.available_at, q.limit_key,
              row_number() over (partition by q.limit_key order by q.available_at, q.id) as place
            from (
              select id, available_at, limit_key from engine_queue
              where function_id = f.function_id and available_at <= ${now}
              order by available_at
              limit case when f.key_limit is null then ${count}::int else ${KEY_WINDOW}::int end
            ) q
          ) p
          where f.key_limit is null or p.limit_key is null or p.place <= f.key_limit - (
            select count(*) from engine_queue b
            where b.function_id = f.function_id and b.limit_key = p.limit_key
              and b.claimed_by is not null and b.available_at > ${now}
          )
          order by p.available_at
          limit least(${count}::bigint, case when f.call_limit is null then ${count}::bigint else greatest(0, f.call_limit - (
            select count(*) from engine_queue b
            where b.function_id = f.function_id and b.claimed_by is not null and b.available_at > ${now}
          )) end)
        ) c
        order by c.available_at limit ${count}
      ), claimed as (${leaseDue(sql, engineId, now, leaseUntil)})
      ${selectClaimed(sql)}`,
    ]),
  );
  return claimed;
}

/** Arrays, not a JSON document: the planner guesses 100 rows of a document, and a plan that seems so dear is JIT-compiled. */
function functionRows(sql: Sql, functions: readonly ClaimableFunction[]) {
  const ids = functions.map((fn) => fn.functionId);
  const limits = functions.map((fn) => fn.limit);
  const keyLimits = functions.map((fn) => fn.keyLimit);
  return sql`
    select f.function_id, f.call_limit, f.key_limit
    from unnest(${ids}::text[], ${limits}::int[], ${keyLimits}::int[]) as f (function_id, call_limit, key_limit)`;
}

function leaseDue(sql: Sql, engineId: string, now: Date, leaseUntil: Date) {
  return sql`
    update engine_queue q
    set claimed_by = ${engineId}, claims = q.claims + 1, available_at = ${leaseUntil}, again = false,
      lapses = q.lapses + case when q.claimed_by is null then 0 else 1 end
    from due where q.id = due.id and q.available_at <= ${now}
    returning q.id, q.claims, q.run_id, q.function_id, q.step_id, q.attempt, q.lapses, q.fresh`;
}

function selectClaimed(sql: Sql) {
  return sql`
    select c.id as item, c.claims, c.run_id as "runId", c.function_id as "functionId", c.step_id as "stepId",
      c.attempt, c.lapses, c.fresh and c.claims = 1 as fresh, r.event_id as "eventId", e.payload::text as event,
      r.parent_run_id as "parentRunId", r.parent_step_id as "parentStepId"
    from claimed c join engine_runs r on r.id = c.run_id join engine_events e on e.id = r.event_id
    order by c.id`;
}

/** Keeps leases that are still held until `leaseUntil`; resolves to their items. A missing one was lost. */
export async function renewLeases(
  sql: Sql,
  leases: readonly CallLease[],
  leaseUntil: Date,
): Promise<Set<number>> {
  const rows = await sql<{ item: number }[]>`
    with held as (
      select q.id from engine_queue q
      join json_to_recordset(${leaseRows(leases)}::text::json) as l (item bigint, claims int)
        on q.id = l.item and q.claims = l.claims and q.claimed_by is not null
      order by q.id for no key update of q
    )
    update engine_queue q set available_at = ${leaseUntil} from held where q.id = held.id returning q.id as item`;
  return new Set(rows.map((row) => row.item));
}

/** Puts a call back: due at `dueAt`, with this attempt number. False when the lease was lost. */
export async function requeueCall(
  sql: Sql,
  lease: CallLease,
  { attempt, dueAt }: { attempt: number; dueAt: Date },
): Promise<boolean> {
  const result = await sql`
    update engine_queue
    set attempt = ${attempt}, available_at = ${dueAt}, claimed_by = null, lapses = 0, again = false
    where id = ${lease.item} and claims = ${lease.claims} and claimed_by is not null`;
  return result.count > 0;
}

/** Puts back what dead processes held, at once. Only for an engine that is known to be the only one. */
export async function releaseAllLeases(sql: Sql, now: Date): Promise<number> {
  const result = await sql`
    update engine_queue set available_at = ${now} where claimed_by is not null and available_at > ${now}`;
  return result.count;
}

/**
 * In a transaction: locks a run and one of its leased calls, so that nothing else changes the run's shape meanwhile.
 * Resolves to undefined when the lease was lost or the run has ended. Everything that locks both takes the run first.
 */
export async function holdCall(sql: Sql, lease: CallLease): Promise<{ again: boolean } | undefined> {
  await sql`select from engine_runs where id = ${lease.runId} for no key update`;
  const [row] = await sql<{ again: boolean }[]>`
    select again from engine_queue
    where id = ${lease.item} and claims = ${lease.claims} and claimed_by is not null for update`;
  return row;
}

/** Under `holdCall`: the call goes on under its lease, after steps were stored: its failures start to count anew. */
export async function restartAttempts(sql: Sql, lease: CallLease): Promise<void> {
  await sql`update engine_queue set attempt = 0, lapses = 0, again = false where id = ${lease.item}`;
}

/** Under `holdCall`: the call is done with. */
export async function deleteCall(sql: Sql, lease: CallLease): Promise<void> {
  await sql`delete from engine_queue where id = ${lease.item}`;
}

/** Under `holdCall`: plans the parallel steps that are neither planned nor done yet. */
export async function planStepCalls(
  sql: Sql,
  runId: string,
  steps: readonly { stepId: string; name: string }[],
  now: Date,
): Promise<void> {
  const rows = steps.map(({ stepId, name }) => ({ step_id: stepId, name }));
  await sql`
    insert into engine_queue (run_id, function_id, step_id, name, available_at, limit_key)
    select r.id, r.function_id, p.step_id, p.name, ${now}, r.limit_key
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as p (step_id text, name text)
    cross join engine_runs r
    where r.id = ${runId}
      and not exists (select from engine_steps s where s.run_id = r.id and s.step_id = p.step_id)
    on conflict (run_id, step_id) do nothing`;
}

/** Under a lock on the run: has it called from its start (again), now that there is something new to go on with. */
export async function wakeRun(sql: Sql, runId: string, now: Date): Promise<void> {
  await sql`
    insert into engine_queue (run_id, function_id, step_id, available_at, limit_key)
    select id, function_id, 'step', ${now}, limit_key from engine_runs where id = ${runId} and state = 'active'
    on conflict (run_id, step_id) do update set again = true`;
}

/** Whether a run has calls or waits left that can bring it on. */
export async function hasPending(sql: Sql, runId: string): Promise<boolean> {
  const [row] = await sql<{ pending: boolean }[]>`
    select exists (select from engine_queue where run_id = ${runId})
      or exists (select from engine_waits where run_id = ${runId} and kind <> 'cancel') as pending`;
  return row?.pending ?? false;
}

/** The earliest moment at which something of these functions is due; undefined when nothing ever will be. */
export async function readNextDueAt(sql: Sql, functionIds: readonly string[]): Promise<Date | undefined> {
  const [row] = await sql<{ dueAt: Date | null }[]>`
    select least(
      (select min(c.available_at) from unnest(${[...functionIds]}::text[]) f (id) cross join lateral (
        select q.available_at from engine_queue q where q.function_id = f.id order by q.available_at limit 1) c),
      (select min(due_at) from engine_waits),
      (select min(next_at) from engine_crons where function_id = any(${[...functionIds]})),
      (select min(received_at) from engine_events where not routed)
    ) as "dueAt"`;
  return row?.dueAt ?? undefined;
}

/** Whether anything is under way, in whatever process, or due by `now`. */
export async function hasDueWork(sql: Sql, functionIds: readonly string[], now: Date): Promise<boolean> {
  const [row] = await sql<{ due: boolean }[]>`
    select exists (select from engine_events where not routed)
      or exists (select from engine_waits where due_at <= ${now})
      or exists (select from engine_crons where next_at <= ${now} and function_id = any(${[...functionIds]}))
      or exists (select from engine_queue
                 where function_id = any(${[...functionIds]}) and (available_at <= ${now} or claimed_by is not null))
      as due`;
  return row?.due ?? false;
}

/** Functions with calls in the queue that are not among these: their code is gone, or runs in another process. */
export async function listForeignFunctions(sql: Sql, functionIds: readonly string[]): Promise<string[]> {
  const rows = await sql<{ functionId: string }[]>`
    select distinct function_id as "functionId" from engine_queue
    where function_id <> all(${[...functionIds]}) order by function_id`;
  return rows.map((row) => row.functionId);
}

function leaseRows(leases: readonly CallLease[]): string {
  return JSON.stringify(leases.map(({ item, claims }) => ({ item, claims })));
}
