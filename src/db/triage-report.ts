/** What people made of triage: judged labels of a time, counted. `core/triage-report.ts` says what counts. */

import type { SkillCell } from "../core/skill-figures.ts";
import type { TriageSource } from "../core/triage.ts";
import type { ReportCell } from "../core/triage-report.ts";
import type { Sql } from "./client.ts";

interface ReportTime {
  from: Date;
  to: Date;
  source: TriageSource | null;
}

/**
 * Of tickets triaged from `from` up to `to`. The first correction of a label says what triage had said, and how sure it
 * was; a label that nobody corrected was right. What a person set before any triage is nobody's mistake.
 */
export async function readReportCells(sql: Sql, { from, to, source }: ReportTime): Promise<ReportCell[]> {
  const rows = await sql<ReportCell[]>`
    with ${triaged(sql, { from, to })}, corrected as (
      select distinct on (c.ticket_id, c.field) c.ticket_id, c.field, c.was, c.source, c.confidence
      from corrections c join triaged t on t.id = c.ticket_id
      where c.field in ('category', 'priority') order by c.ticket_id, c.field, c.created_at
    ), ${judged(sql)}, labels as (
      select j.id, j.triaged_at, label.field, label.value as stands, c.ticket_id is not null as is_corrected, c.was,
        coalesce(c.source, j.triage_source) as source, coalesce(c.confidence, j.confidence) as confidence
      from judged j
      cross join lateral (values ('category', j.category), ('priority', j.priority)) label (field, value)
      left join corrected c on c.ticket_id = j.id and c.field = label.field
    )
    select to_char(date_trunc('week', triaged_at at time zone 'UTC'), 'YYYY-MM-DD') as week, field, source,
      case when is_corrected then was else stands end as said, stands as "is",
      least(9, floor(confidence::numeric * 10))::int as tenth, count(*) as count, coalesce(sum(confidence), 0)::float8 as confidence
    from labels
    where stands is not null and not (is_corrected and was is null) and source <> 'person'
      and ${source === null ? sql`true` : sql`source = ${source}`}
    group by 1, 2, 3, 4, 5, 6
    order by 1, 2, 3, 4, 5, 6`;
  return [...rows];
}

/** The same for skills: what triage said of a ticket beside what stands, alike ones counted. */
export async function readSkillCells(sql: Sql, { from, to, source }: ReportTime): Promise<SkillCell[]> {
  const rows = await sql<SkillCell[]>`
    with ${triaged(sql, { from, to })}, corrected as (
      select distinct on (c.ticket_id) c.ticket_id, c.was, c.source
      from corrections c join triaged t on t.id = c.ticket_id
      where c.field = 'skills' order by c.ticket_id, c.created_at
    ), ${judged(sql)}, labels as (
      select j.related_skills as stands, coalesce(c.source, j.triage_source) as source,
        case when c.ticket_id is null then to_jsonb(j.related_skills) else coalesce(c.was, '[]')::jsonb end as said
      from judged j left join corrected c on c.ticket_id = j.id
      -- What a person set before any triage is nobody's mistake.
      where c.ticket_id is null or c.source is not null
    )
    select source, said, stands as "is", count(*) as count from labels
    where source <> 'person' and ${source === null ? sql`true` : sql`source = ${source}`}
    group by 1, 2, 3 order by 1, 2, 3`;
  return [...rows];
}

function triaged(sql: Sql, { from, to }: Pick<ReportTime, "from" | "to">) {
  return sql`triaged as materialized (
    select id, category, priority, related_skills, triage_source, confidence, triaged_at from tickets
    where triaged_at >= ${from} and triaged_at < ${to} and triage_source in ('gemini', 'local')
  )`;
}

function judged(sql: Sql) {
  return sql`judged as (
    select t.* from triaged t
    where exists (
      select 1 from ticket_events e
      where e.ticket_id = t.id and e.actor_kind in ('moderator', 'admin') and e.type in ('claimed', 'replied',
        'reply-queued', 'resolved', 'closed', 'category-changed', 'priority-changed', 'skills-changed'))
  )`;
}
