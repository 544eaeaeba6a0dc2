/** Whether a model can be asked now: one row for each source, shared by every process. */
import type { FailureKind } from "../core/triage-failure.ts";
import { type Sql, storableText } from "./client.ts";

export interface ModelHealthRow {
  source: string;
  /** `asked`: calls are made. `paused`: nobody asks before `retryAt`. `probing`: one call finds out for all. */
  state: "asked" | "paused" | "probing";
  failures: number;
  awaySince: Date | null;
  retryAt: Date | null;
  code: string | null;
  reason: string | null;
}

/** Null where the source has never failed. */
export async function readModelHealth(sql: Sql, source: string): Promise<ModelHealthRow | null> {
  const [row] = await sql<ModelHealthRow[]>`
    select source, failures, away_since as "awaySince", retry_at as "retryAt", code, reason,
      case when away_since is null then 'asked'
        when retry_at > now() then 'paused' else 'probing' end as state
    from model_health where source = ${source}`;
  return row ?? null;
}

/**
 * May a call be made? `yes` while the source is well; once its pause is over, `probe` for one caller, whose call may
 * take `probeMs`; `no` for everybody else.
 */
export async function admitCall(sql: Sql, source: string, probeMs: number): Promise<"yes" | "probe" | "no"> {
  const [row] = await sql<{ awaySince: Date | null }[]>`
    select away_since as "awaySince" from model_health where source = ${source}`;
  if (row === undefined || row.awaySince === null) return "yes";
  const probe = await sql`
    update model_health set probe_until = now() + make_interval(secs => ${probeMs / 1000}::float8), updated_at = now()
    where source = ${source} and away_since is not null and retry_at <= now()
      and (probe_until is null or probe_until <= now())`;
  return probe.count === 1 ? "probe" : "no";
}

/** The caller did not ask after all: somebody else may. */
export async function releaseProbe(sql: Sql, source: string): Promise<void> {
  await sql`update model_health set probe_until = null where source = ${source}`;
}

/** True where the source had been away. */
export async function noteAnswer(sql: Sql, source: string): Promise<boolean> {
  const result = await sql<{ was: Date | null }[]>`
    update model_health h set failures = 0, openings = 0, away_since = null, retry_at = null, probe_until = null,
      code = null, reason = null, updated_at = now()
    from (select source, away_since as was from model_health where source = ${source} for update) before
    where h.source = before.source and (h.failures > 0 or h.away_since is not null)
    returning before.was`;
  return (result[0]?.was ?? null) !== null;
}

export interface FailureNote {
  code: string;
  /** One sentence, without secrets. */
  reason: string;
  /** What the source asked for, or null. */
  retryAfterMs: number | null;
  /** No further call before the pause is over, however few have failed. */
  pauseAtOnce: boolean;
}

/** From this number of failures in a row the source is left alone for a while. */
export const FAILURES_IN_A_ROW = 5;
const PAUSE_FIRST_MS = 15_000;
const PAUSE_MAX_MS = 5 * 60_000;

/**
 * Counts a failure. A pause begins with the fifth in a row, or at once; the next begins when the call after it fails,
 * twice as long, from 15 seconds to 5 minutes, or as long as the source asked for. Calls that were under way meanwhile
 * do not double it.
 */
export async function noteFailure(sql: Sql, source: string, note: FailureNote): Promise<void> {
  const opensAt = note.pauseAtOnce ? 1 : FAILURES_IN_A_ROW;
  const reason = storableText(note.reason).slice(0, 500);
  await sql`
    insert into model_health (source) values (${source}) on conflict (source) do nothing`;
  await sql`
    update model_health h set
      failures = h.failures + 1, code = ${note.code}, reason = ${reason}, updated_at = now(),
      openings = h.openings + case when next.opens then 1 else 0 end,
      away_since = case when next.opens then coalesce(h.away_since, now()) else h.away_since end,
      probe_until = case when next.opens then null else h.probe_until end,
      retry_at = case when next.opens or h.away_since is not null then greatest(
        coalesce(h.retry_at, now()),
        now() + make_interval(secs => greatest(${(note.retryAfterMs ?? 0) / 1000}::float8,
          case when next.opens then least(${PAUSE_FIRST_MS}::float8 * power(2, least(h.openings, 20)), ${PAUSE_MAX_MS}) / 1000
            else 0 end))
      ) end
    from (
      select source, failures + 1 >= ${opensAt} and (away_since is null or retry_at <= now()) as opens
      from model_health where source = ${source} for update
    ) next
    where h.source = next.source`;
}

export interface ModelUsageRow {
  source: string;
  model: string;
  calls: number;
  failed: number;
  /** Failed calls by their kind. */
  byFailure: Record<string, number>;
  tokensIn: number;
  tokensOut: number;
  tokensThinking: number;
  /** Null where no call had a price. */
  cost: number | null;
  latencyMsMedian: number;
}

/** What triage took and cost since a moment, for each source and model. */
export async function readModelUsage(sql: Sql, since: Date): Promise<ModelUsageRow[]> {
  return sql<ModelUsageRow[]>`
    select source, model, count(*) as calls, count(failure) as failed,
      jsonb_strip_nulls(jsonb_build_object(
        'away', nullif(count(*) filter (where failure = 'away'), 0),
        'answer', nullif(count(*) filter (where failure = 'answer'), 0),
        'leak', nullif(count(*) filter (where failure = 'leak'), 0),
        'unread', nullif(count(*) filter (where failure = 'unread'), 0))) as "byFailure",
      coalesce(sum(tokens_in), 0)::float8 as "tokensIn", coalesce(sum(tokens_out), 0)::float8 as "tokensOut",
      coalesce(sum(tokens_thinking), 0)::float8 as "tokensThinking", sum(cost)::float8 as cost,
      percentile_cont(0.5) within group (order by latency_ms) as "latencyMsMedian"
    from triage_results where created_at >= ${since}
    group by source, model order by source, model`;
}

export interface TryCount {
  source: string;
  outcome: "triaged" | FailureKind;
  count: number;
  tokensIn: number;
  tokensOut: number;
  tokensThinking: number;
  cost: number | null;
}

/** Of the last 24 hours. */
export async function countTriesByOutcome(sql: Sql): Promise<TryCount[]> {
  return sql<TryCount[]>`
    select source, coalesce(failure, 'triaged') as outcome, count(*) as count,
      coalesce(sum(tokens_in), 0)::float8 as "tokensIn", coalesce(sum(tokens_out), 0)::float8 as "tokensOut",
      coalesce(sum(tokens_thinking), 0)::float8 as "tokensThinking", sum(cost)::float8 as cost
    from triage_results where created_at > now() - interval '24 hours'
    group by 1, 2 order by 1, 2`;
}
