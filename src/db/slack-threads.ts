/** Slack threads and what moves them. */
import type { SlackPosition } from "../core/delivery.ts";
import type { TicketStatus } from "../core/ticket.ts";
import { type Sql, storableText } from "./client.ts";

/**
 * Holds one Slack thread until the transaction ends: its messages are recorded one after the other, so that a reply
 * that overtakes its root, or two doors that lead to one message, cannot open two tickets.
 */
export async function lockSlackThread(sql: Sql, channel: string, threadTs: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`slack:${channel}:${threadTs}`}, 0))`;
}

/** Gives the ticket another thread with its requester, such as one in the direct messages. */
export async function moveRequesterThread(
  sql: Sql,
  ticketId: string,
  channel: string,
  threadTs: string,
): Promise<void> {
  await sql`
    insert into slack_threads (channel, thread_ts, role, ticket_id)
    values (${channel}, ${threadTs}, 'requester', ${ticketId})
    on conflict (ticket_id, role) do update set channel = excluded.channel, thread_ts = excluded.thread_ts`;
}

/** `<team>/<user>` of a ticket's requester in Slack; null where they write from elsewhere. */
export async function readSlackRequester(sql: Sql, ticketId: string): Promise<string | null> {
  const [row] = await sql<{ address: string }[]>`
    select r.address from tickets t join requesters r on r.id = t.requester_id
    where t.id = ${ticketId} and r.channel = 'slack'`;
  return row?.address ?? null;
}

/** The words that began the thread came after a reply in it: they head the ticket, and their author is its requester. */
export async function headTicket(
  sql: Sql,
  ticketId: string,
  head: { title: string; description: string; requesterId: string },
): Promise<void> {
  await sql`
    update tickets set title = ${storableText(head.title)}, description = ${storableText(head.description)},
      requester_id = ${head.requesterId}, updated_at = now()
    where id = ${ticketId}`;
}

/** Replaces description and title, where they still are what they were. */
export async function reviseTicketWords(
  sql: Sql,
  ticketId: string,
  was: { title: string; description: string },
  became: { title: string; description: string },
): Promise<void> {
  await sql`
    update tickets set description = ${storableText(became.description)}, updated_at = now(),
      title = case when title = ${was.title} then ${storableText(became.title)} else title end
    where id = ${ticketId} and description = ${storableText(was.description)}`;
}

/** Slack gave the channel a new id: everything that names the old one follows. */
export async function moveSlackChannel(sql: Sql, oldId: string, newId: string): Promise<void> {
  await sql`
    insert into slack_channel_moves (old_id, new_id) values (${oldId}, ${newId})
    on conflict (old_id) do update set new_id = excluded.new_id`;
  await sql`update slack_channel_moves set new_id = ${newId} where new_id = ${oldId}`;
  await sql`update slack_threads set channel = ${newId} where channel = ${oldId}`;
  await sql`update messages set slack_channel = ${newId} where slack_channel = ${oldId}`;
  await sql`update slack_cards set channel = ${newId} where channel = ${oldId}`;
  await sql`
    insert into slack_watches (channel, since_ts) select ${newId}, since_ts from slack_watches where channel = ${oldId}
    on conflict (channel) do nothing`;
  await sql`delete from slack_watches where channel = ${oldId}`;
  await sql`
    update deliveries set recipients = jsonb_set(recipients, '{slackChannel}', to_jsonb(${newId}::text))
    where channel = 'slack' and state in ('queued', 'sending') and recipients ->> 'slackChannel' = ${oldId}`;
}

export async function listSlackChannelMoves(sql: Sql): Promise<{ oldId: string; newId: string }[]> {
  return sql<{ oldId: string; newId: string }[]>`
    select old_id as "oldId", new_id as "newId" from slack_channel_moves`;
}

/** Why the requester gets no automatic message; an earlier reason stays. */
export async function setNoAutomaticAnswer(sql: Sql, ticketId: string, reason: string): Promise<void> {
  await sql`
    update tickets set no_automatic_answer = coalesce(no_automatic_answer, ${storableText(reason)})
    where id = ${ticketId}`;
}

export interface ThreadStatusRow {
  number: number;
  status: TicketStatus;
  assigneeName: string | null;
  /** Our first answer, and where it stands. */
  text: string;
  at: SlackPosition;
  shown: string | null;
}

/** What the requester's thread shows of the ticket; null while our first answer does not stand there. */
export async function readThreadStatus(sql: Sql, ticketId: string): Promise<ThreadStatusRow | null> {
  const [row] = await sql<(Omit<ThreadStatusRow, "at"> & { channel: string; ts: string })[]>`
    select t.number, t.status, coalesce(nullif(a.name, ''), a.email) as "assigneeName", m.text,
      m.slack_channel as channel, m.slack_ts as ts, s.shown_status as shown
    from tickets t
    join slack_threads s on s.ticket_id = t.id and s.role = 'requester'
    join messages m on m.ticket_id = t.id and m.kind = 'acknowledgement' and m.slack_ts is not null
    left join users a on a.id = t.assignee_id
    where t.id = ${ticketId}`;
  if (!row) return null;
  const { channel, ts, ...rest } = row;
  return { ...rest, at: { channel, ts } };
}

export async function setShownStatus(sql: Sql, ticketId: string, status: string): Promise<void> {
  await sql`
    update slack_threads set shown_status = ${status} where ticket_id = ${ticketId} and role = 'requester'`;
}
