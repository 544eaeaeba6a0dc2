/** First triages: of tickets that nobody and nothing has triaged yet, many in one statement. */
import type { TriageAttempt } from "../core/triage.ts";
import { type Sql, storableJsonText } from "./client.ts";

/** In place of a run's id: each ticket has one first triage. */
const FIRST_RUN = "first";

/** The oldest tickets that have waited longer than `waitedMs` for any triage at all. */
export async function listUntriaged(
  sql: Sql,
  { waitedMs, except, limit }: { waitedMs: number; except: readonly string[]; limit: number },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from tickets
    where triage_source is null and created_at < clock_timestamp() - make_interval(secs => ${waitedMs / 1000}::float8)
      and id <> all(${except}::uuid[])
    order by number limit ${limit}`;
  return rows.map(({ id }) => id);
}

export interface FirstTriage {
  ticketId: string;
  attempt: TriageAttempt;
}

/**
 * Writes each, as provisional, to the ticket that has none by then; resolves to the ids of these. Tickets that another
 * transaction holds are passed over unless `waits`.
 */
export async function writeFirstTriages(
  sql: Sql,
  firsts: readonly FirstTriage[],
  { waits }: { waits: boolean },
): Promise<string[]> {
  const ids = firsts.map(({ ticketId }) => ticketId);
  const attempts = firsts.map(({ attempt }) => storableJsonText(attempt));
  const rows = await sql<{ id: string }[]>`
    with first as (
      select given.id, given.attempt::jsonb as attempt, given.attempt::jsonb -> 'triage' as triage
      from unnest(${ids}::uuid[], ${attempts}::text[]) given (id, attempt)
    ),
    held as materialized (
      select id from tickets where id = any(${ids}::uuid[]) and triage_source is null
      order by id for no key update ${waits ? sql`` : sql`skip locked`}
    ),
    tried as (
      insert into triage_results (ticket_id, run_id, source, model, prompt_version, result, latency_ms)
      select id, ${FIRST_RUN}, attempt ->> 'source', attempt ->> 'model', attempt ->> 'promptVersion', triage,
        round((attempt ->> 'latencyMs')::numeric)::integer
      from first join held using (id)
      on conflict on constraint triage_results_run_key do nothing
    )
    update tickets t set
      category = case when 'category' = any(t.person_changed) then t.category else triage ->> 'category' end,
      priority = case when 'priority' = any(t.person_changed) then t.priority else triage ->> 'priority' end,
      related_skills = case when 'skills' = any(t.person_changed) then t.related_skills
        else array(select jsonb_array_elements_text(triage -> 'skills')) end,
      summary = triage ->> 'summary', helpful_notes = triage ->> 'helpfulNotes',
      suggested_reply = triage ->> 'suggestedReply', language = triage ->> 'language',
      confidence = (triage ->> 'confidence')::float8, triage_source = attempt ->> 'source', provisional = true,
      triaged_at = now(), updated_at = now()
    from first join held using (id)
    where t.id = first.id
    returning t.id`;
  return rows.map(({ id }) => id);
}
