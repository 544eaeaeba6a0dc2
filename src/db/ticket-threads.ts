/** Which tickets a message could belong to. The decision is core's; this only looks them up. */
import type { ThreadCandidate } from "../core/threading.ts";
import type { Sql } from "./client.ts";

interface CandidateRow {
  ticketId: string;
  number: number;
  status: ThreadCandidate["status"];
  closedDaysAgo: number | null;
  outbound: boolean;
  participants: string[];
}

/**
 * Tickets that the given Message-IDs or ticket number lead to, with everybody who takes part in them by mail:
 * the requester, and whoever stands in From, To or Cc of the requester's side of the conversation.
 */
export async function findThreadCandidates(
  sql: Sql,
  hints: { messageIds: string[]; subjectNumber: number | null },
): Promise<ThreadCandidate[]> {
  const byMessage = hints.messageIds.length === 0 ? [] : await candidatesByMessageId(sql, hints.messageIds);
  const byNumber = hints.subjectNumber === null ? [] : await candidatesByNumber(sql, hints.subjectNumber);
  return [
    ...byMessage.map((row) => toCandidate(row, row.outbound ? "own-message-id" : "references")),
    ...byNumber.map((row) => toCandidate(row, "subject-token")),
  ];
}

function toCandidate(row: CandidateRow, via: ThreadCandidate["via"]): ThreadCandidate {
  const { ticketId, number, status, closedDaysAgo, participants } = row;
  return { ticketId, number, status, closedDaysAgo, participants, via };
}

async function candidatesByMessageId(sql: Sql, messageIds: string[]): Promise<CandidateRow[]> {
  return sql<CandidateRow[]>`
    with known as (
      select m.ticket_id, bool_or(m.direction = 'outbound') as outbound,
        min(array_position(${messageIds}::text[], m.email_message_id)) as position
      from messages m where m.email_message_id = any(${messageIds}) group by m.ticket_id
    )
    select t.id as "ticketId", t.number, t.status, known.outbound,
      extract(day from now() - t.closed_at)::int as "closedDaysAgo", ${participants(sql)} as participants
    from known join tickets t on t.id = known.ticket_id
    order by known.position limit 20`;
}

async function candidatesByNumber(sql: Sql, number: number): Promise<CandidateRow[]> {
  return sql<CandidateRow[]>`
    select t.id as "ticketId", t.number, t.status, false as outbound,
      extract(day from now() - t.closed_at)::int as "closedDaysAgo", ${participants(sql)} as participants
    from tickets t where t.number = ${number}`;
}

function participants(sql: Sql) {
  return sql`array(
    select r.email from requesters r where r.id = t.requester_id and r.email is not null
    union
    select m.from_address from messages m
      where m.ticket_id = t.id and m.direction = 'inbound' and m.visibility = 'public' and m.from_address is not null
    union
    select lower(person ->> 'address') from messages m, jsonb_array_elements(m.to_addresses || m.cc_addresses) person
      where m.ticket_id = t.id and m.visibility = 'public'
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
} | null> {
  const [row] = await sql<
    { ticketId: string; number: number; role: "requester" | "card"; status: ThreadCandidate["status"] }[]
  >`
    select s.ticket_id as "ticketId", t.number, s.role, t.status
    from slack_threads s join tickets t on t.id = s.ticket_id
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
