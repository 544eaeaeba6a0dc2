/** Each try of each classifier, and what the desk lets them choose from. */

import type { Surroundings } from "../core/instructions/surroundings.ts";
import type { Channel } from "../core/ticket.ts";
import type { Desk, TriageAttempt, TriageExample, TriageSource, TriageUsage } from "../core/triage.ts";
import type { FailureKind } from "../core/triage-failure.ts";
import { listActiveCategories } from "./categories.ts";
import { jsonb, type Sql, storableText } from "./client.ts";

/** Stores a try; false where this run has stored one already. */
export async function insertTriageAttempt(
  sql: Sql,
  ticketId: string,
  runId: string,
  attempt: TriageAttempt,
): Promise<boolean> {
  const result = await sql`
    insert into triage_results (ticket_id, run_id, source, model, prompt_version, result, latency_ms, tokens_in,
      tokens_out, tokens_thinking, cost)
    values (
      ${ticketId}, ${runId}, ${attempt.source}, ${attempt.model}, ${attempt.promptVersion},
      ${jsonb(sql, attempt.triage)}, ${Math.round(attempt.latencyMs)}, ${attempt.tokensIn}, ${attempt.tokensOut},
      ${attempt.tokensThinking ?? null}, ${attempt.cost ?? null}
    )
    on conflict on constraint triage_results_run_key do nothing`;
  return result.count === 1;
}

export interface TriageFailureRow extends TriageUsage {
  ticketId: string;
  runId: string;
  source: TriageSource;
  model: string;
  promptVersion: string;
  kind: FailureKind;
  error: string;
  latencyMs: number;
}

export async function insertTriageFailure(sql: Sql, failure: TriageFailureRow): Promise<void> {
  await sql`
    insert into triage_results (ticket_id, run_id, source, model, prompt_version, failure, error, latency_ms, tokens_in,
      tokens_out, tokens_thinking, cost)
    values (
      ${failure.ticketId}, ${failure.runId}, ${failure.source}, ${failure.model}, ${failure.promptVersion},
      ${failure.kind}, ${storableText(failure.error).slice(0, 1000)}, ${Math.round(failure.latencyMs)},
      ${failure.tokensIn}, ${failure.tokensOut}, ${failure.tokensThinking ?? null}, ${failure.cost ?? null}
    )
    on conflict on constraint triage_results_run_key do nothing`;
}

/** Answers about a ticket that could not be used: the ticket itself may be why. */
export async function countUnusableAnswers(sql: Sql, ticketId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from triage_results where ticket_id = ${ticketId} and failure = 'answer'`;
  return row?.count ?? 0;
}

/**
 * Open tickets that wait for the model, the oldest first. One whose answers could not be used waits longer each time:
 * 1, 5, 25, ... minutes after the last.
 */
export async function listTicketsToRetriage(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select t.id from tickets t
    left join lateral (
      select count(*) as failed, max(r.created_at) as last from triage_results r
      where r.ticket_id = t.id and r.failure = 'answer'
    ) r on true
    where t.provisional and t.status in ('open', 'in_progress', 'waiting')
      and (r.failed = 0 or r.last <= now() - make_interval(mins => (power(5, least(r.failed, 7) - 1))::integer))
    order by t.number limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** What the local classifier said stays: the model is not asked again. False where it was no longer provisional. */
export async function endProvisional(sql: Sql, ticketId: string): Promise<boolean> {
  const result = await sql`
    update tickets set provisional = false, updated_at = now() where id = ${ticketId} and provisional`;
  return result.count === 1;
}

/** Adds to what the latest triage found suspicious. */
export async function addSuspicion(sql: Sql, ticketId: string, flags: string[]): Promise<void> {
  await sql`
    update triage_results set result = jsonb_set(result, '{suspicious}',
      ${jsonb(sql, flags)} || coalesce(result -> 'suspicious', '[]'))
    where id = (select id from triage_results where ticket_id = ${ticketId} and result is not null
      order by created_at desc limit 1)`;
}

/** What a ticket has: no triage yet, one that stands until the model's comes, or one that stays. */
export type TriageStanding = "none" | "provisional" | "final";

export async function readTriageStanding(sql: Sql, ticketId: string): Promise<TriageStanding> {
  const [row] = await sql<{ standing: TriageStanding }[]>`
    select case when triage_source is null then 'none' when provisional then 'provisional' else 'final' end as standing
    from tickets where id = ${ticketId}`;
  return row?.standing ?? "none";
}

export interface TriageTry extends TriageUsage {
  source: TriageSource;
  model: string;
  promptVersion: string;
  failure: FailureKind | null;
  error: string | null;
  latencyMs: number;
  category: string | null;
  priority: string | null;
  confidence: number | null;
  createdAt: Date;
}

/** Every try of a ticket, the oldest first; the latest 200. */
export async function listTriageTries(sql: Sql, ticketId: string): Promise<TriageTry[]> {
  const rows = await sql<TriageTry[]>`
    select source, model, prompt_version as "promptVersion", failure, error, latency_ms as "latencyMs",
      tokens_in as "tokensIn", tokens_out as "tokensOut", tokens_thinking as "tokensThinking", cost::float8 as cost,
      result ->> 'category' as category, result ->> 'priority' as priority,
      (result ->> 'confidence')::float8 as confidence, created_at as "createdAt"
    from triage_results where ticket_id = ${ticketId}
    order by created_at desc, id limit 200`;
  return [...rows].reverse();
}

export interface TriageSubject {
  ticketId: string;
  title: string;
  /** The requester's new words. */
  text: string;
  channel: Channel;
  /** Since it was recorded. */
  ageMs: number;
  standing: TriageStanding;
  /** What triage draws no conclusions from, but looks through for orders: quotes, HTML, names of files. */
  surroundings: Surroundings;
}

const SURROUNDINGS_LENGTH_MAX = 100_000;

/** What is read for a ticket's triage: its own words, and what came with its first message. */
export async function readTriageSubject(sql: Sql, ticketId: string): Promise<TriageSubject | null> {
  const [subject] = await readTriageSubjects(sql, [ticketId]);
  return subject ?? null;
}

/** The same of several, in any order; of those that exist. */
export async function readTriageSubjects(sql: Sql, ticketIds: readonly string[]): Promise<TriageSubject[]> {
  const rows = await sql<(Omit<TriageSubject, "surroundings"> & Surroundings)[]>`
    select t.id as "ticketId", t.title, t.description as text, t.channel,
      case when t.triage_source is null then 'none' when t.provisional then 'provisional' else 'final' end as standing,
      greatest(extract(epoch from clock_timestamp() - t.created_at) * 1000, 0)::float8 as "ageMs",
      coalesce(left(m.text, ${SURROUNDINGS_LENGTH_MAX}), '') as "fullText",
      coalesce(left(m.html, ${SURROUNDINGS_LENGTH_MAX}), '') as html,
      coalesce(left(m.author_name, 500), '') as "senderName",
      array(select left(a.filename, 500) from attachments a where a.message_id = m.id order by a.id limit 50) as filenames
    from tickets t
    left join lateral (
      select id, text, html, author_name from messages where ticket_id = t.id order by created_at, id limit 1
    ) m on true
    where t.id = any(${ticketIds}::uuid[])`;
  return rows.map(({ fullText, html, filenames, senderName, ...subject }) => ({
    ...subject,
    surroundings: { fullText, html, filenames, senderName },
  }));
}

/** Tickets whose labels a person has set, that share the most words with another: examples for its prompt. */
export async function findSimilarCorrected(
  sql: Sql,
  ticketId: string,
  words: readonly string[],
  limit: number,
): Promise<TriageExample[]> {
  const wanted = words.map((word) => word.replace(/['\\\s]/g, "")).filter((word) => word !== "");
  if (wanted.length === 0) return [];
  const query = wanted.map((word) => `'${word}'`).join(" | ");
  return sql<TriageExample[]>`
    select left(t.title || E'\n' || t.description, 2000) as text, t.category, t.priority
    from tickets t, to_tsquery('simple', ${query}) query
    where t.person_changed <> '{}' and t.search @@ query and t.id <> ${ticketId}
      and t.category in (select name from categories where active)
    order by ts_rank(t.search, query) desc, t.updated_at desc limit ${limit}`;
}

const EXAMPLES_MAX = 200;

/** The desk's categories and skills, and the newest corrected tickets as examples. */
export async function readDesk(sql: Sql): Promise<Desk> {
  const categories = await listActiveCategories(sql);
  const skills = await sql<{ name: string; aliases: string[] }[]>`
    select s.name, array(select a.normalised from skill_aliases a where a.skill_id = s.id order by 1) as aliases
    from skills s where s.status = 'active' order by s.name`;
  const examples = await sql<TriageExample[]>`
    select left(t.title || E'\n' || t.description, 2000) as text,
      case when t.category in (select name from categories where active) then t.category end as category, t.priority
    from tickets t
    where t.person_changed <> '{}'
    order by t.updated_at desc limit ${EXAMPLES_MAX}`;
  return { categories, skills: [...skills], examples: [...examples] };
}
