/** When cron triggers fire next. Moving `next_at` forward is what fires one: the row lets only one process do it. */
import type { Sql } from "./client.ts";

export type CronTrigger = { functionId: string; expression: string };
export type DueCron = CronTrigger & { nextAt: Date };

/**
 * Makes the stored triggers of these functions the given ones. A trigger that stands already keeps its next time, so
 * that a restart neither skips nor repeats a firing.
 */
export async function syncCrons(
  sql: Sql,
  functionIds: readonly string[],
  crons: readonly (CronTrigger & { firstAt: Date })[],
): Promise<void> {
  const rows = crons.map(({ functionId, expression, firstAt }) => ({
    function_id: functionId,
    expression,
    first_at: firstAt,
  }));
  await sql`
    with wanted as (
      select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as c
        (function_id text, expression text, first_at timestamptz)
    ), gone as (
      delete from engine_crons c where c.function_id = any(${[...functionIds]})
        and not exists (select from wanted w where w.function_id = c.function_id and w.expression = c.expression)
    )
    insert into engine_crons (function_id, expression, next_at)
    select function_id, expression, first_at from wanted
    on conflict (function_id, expression) do nothing`;
}

export async function listDueCrons(sql: Sql, functionIds: readonly string[], now: Date): Promise<DueCron[]> {
  return sql<DueCron[]>`
    select function_id as "functionId", expression, next_at as "nextAt" from engine_crons
    where next_at <= ${now} and function_id = any(${[...functionIds]}) order by next_at`;
}

/** True for the one caller that moved the trigger from `due.nextAt` to `nextAt`: it fires. */
export async function advanceCron(sql: Sql, due: DueCron, nextAt: Date): Promise<boolean> {
  const result = await sql`
    update engine_crons set next_at = ${nextAt}
    where function_id = ${due.functionId} and expression = ${due.expression} and next_at = ${due.nextAt}`;
  return result.count > 0;
}
