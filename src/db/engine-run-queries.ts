/** Looking at runs: lists, one run with its steps, counts. Nothing here changes anything. */
import type { Sql } from "./client.ts";

/** As stored; an `active` run is shown as what it is doing: `queued`, `running` or `waiting`. */
export type RunState = "queued" | "running" | "waiting" | "finished" | "dead" | "cancelled";

export type RunSummary = {
  id: string;
  functionId: string;
  state: RunState;
  eventId: string;
  eventName: string;
  error: unknown;
  createdAt: Date;
  endedAt: Date | null;
};

export type RunDetail = RunSummary & {
  event: unknown;
  output: unknown;
  steps: { name: string; kind: string; data: unknown; error: unknown; storedAt: Date }[];
  /** Calls and waits of an active run: what it does next, and when. */
  pending: {
    kind: "call" | "sleep" | "event" | "invoke" | "cancel";
    name: string;
    attempt: number;
    dueAt: Date;
  }[];
};

export type RunFilter = {
  state?: "active" | "finished" | "dead" | "cancelled";
  functionId?: string;
  eventId?: string;
  /** Only runs older than this run's id: the last one of the page before. */
  before?: string;
  /** Default 50. */
  limit?: number;
};

/** Newest first. */
export async function listRuns(sql: Sql, filter: RunFilter = {}): Promise<RunSummary[]> {
  const { state, functionId, eventId, before, limit = 50 } = filter;
  return sql<RunSummary[]>`
    select ${summaryColumns(sql)}
    from engine_runs r join engine_events e on e.id = r.event_id
    where true
      ${state === undefined ? sql`` : sql`and r.state = ${state}`}
      ${functionId === undefined ? sql`` : sql`and r.function_id = ${functionId}`}
      ${eventId === undefined ? sql`` : sql`and r.event_id = ${eventId}`}
      ${before === undefined ? sql`` : sql`and r.id < ${before}`}
    order by r.id desc limit ${limit}`;
}

export async function readRun(sql: Sql, runId: string): Promise<RunDetail | undefined> {
  const [run] = await sql<(RunSummary & { event: unknown; output: unknown })[]>`
    select ${summaryColumns(sql)}, e.payload as event, r.output
    from engine_runs r join engine_events e on e.id = r.event_id where r.id = ${runId}`;
  if (!run) return undefined;
  const [steps, pending] = await Promise.all([
    sql<RunDetail["steps"]>`
      select name, kind, data, error, stored_at as "storedAt" from engine_steps where run_id = ${runId} order by seq`,
    sql<RunDetail["pending"]>`
      select 'call' as kind, name, attempt, available_at as "dueAt" from engine_queue where run_id = ${runId}
      union all
      select kind, name, 0, due_at from engine_waits where run_id = ${runId}
      order by "dueAt"`,
  ]);
  return { ...run, steps: [...steps], pending: [...pending] };
}

/** The oldest first, as they are to be replayed. */
export async function listDeadRuns(sql: Sql, limit = 100): Promise<RunSummary[]> {
  return sql<RunSummary[]>`
    select ${summaryColumns(sql)}
    from engine_runs r join engine_events e on e.id = r.event_id
    where r.state = 'dead' order by r.id limit ${limit}`;
}

/** How many runs are active, dead and cancelled. Finished ones are not counted: they are many. */
export async function countRuns(sql: Sql): Promise<{ active: number; dead: number; cancelled: number }> {
  const [row] = await sql<{ active: number; dead: number; cancelled: number }[]>`
    select (select count(*) from engine_runs where state = 'active') as active,
      (select count(*) from engine_runs where state = 'dead') as dead,
      (select count(*) from engine_runs where state = 'cancelled') as cancelled`;
  return row ?? { active: 0, dead: 0, cancelled: 0 };
}

function summaryColumns(sql: Sql) {
  return sql`
    r.id, r.function_id as "functionId", r.event_id as "eventId", e.name as "eventName", r.error,
    r.created_at as "createdAt", r.ended_at as "endedAt",
    case
      when r.state <> 'active' then r.state
      when exists (select from engine_queue q where q.run_id = r.id and q.claimed_by is not null) then 'running'
      when exists (select from engine_queue q where q.run_id = r.id) then 'queued'
      else 'waiting'
    end as state`;
}
