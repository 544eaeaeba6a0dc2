/** The moderators' card of each ticket, and the watched Slack channels. */
import type { SlackPosition, TicketCard } from "../core/delivery.ts";
import type { Channel } from "../core/ticket.ts";
import type { Sql } from "./client.ts";

export interface Drawing {
  /** Counts the drawings of this card. */
  token: number;
  /** Where the card stands; null where it was never seen to be posted. */
  at: SlackPosition | null;
  /** An earlier try may have posted it, and did not live to tell. */
  maybePosted: boolean;
  /** False where another drawing is under way, or did not end: what the card shows is then not certain. */
  isAlone: boolean;
  /** What the card shows; null where that is not certain. */
  shownHash: string | null;
}

interface DrawingRow {
  begun: number;
  finished: number;
  channel: string | null;
  ts: string | null;
  shownHash: string | null;
  isNew: boolean;
}

/** Commits the intent to draw before the ticket is read and Slack is called. */
export async function beginDrawing(sql: Sql, ticketId: string): Promise<Drawing> {
  const [row] = await sql<DrawingRow[]>`
    insert into slack_cards (ticket_id, state, begun) values (${ticketId}, 'posting', 1)
    on conflict (ticket_id) do update set begun = slack_cards.begun + 1
    returning begun, finished, channel, ts, shown_hash as "shownHash", xmax = 0 as "isNew"`;
  if (!row) throw new Error("The drawing of the card could not be noted.");
  const at = row.channel && row.ts ? { channel: row.channel, ts: row.ts } : null;
  const isAlone = row.finished === row.begun - 1;
  return {
    token: row.begun,
    at,
    maybePosted: at === null && !row.isNew,
    isAlone,
    shownHash: isAlone ? row.shownHash : null,
  };
}

/**
 * Notes where the card stands and what it shows. False where another drawing has begun since: it may have been
 * overwritten by this one with older content, so draw again.
 * @param hash of what was drawn; null where this drawing was not alone
 */
export async function finishDrawing(
  sql: Sql,
  ticketId: string,
  drawing: { token: number; at: SlackPosition; hash: string | null },
): Promise<boolean> {
  const { token, at, hash } = drawing;
  const result = await sql`
    update slack_cards set state = 'posted', channel = ${at.channel}, ts = ${at.ts},
      finished = case when begun = ${token} then begun else finished end,
      shown_hash = case when begun = ${token} then ${hash} end
    where ticket_id = ${ticketId}
    returning begun = ${token} as last`;
  await sql`
    insert into slack_threads (channel, thread_ts, role, ticket_id) values (${at.channel}, ${at.ts}, 'card', ${ticketId})
    on conflict (ticket_id, role) do update set channel = excluded.channel, thread_ts = excluded.thread_ts`;
  return result[0]?.last === true;
}

interface CardRow extends Omit<TicketCard, "requester" | "assignee"> {
  requesterName: string;
  channel: Channel;
  assigneeName: string | null;
  assigneeSlackUserId: string | null;
}

/** Everything that the card shows, as it stands now. */
export async function readTicketCard(sql: Sql, ticketId: string): Promise<TicketCard | null> {
  const [row] = await sql<CardRow[]>`
    select t.id as "ticketId", t.number, t.title, t.status, t.priority, t.category, t.summary,
      t.helpful_notes as "helpfulNotes", t.related_skills as "relatedSkills", t.confidence, t.triage_source as source,
      t.provisional, coalesce(tr.result -> 'evidence', '[]') as evidence, coalesce(tr.result -> 'guesses', '[]') as guesses,
      coalesce(tr.result -> 'suspicious', '[]') as suspicious,
      coalesce(nullif(r.name, ''), r.email, r.address) as "requesterName", t.channel,
      coalesce(nullif(a.name, ''), a.email) as "assigneeName", a.slack_user_id as "assigneeSlackUserId",
      coalesce(t.assignment ->> 'why', '') as "whyAssignee",
      (select count(*) from messages m where m.ticket_id = t.id and m.visibility = 'public'
        and m.kind in ('message', 'reply')) as "messageCount"
    from tickets t
    join requesters r on r.id = t.requester_id
    left join users a on a.id = t.assignee_id
    left join lateral (
      select result from triage_results
      where ticket_id = t.id and result is not null and source = t.triage_source order by created_at desc limit 1
    ) tr on true
    where t.id = ${ticketId}`;
  if (!row) return null;
  const { requesterName, channel, assigneeName, assigneeSlackUserId, ...rest } = row;
  return {
    ...rest,
    requester: { name: requesterName, channel },
    assignee: assigneeName === null ? null : { name: assigneeName, slackUserId: assigneeSlackUserId },
  };
}

/**
 * Begins to answer for a Slack channel, and says since when we do. A channel that is new to us (a direct message) is
 * ours from the moment the first of the others was.
 */
export async function watchSlackChannel(sql: Sql, channel: string, nowTs: string): Promise<string> {
  const [row] = await sql<{ sinceTs: string }[]>`
    insert into slack_watches (channel, since_ts)
    values (${channel}, coalesce((select min(since_ts::numeric)::text from slack_watches), ${nowTs}))
    on conflict (channel) do update set channel = excluded.channel
    returning since_ts as "sinceTs"`;
  return row?.sinceTs ?? nowTs;
}

/** Requesters' threads of tickets that are not closed, whose root is older than `beforeTs`. */
export async function listOpenSlackThreads(sql: Sql, channel: string, beforeTs: string): Promise<string[]> {
  const rows = await sql<{ threadTs: string }[]>`
    select s.thread_ts as "threadTs"
    from slack_threads s join tickets t on t.id = s.ticket_id
    where s.channel = ${channel} and s.role = 'requester' and t.status <> 'closed'
      and s.thread_ts::numeric < ${beforeTs}::numeric
    order by s.thread_ts::numeric`;
  return rows.map((row) => row.threadTs);
}
