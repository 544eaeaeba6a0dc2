/** Which tickets a message could belong to. The decision is core's; this only looks them up. */
import type { ThreadCandidate } from "../core/threading.ts";
import type { Sql } from "./client.ts";
import { gathered } from "./gather.ts";

interface CandidateRow {
  ticketId: string;
  number: number;
  status: ThreadCandidate["status"];
  closedDaysAgo: number | null;
  outbound: boolean;
  participants: string[];
}

export interface CandidateHints {
  /** With angle brackets, the most telling first. */
  messageIds: string[];
  /** Numbers of tickets that Message-IDs of ours name, signature verified, in the order of `messageIds`. */
  signedNumbers: number[];
  /** Numbers of tickets whose own address the mail was sent to, signature verified. */
  plusNumbers: number[];
  subjectNumber: number | null;
}

/**
 * Tickets that the hints lead to, with everybody who takes part in them by mail: the requester, whoever wrote publicly,
 * and whoever stands in To or CC of their mails and of ours. A newcomer's mail makes nobody a participant.
 *
 * A stored Message-ID of ours counts like a verified one: it stands in our table only because we minted it, or because
 * the provider gave it to our mail, and cannot be guessed.
 */
export async function findThreadCandidates(sql: Sql, hints: CandidateHints): Promise<ThreadCandidate[]> {
  const { messageIds, signedNumbers, plusNumbers, subjectNumber } = hints;
  const byMessage = messageIds.length === 0 ? [] : await candidatesByMessageId(sql, messageIds);
  const numbers = [
    ...new Set([...signedNumbers, ...plusNumbers, ...(subjectNumber === null ? [] : [subjectNumber])]),
  ];
  const byNumber = numbers.length === 0 ? [] : await candidatesByNumber(sql, numbers);
  const numbered = (wanted: number[], via: ThreadCandidate["via"]) =>
    wanted.flatMap((number) =>
      byNumber.filter((row) => row.number === number).map((row) => toCandidate(row, via)),
    );
  return [
    ...byMessage.map((row) => toCandidate(row, row.outbound ? "own-message-id" : "references")),
    ...numbered(signedNumbers, "own-message-id"),
    ...numbered(plusNumbers, "plus-address"),
    ...numbered(subjectNumber === null ? [] : [subjectNumber], "subject-token"),
  ];
}

function toCandidate(row: CandidateRow, via: ThreadCandidate["via"]): ThreadCandidate {
  const { ticketId, number, status, closedDaysAgo, participants } = row;
  return { ticketId, number, status, closedDaysAgo, participants, via };
}

const CANDIDATES_MAX = 20;

const candidatesByMessageId = gathered(candidatesByMessageIds);

/** For each list of Message-IDs, the tickets that it leads to, in the order of the ids. */
async function candidatesByMessageIds(sql: Sql, lists: readonly string[][]): Promise<CandidateRow[][]> {
  const hints = lists.flatMap((ids, list) => ids.map((id, position) => ({ list, id, position })));
  const rows = await sql<(CandidateRow & { list: number })[]>`
    with hint as (
      select * from unnest(
        ${hints.map(({ list }) => list)}::int[], ${hints.map(({ id }) => id)}::text[],
        ${hints.map(({ position }) => position)}::int[]
      ) hint (list, message_id, position)
    ), found as (
      select hint.list, hint.position, m.ticket_id, m.direction = 'outbound' as outbound
      from hint join messages m on m.email_message_id = hint.message_id and m.visibility = 'public'
      union all
      select hint.list, hint.position, d.ticket_id, true
      from hint join deliveries d on d.provider_message_id = hint.message_id
    ), known as (
      select list, ticket_id, bool_or(outbound) as outbound, min(position) as position
      from found group by list, ticket_id
    ), nearest as (
      select *, row_number() over (partition by list order by position) as rank from known
    )
    select nearest.list, t.id as "ticketId", t.number, t.status, nearest.outbound,
      extract(day from now() - t.closed_at)::int as "closedDaysAgo", ${participants(sql)} as participants
    from nearest join tickets t on t.id = nearest.ticket_id
    where nearest.rank <= ${CANDIDATES_MAX}
    order by nearest.list, nearest.rank`;
  const found = lists.map((): CandidateRow[] => []);
  for (const { list, ...row } of rows) found[list]?.push(row);
  return found;
}

const candidatesByNumber = gathered(candidatesByNumberLists);

async function candidatesByNumberLists(sql: Sql, lists: readonly number[][]): Promise<CandidateRow[][]> {
  const rows = await sql<CandidateRow[]>`
    select t.id as "ticketId", t.number, t.status, false as outbound,
      extract(day from now() - t.closed_at)::int as "closedDaysAgo", ${participants(sql)} as participants
    from tickets t where t.number = any(${[...new Set(lists.flat())]}::bigint[])`;
  return lists.map((numbers) => rows.filter((row) => numbers.includes(row.number)));
}

function participants(sql: Sql) {
  return sql`array(
    select r.email from requesters r where r.id = t.requester_id and r.email is not null
    union
    select m.from_address from messages m
      where m.ticket_id = t.id and m.direction = 'inbound' and m.visibility = 'public' and not m.newcomer
        and m.from_address is not null
    union
    select lower(person ->> 'address') from messages m, jsonb_array_elements(m.to_addresses || m.cc_addresses) person
      where m.ticket_id = t.id and m.visibility = 'public' and not m.newcomer
  )`;
}

/** The ticket that a Slack thread belongs to, and which of its two threads it is. */
export async function findSlackThread(
  sql: Sql,
  channel: string,
  threadTs: string,
): Promise<{
  ticketId: string;
  number: number;
  role: "requester" | "card";
  status: ThreadCandidate["status"];
  /** `<team>/<user>`, where the requester writes in Slack. */
  requesterAddress: string;
} | null> {
  const [row] = await sql<
    {
      ticketId: string;
      number: number;
      role: "requester" | "card";
      status: ThreadCandidate["status"];
      requesterAddress: string;
    }[]
  >`
    select s.ticket_id as "ticketId", t.number, s.role, t.status, r.address as "requesterAddress"
    from slack_threads s join tickets t on t.id = s.ticket_id join requesters r on r.id = t.requester_id
    where s.channel = ${channel} and s.thread_ts = ${threadTs}`;
  return row ?? null;
}

/** Gives a thread to a ticket; a follow-up takes over the thread of the closed ticket that it follows. */
export async function setSlackThread(
  sql: Sql,
  thread: { channel: string; threadTs: string; role: "requester" | "card"; ticketId: string },
): Promise<void> {
  await sql`
    insert into slack_threads (channel, thread_ts, role, ticket_id)
    values (${thread.channel}, ${thread.threadTs}, ${thread.role}, ${thread.ticketId})
    on conflict (channel, thread_ts) do update set ticket_id = excluded.ticket_id`;
}

/** The requester's thread of a ticket. */
export async function readRequesterThread(
  sql: Sql,
  ticketId: string,
): Promise<{ channel: string; threadTs: string } | null> {
  const [row] = await sql<{ channel: string; threadTs: string }[]>`
    select channel, thread_ts as "threadTs" from slack_threads where ticket_id = ${ticketId} and role = 'requester'`;
  return row ?? null;
}

/** The numbers of the tickets that messages with these Message-IDs stand on. */
export async function findNumbersOfMessageIds(
  sql: Sql,
  messageIds: string[],
): Promise<Map<string, number[]>> {
  const rows = await sql<{ messageId: string; numbers: number[] }[]>`
    select m.email_message_id as "messageId", array_agg(distinct t.number) as numbers
    from messages m join tickets t on t.id = m.ticket_id
    where m.email_message_id = any(${messageIds}) group by m.email_message_id`;
  return new Map(rows.map((row) => [row.messageId, row.numbers]));
}
