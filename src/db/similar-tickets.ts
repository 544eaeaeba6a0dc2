/** Solved tickets that read like another one, by Postgres' full-text search. */
import type { SimilarTicket } from "../core/slack-views.ts";
import type { Sql } from "./client.ts";

/** Newer ones first, at most so many are ranked: a common word matches a great many. */
const RANKED_MAX = 200;

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
  if (words.length === 0) return [];
  const query = words.map((word) => `'${word.replace(/['\\]/g, "")}'`).join(" | ");
  const rows = await sql<SimilarTicket[]>`
    with wanted as (select to_tsquery('simple', ${query}) as query),
    newest as (
      select t.id, t.number, t.title, t.search, t.category
      from tickets t, wanted
      where t.status in ('resolved', 'closed') and t.search @@ wanted.query and t.id <> ${ticketId}
      order by t.number desc limit ${RANKED_MAX}
    ), ranked as (
      select newest.id, newest.number, newest.title,
        ts_rank(newest.search, wanted.query)
          * case when newest.category = (select category from tickets where id = ${ticketId}) then 1.5 else 1 end as rank,
        (select count(*) from unnest(${[...words]}::text[]) word where newest.search @@ to_tsquery('simple', '''' || word || ''''))
          as matched
      from newest, wanted
    )
    select ranked.number, ranked.title, coalesce((
      select left(m.text_trimmed, 300) from messages m left join deliveries d on d.message_id = m.id
      where m.ticket_id = ranked.id and m.kind = 'reply' and m.visibility = 'public' and m.direction = 'outbound'
        and (d.state is null or d.state = 'sent')
      order by m.created_at desc, m.id desc limit 1), '') as answer
    from ranked where matched >= least(2, ${words.length}) order by matched desc, rank desc, number desc limit ${limit}`;
  return [...rows];
}
