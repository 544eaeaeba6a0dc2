/** Stored step results, and the run state that is sent with each call. */
import { type Sql, storableText } from "./client.ts";
import type { CallLease } from "./engine-queue.ts";

/** `data` and `error` are JSON text; exactly one of them is not null. */
export type StepResult = {
  stepId: string;
  name: string;
  kind: "run" | "sleep" | "event" | "invoke";
  data: string | null;
  error: string | null;
};

export type Checkpoint = { lease: CallLease; steps: readonly StepResult[] };

/**
 * Stores the results of steps of several calls in one commit, each under its own lease. Resolves to the items whose
 * lease still holds; nothing was stored for the others. The row lock keeps a claim by another process from slipping
 * between the check and the commit: whoever claims later reads the steps later, and so sees them.
 */
export async function storeCheckpoints(
  sql: Sql,
  checkpoints: readonly Checkpoint[],
  now: Date,
): Promise<Set<number>> {
  const rows = checkpoints.flatMap(({ lease, steps }) =>
    steps.map((step) => ({ item: lease.item, claims: lease.claims, run_id: lease.runId, ...stepRow(step) })),
  );
  const held = await sql<{ item: number }[]>`
    with input as (
      select i.* from json_to_recordset(${JSON.stringify(rows)}::text::json) as i
        (item bigint, claims int, run_id text, step_id text, name text, kind text, data text, error text)
    ), held as (
      select q.id from engine_queue q
      join (select distinct item, claims from input) i on q.id = i.item and q.claims = i.claims
      where q.claimed_by is not null
      order by q.id for no key update of q
    ), stored as (
      insert into engine_steps (run_id, step_id, name, kind, data, error, stored_at)
      select run_id, step_id, name, kind, data::json, error::json, ${now} from input
      where item in (select id from held)
      on conflict (run_id, step_id) do nothing
    )
    select id as item from held`;
  return new Set(held.map((row) => row.item));
}

/** Under `holdCall`, or another lock on the run. A result that stands already stays as it is. */
export async function storeSteps(
  sql: Sql,
  runId: string,
  steps: readonly StepResult[],
  now: Date,
): Promise<void> {
  await sql`
    insert into engine_steps (run_id, step_id, name, kind, data, error, stored_at)
    select ${runId}, step_id, name, kind, data::json, error::json, ${now}
    from json_to_recordset(${JSON.stringify(steps.map(stepRow))}::text::json) as i
      (step_id text, name text, kind text, data text, error text)
    on conflict (run_id, step_id) do nothing`;
}

function stepRow(step: StepResult) {
  return {
    step_id: step.stepId,
    name: storableText(step.name).slice(0, 500),
    kind: step.kind,
    data: step.data,
    error: step.error,
  };
}

/** What a call needs to know of its run beside the event. */
export type RunMemo = {
  steps: { stepId: string; data: string | null; error: string | null }[];
  /** Other calls and waits of the run: while there are any, a step found must be planned, never run at once. */
  othersPending: boolean;
};

type MemoRow = {
  runId: string;
  /** Null: a call or wait that is pending. */
  stepId: string | null;
  data: string | null;
  error: string | null;
  /** Of a pending call. */
  item: number | null;
};

/**
 * In the order in which the steps were stored. Read it after the claim has committed, never in the same statement.
 *
 * Steps and what is pending are read in one statement, and so as of one moment. Read apart, a parallel step that ended in
 * between was missing among the steps and not pending any more: the SDK ran it a second time.
 */
export async function loadRunMemos(sql: Sql, leases: readonly CallLease[]): Promise<Map<number, RunMemo>> {
  const runIds = [...new Set(leases.map((lease) => lease.runId))];
  const rows = await sql<MemoRow[]>`
    select run_id as "runId", step_id as "stepId", data::text as data, error::text as error, null::bigint as item, seq
    from engine_steps where run_id = any(${runIds})
    union all
    select run_id, null, null, null, id, null from engine_queue where run_id = any(${runIds})
    union all
    select run_id, null, null, null, null, null from engine_waits where run_id = any(${runIds}) and kind <> 'cancel'
    order by seq`;
  return new Map(
    leases.map(({ item, runId }) => {
      const own = rows.filter((row) => row.runId === runId);
      const steps = own.flatMap(({ stepId, data, error }) =>
        stepId === null ? [] : [{ stepId, data, error }],
      );
      const othersPending = own.some((row) => row.stepId === null && row.item !== item);
      return [item, { steps, othersPending }];
    }),
  );
}
