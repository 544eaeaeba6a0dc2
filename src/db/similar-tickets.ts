/** Solved tickets that read like another one: found by Postgres' full-text search, put in order by who can compare them. */
import type { RankSimilar, SimilarTicket } from "../core/slack-views.ts";
import type { Sql } from "./client.ts";

/** So many of the newest solved tickets are looked at whatever their words, and of those that match so many are ranked. */
const SEARCHED_MAX = 3_000;
const RANKED_MAX = 100;
/** Rare words are looked up among all tickets; a word is rare while no more tickets than this have it. */
const RARE_MAX = 1_000;
const RARE_WORDS_MAX = 3;
/** So many of the best matches by words are compared as texts. */
const COMPARED_MAX = 30;
const COMPARED_LENGTH_MAX = 2_000;

interface Candidate {
  id: string;
  number: number;
  title: string;
  text: string;
  own: { title: string; text: string };
}

/**
 * The best matches by the words, of which any may match. Each is a letter or digit sequence, as `significantWords` gives
 * them. With `rank` the matches are compared as texts and the closest come first. Answers are cut to 300 characters.
 * Reads by index at any number of tickets: the newest solved ones, and all that share a rare word.
 */
export async function findSimilarSolved(
  sql: Sql,
  ticketId: string,
  words: readonly string[],
  limit: number,
  rank?: RankSimilar,
): Promise<SimilarTicket[]> {
  const wanted = words.map((word) => word.replace(/['\\\s]/g, "")).filter((word) => word !== "");
  if (wanted.length === 0) return [];
  const candidates = await findCandidates(sql, ticketId, wanted, rank ? COMPARED_MAX : limit);
  const order = rank ? await putInOrder(candidates, rank) : candidates;
  const chosen = order.slice(0, limit);
  if (chosen.length === 0) return [];
  const answers = await readAnswers(
    sql,
    chosen.map(({ id }) => id),
  );
  return chosen.map(({ id, number, title }) => ({ number, title, answer: answers.get(id) ?? "" }));
}

/** The order by words is the order among equals. */
async function putInOrder(candidates: Candidate[], rank: RankSimilar): Promise<Candidate[]> {
  const [first] = candidates;
  if (first === undefined) return [];
  const scores = await rank(first.own, candidates);
  if (scores === null) return candidates;
  return candidates
    .map((candidate, place) => ({ candidate, score: scores[place] ?? 0 }))
    .sort((a, b) => b.score - a.score)
    .map(({ candidate }) => candidate);
}

/** The rare ones come without a limit: with one, Postgres may take reading all tickets in turn for cheaper. */
async function findCandidates(
  sql: Sql,
  ticketId: string,
  wanted: string[],
  limit: number,
): Promise<Candidate[]> {
  const query = joinWords(wanted);
  const rare = await findRareWords(sql, wanted);
  const rareQuery = joinWords(rare);
  const rows = await sql<(Omit<Candidate, "own"> & { ownTitle: string; ownText: string })[]>`
    with wanted as (select to_tsquery('simple', ${query}) as query),
    own as (select id, title, description, category from tickets where id = ${ticketId}),
    newest as (
      select t.id
      from (
        select id, number, search from tickets
        where status in ('resolved', 'closed') order by number desc limit ${SEARCHED_MAX}
      ) t, wanted
      where t.search @@ wanted.query
      order by t.number desc limit ${RANKED_MAX}
    ), rare as materialized (
      select id from tickets
      where ${rare.length > 0} and search @@ to_tsquery('simple', ${rareQuery}) and status in ('resolved', 'closed')
    ), matching as (
      select id from newest union select id from rare
    ), ranked as (
      select t.id, t.number, t.title, t.description,
        ts_rank(t.search, wanted.query)
          * case when t.category = (select category from own) then 1.5 else 1 end as rank,
        (select count(*) from unnest(${wanted}::text[]) word where t.search @@ to_tsquery('simple', '''' || word || ''''))
          as matched
      from matching join tickets t on t.id = matching.id, wanted
      where t.id <> ${ticketId}
    )
    select ranked.id, ranked.number, ranked.title, left(ranked.description, ${COMPARED_LENGTH_MAX}) as text,
      own.title as "ownTitle", left(own.description, ${COMPARED_LENGTH_MAX}) as "ownText"
    from ranked, own where matched >= least(2, ${wanted.length})
    order by matched desc, rank desc, number desc limit ${limit}`;
  return rows.map(({ ownTitle, ownText, ...row }) => ({ ...row, own: { title: ownTitle, text: ownText } }));
}

function joinWords(words: string[]): string {
  return words.map((word) => `'${word}'`).join(" | ");
}

/**
 * By Postgres' own statistics: what it does not list among the common words is rare. None while there are no statistics:
 * then the newest tickets are all that is searched.
 */
async function findRareWords(sql: Sql, words: string[]): Promise<string[]> {
  const rows = await sql<{ word: string }[]>`
    with statistics as (
      select s.most_common_elems::text::text[] as words, s.most_common_elem_freqs as shares,
        greatest(c.reltuples, 0) as tickets
      from pg_stats s join pg_class c on c.oid = 'tickets'::regclass
      where s.schemaname = (select nspname from pg_namespace where oid = c.relnamespace)
        and s.tablename = 'tickets' and s.attname = 'search' and s.most_common_elems is not null
    ), rated as (
      select word, place, tickets * coalesce(shares[array_position(words, word)], shares[cardinality(words) + 1]) as matches
      from statistics, unnest(${words}::text[]) with ordinality as given (word, place)
    )
    select word from rated where matches <= ${RARE_MAX} order by matches, place limit ${RARE_WORDS_MAX}`;
  return rows.map(({ word }) => word);
}

/** The last public answer that left, by ticket. */
async function readAnswers(sql: Sql, ticketIds: string[]): Promise<Map<string, string>> {
  const rows = await sql<{ ticketId: string; answer: string }[]>`
    select distinct on (m.ticket_id) m.ticket_id as "ticketId", left(m.text_trimmed, 300) as answer
    from messages m left join deliveries d on d.message_id = m.id
    where m.ticket_id = any(${ticketIds}::uuid[]) and m.kind = 'reply' and m.visibility = 'public'
      and m.direction = 'outbound' and (d.state is null or d.state = 'sent')
    order by m.ticket_id, m.created_at desc, m.id desc`;
  return new Map(rows.map(({ ticketId, answer }) => [ticketId, answer]));
}
