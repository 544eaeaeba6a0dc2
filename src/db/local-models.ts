/** The local classifier as trained on the desk's own tickets: what it learns from, and its stored versions. */
import type { Priority } from "../core/ticket.ts";
import type { TriageExample } from "../core/triage.ts";
import { listActiveCategories } from "./categories.ts";
import { jsonb, type Sql } from "./client.ts";

/** Older versions stay to go back to. */
const VERSIONS_KEPT = 3;
const TEXT_LENGTH_MAX = 6_000;

export interface StoredModel {
  version: number;
  trainedAt: Date;
  rowCount: number;
  figures: unknown;
  sizeBytes: number;
}

/** What a model is trained on; the fingerprint is the same as long as there is nothing new to be learned. */
export interface LearningState {
  categories: { name: string; description: string }[];
  fingerprint: string;
  /** Tickets of the desk that say something: those that `listLearnableTickets` would give without a limit. */
  rowCount: number;
}

/**
 * By counts; no text is read. Each correction makes a new fingerprint. Closed tickets make one each 20, and when they are
 * many, each time that they have grown by a twentieth: a busy desk does not train all day.
 */
export async function readLearningState(sql: Sql): Promise<LearningState> {
  const categories = await listActiveCategories(sql);
  const [row] = await sql<{ fingerprint: string; rowCount: number }[]>`
    with corrected as (
      select count(*) as rows, (select max(created_at) from corrections) as newest,
        count(*) filter (
          where status in ('resolved', 'closed') or 'priority' = any(person_changed)
            or ('category' = any(person_changed) and category in (select name from categories where active))
        ) as labelled,
        count(*) filter (where status in ('resolved', 'closed') and category is not null) as also_settled
      from tickets where person_changed <> '{}'
    ), settled as (
      select count(*) as rows from tickets
      where status in ('resolved', 'closed') and category is not null
    )
    select md5(concat_ws('|', ${JSON.stringify(categories)}::text, corrected.rows, corrected.newest,
        case when settled.rows < 400 then settled.rows / 20 else 20 + floor(ln(settled.rows / 400.0) / ln(1.05)) end)
      ) as fingerprint,
      (corrected.labelled + settled.rows - corrected.also_settled)::int as "rowCount"
    from corrected, settled`;
  return {
    categories,
    fingerprint: row?.fingerprint ?? "",
    rowCount: row?.rowCount ?? 0,
  };
}

/**
 * At most `limit` tickets, those that a person corrected first, then the newest that were closed as they had been
 * triaged. A label that neither a person set nor a closed ticket kept is null.
 */
export async function listLearnableTickets(sql: Sql, limit: number): Promise<TriageExample[]> {
  const rows = await sql<
    { title: string; text: string; category: string | null; priority: Priority | null; corrected: boolean }[]
  >`
    with corrected as (
      select id from tickets where person_changed <> '{}' order by updated_at desc limit ${limit}
    ), settled as (
      select id from tickets
      where status in ('resolved', 'closed') and category is not null and person_changed = '{}'
      order by number desc limit ${limit}
    ), chosen as (
      select id, true as corrected from corrected union all select id, false from settled
    )
    select left(t.title, 400) as title, left(t.description, ${TEXT_LENGTH_MAX}) as text,
      case when (not c.corrected or 'category' = any(t.person_changed) or t.status in ('resolved', 'closed'))
        and t.category in (select name from categories where active) then t.category end as category,
      case when not c.corrected or 'priority' = any(t.person_changed) or t.status in ('resolved', 'closed')
        then t.priority end as priority,
      c.corrected
    from chosen c join tickets t on t.id = c.id
    order by c.corrected desc, t.number desc limit ${limit}`;
  return rows.filter(({ category, priority }) => category !== null || priority !== null);
}

/** Null where none is stored. */
export async function readNewestModelVersion(sql: Sql): Promise<number | null> {
  const [row] = await sql<
    { version: number }[]
  >`select version from local_models order by version desc limit 1`;
  return row?.version ?? null;
}

export async function readModelContent(sql: Sql, version: number): Promise<Uint8Array | null> {
  const [row] = await sql<
    { content: Uint8Array }[]
  >`select content from local_models where version = ${version}`;
  return row?.content ?? null;
}

/** Newest first. */
export async function listStoredModels(sql: Sql): Promise<StoredModel[]> {
  const rows = await sql<StoredModel[]>`
    select version, trained_at as "trainedAt", row_count as "rowCount", figures, size_bytes as "sizeBytes"
    from local_models order by version desc`;
  return [...rows];
}

/** What the newest stored model was trained on; null where none is stored. */
export async function readNewestLearnedFrom(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ learnedFrom: string }[]>`
    select learned_from as "learnedFrom" from local_models order by version desc limit 1`;
  return row?.learnedFrom ?? null;
}

/** Stores a new version and lets the oldest go; answers with its number. */
export async function insertModel(
  sql: Sql,
  model: { learnedFrom: string; rowCount: number; figures: object; content: Uint8Array },
): Promise<number> {
  const [row] = await sql<{ version: number }[]>`
    insert into local_models (row_count, learned_from, figures, content)
    values (${model.rowCount}, ${model.learnedFrom}, ${jsonb(sql, model.figures)}, ${model.content})
    returning version`;
  const version = row?.version ?? 0;
  await sql`
    delete from local_models
    where version not in (select version from local_models order by version desc limit ${VERSIONS_KEPT})`;
  return version;
}
