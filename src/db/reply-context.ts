/** What the reply form compares a reply with. */
import type { EmailAddress } from "../core/inbound.ts";
import type { Sql } from "./client.ts";

export interface LastWords {
  messageId: string;
  authorName: string;
  text: string;
  at: Date;
  from: string | null;
  replyTo: EmailAddress[];
  to: EmailAddress[];
  cc: EmailAddress[];
}

/** The requester's newest public message, by whichever channel, or null. */
export async function readLastWords(sql: Sql, ticketId: string): Promise<LastWords | null> {
  const [row] = await sql<LastWords[]>`
    select m.id as "messageId", coalesce(nullif(m.author_name, ''), m.from_address, 'The requester') as "authorName",
      left(coalesce(nullif(m.text_trimmed, ''), m.text), 4000) as text, m.created_at as at, m.from_address as "from",
      m.reply_to_addresses as "replyTo", m.to_addresses as "to", m.cc_addresses as "cc"
    from messages m
    where m.ticket_id = ${ticketId} and m.direction = 'inbound' and m.visibility = 'public' and m.kind = 'message'
    order by m.created_at desc, m.id desc limit 1`;
  return row ?? null;
}

/** Addresses that took part by mail before that message, lower case; null where there was no mail before it. */
export async function listEarlierParticipants(
  sql: Sql,
  ticketId: string,
  messageId: string,
): Promise<string[] | null> {
  const [row] = await sql<{ count: number; addresses: string[] }[]>`
    with earlier as (
      select m.from_address, m.to_addresses || m.cc_addresses || m.reply_to_addresses as people
      from messages m
      where m.ticket_id = ${ticketId} and m.visibility = 'public' and m.channel = 'email' and m.kind <> 'acknowledgement'
        and (m.created_at, m.id) < (select created_at, id from messages where id = ${messageId})
    )
    select (select count(*) from earlier) as count, array(
      select lower(from_address) from earlier where from_address is not null
      union
      select lower(person ->> 'address') from earlier, jsonb_array_elements(people) person
    ) as addresses`;
  return row === undefined || row.count === 0 ? null : row.addresses;
}

/** The user's newest reply on the ticket where it was taken back, or null. */
export async function readTakenBackText(sql: Sql, ticketId: string, userId: string): Promise<string | null> {
  const [row] = await sql<{ text: string; state: string | null }[]>`
    select m.text, d.state from messages m left join deliveries d on d.message_id = m.id
    where m.ticket_id = ${ticketId} and m.author_user_id = ${userId} and m.kind = 'reply'
    order by m.created_at desc, m.id desc limit 1`;
  return row?.state === "cancelled" ? row.text : null;
}

/** How moderators and admins are called, without that user. */
export async function listStaffNames(sql: Sql, exceptUserId: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select name from users where role in ('moderator', 'admin') and deactivated_at is null and name <> '' and id <> ${exceptUserId}
    order by name limit 500`;
  return rows.map(({ name }) => name);
}

/**
 * Takes a queued delivery back. Null where it is being sent, or more; whoever is first, the sender or this, wins.
 */
export async function cancelQueuedDelivery(
  sql: Sql,
  deliveryId: string,
): Promise<{ text: string; messageId: string } | null> {
  const [row] = await sql<{ text: string; messageId: string }[]>`
    update deliveries d set state = 'cancelled'
    from messages m
    where d.id = ${deliveryId} and d.state = 'queued' and m.id = d.message_id and m.kind = 'reply'
    returning m.text, m.id as "messageId"`;
  return row ?? null;
}

export interface DeliveryOutline {
  ticketId: string;
  state: string;
  kind: string;
}

export async function readDeliveryOutline(sql: Sql, deliveryId: string): Promise<DeliveryOutline | null> {
  const [row] = await sql<DeliveryOutline[]>`
    select d.ticket_id as "ticketId", d.state, m.kind from deliveries d join messages m on m.id = d.message_id
    where d.id = ${deliveryId}`;
  return row ?? null;
}

/** The status that the ticket had before that reply was queued, or null. */
export async function readStatusBeforeReply(
  sql: Sql,
  ticketId: string,
  deliveryId: string,
): Promise<string | null> {
  const [row] = await sql<{ was: string | null }[]>`
    select data ->> 'was' as was from ticket_events
    where ticket_id = ${ticketId} and type = 'reply-queued' and data ->> 'deliveryId' = ${deliveryId}
    order by id desc limit 1`;
  return row?.was ?? null;
}

/** Whether a message was written under that submission's key. */
export async function hasMessageOfSubmission(sql: Sql, key: string): Promise<boolean> {
  const rows = await sql`select 1 from messages where submission_key = ${key}`;
  return rows.length > 0;
}
