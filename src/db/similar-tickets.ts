/** Solved tickets that read like another one, by Postgres' full-text search. */
import type { SimilarTicket } from "../core/slack-views.ts";
import type { Sql } from "./client.ts";

/** So many of the newest solved tickets are looked at, and of those that match so many are ranked. */
const SEARCHED_MAX = 3_000;
const RANKED_MAX = 100;

/**
 * The best matches by the words, of which any may match. Each is a letter or digit sequence, as `significantWords` gives
 * them. Answers are cut to 300 characters.
 */
export async function findSimilarSolved(
  sql: Sql,
  ticketId: string,
  words: readonly string[],
  limit: number,
): Promise<SimilarTicket[]> {
  const wanted = words.map((word) => word.replace(/['\\\s]/g, "")).filter((word) => word !== "");
  if (wanted.length === 0) return [];
  const query = wanted.map((word) => `'${word}'`).join(" | ");
  const rows = await sql<SimilarTicket[]>`
    with wanted as (select to_tsquery('simple', ${query}) as query),
    newest as (
      select t.id, t.number, t.title, t.search, t.category
      from (
        select id, number, title, search, category from tickets
        where status in ('resolved', 'closed') order by number desc limit ${SEARCHED_MAX}
      ) t, wanted
      where t.search @@ wanted.query and t.id <> ${ticketId}
      order by t.number desc limit ${RANKED_MAX}
    ), ranked as (
      select newest.id, newest.number, newest.title,
        ts_rank(newest.search, wanted.query)
          * case when newest.category = (select category from tickets where id = ${ticketId}) then 1.5 else 1 end as rank,
        (select count(*) from unnest(${wanted}::text[]) word where newest.search @@ to_tsquery('simple', '''' || word || ''''))
          as matched
      from newest, wanted
    )
    select ranked.number, ranked.title, coalesce((
      select left(m.text_trimmed, 300) from messages m left join deliveries d on d.message_id = m.id
      where m.ticket_id = ranked.id and m.kind = 'reply' and m.visibility = 'public' and m.direction = 'outbound'
        and (d.state is null or d.state = 'sent')
      order by m.created_at desc, m.id desc limit 1), '') as answer
    from ranked where matched >= least(2, ${wanted.length}) order by matched desc, rank desc, number desc limit ${limit}`;
  return [...rows];
}
