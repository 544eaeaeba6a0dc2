/** Runs that ended long ago, and the events behind them, go: in batches, so that no statement holds its locks for long. */
import type { Sql } from "./client.ts";

/** How many rows one statement looks at. */
export const PRUNE_BATCH = 500;

export type PrunedRuns = {
  pruned: number;
  /** Hand it to the next batch; undefined where this was the last. */
  after: string | undefined;
};

/**
 * Deletes runs that ended before `endedBefore` with one of `states`, with their steps, and their events once no run is
 * left of them. `after` is the run id behind which to look: a batch does not look again at what the last one kept.
 */
export async function pruneRuns(
  sql: Sql,
  input: {
    states: readonly ("finished" | "cancelled" | "dead")[];
    endedBefore: Date;
    /** No run that ended before `endedBefore` has a greater id: ids sort by creation. */
    idBelow: string;
    after: string;
  },
): Promise<PrunedRuns> {
  const { states, endedBefore, idBelow, after } = input;
  const [row] = await sql<{ seen: number; last: string | null; pruned: number }[]>`
    with seen as (
      select id from engine_runs
      where id > ${after} and id < ${idBelow} order by id limit ${PRUNE_BATCH}
    ), gone as (
      delete from engine_runs r using seen
      where r.id = seen.id and r.state = any(${[...states]}) and r.ended_at < ${endedBefore}
      returning r.id
    ), steps as (
      delete from engine_steps s using gone where s.run_id = gone.id
    )
    select count(*) as seen, max(id) as last, (select count(*) from gone) as pruned from seen`;
  const { seen = 0, last = null, pruned = 0 } = row ?? {};
  return { pruned, after: seen < PRUNE_BATCH || last === null ? undefined : last };
}

/** Deletes a batch of events that arrived before `receivedBefore` and have no run (any more). Resolves to their number. */
export async function pruneEvents(sql: Sql, receivedBefore: Date): Promise<number> {
  const result = await sql`
    delete from engine_events where id in (
      select e.id from engine_events e
      where e.received_at < ${receivedBefore} and e.routed
        and not exists (select from engine_runs r where r.event_id = e.id)
      limit ${PRUNE_BATCH})`;
  return result.count;
}

/** Deletes what is left of idempotency keys whose time is over. */
export async function pruneIdempotencyKeys(sql: Sql, now: Date): Promise<void> {
  await sql`delete from engine_idempotency where expires_at < ${now}`;
}
