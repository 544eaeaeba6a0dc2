/** Counters of attempts within a fixed window, by the database's clock. */
import type { Sql } from "./client.ts";

export interface AttemptWindow {
  key: string;
  windowSeconds: number;
}

export interface AttemptCount {
  key: string;
  /** Within the window, this one included. */
  attempts: number;
  /** Until the window ends. */
  secondsLeft: number;
}

/**
 * Counts one attempt in each window and answers with the counts. One statement: two attempts at once are two counts.
 * Windows that ended are started again; a few rows that ended long ago are swept, so that the table stays small.
 */
export async function countAttempts(sql: Sql, windows: readonly AttemptWindow[]): Promise<AttemptCount[]> {
  const keys = windows.map((window) => window.key);
  const seconds = windows.map((window) => window.windowSeconds);
  return sql<AttemptCount[]>`
    with swept as (
      delete from rate_limits where key in (
        select old.key from rate_limits old
        where old.ends_at < now() - interval '1 minute' and old.key <> all(${keys})
        order by old.ends_at limit 20 for update skip locked
      )
    )
    insert into rate_limits as limits (key, attempts, ends_at)
    select counted.key, 1, now() + make_interval(secs => counted.seconds)
    from unnest(${keys}::text[], ${seconds}::float8[]) as counted (key, seconds)
    order by counted.key
    on conflict (key) do update set
      attempts = case when limits.ends_at <= now() then 1 else limits.attempts + 1 end,
      ends_at = case when limits.ends_at <= now() then excluded.ends_at else limits.ends_at end
    returning key, attempts, extract(epoch from ends_at - now())::float8 as "secondsLeft"`;
}

/** Takes attempts back: forgets all under `forget`, and one under each of `refund`. */
export async function forgiveAttempts(
  sql: Sql,
  keys: { forget: readonly string[]; refund: readonly string[] },
): Promise<void> {
  await sql`
    with forgotten as (delete from rate_limits where key = any(${[...keys.forget]}))
    update rate_limits set attempts = greatest(attempts - 1, 0) where key = any(${[...keys.refund]})`;
}
