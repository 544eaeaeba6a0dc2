/** Answers that wait for their channel to be switched on. */
import type { OutgoingChannel } from "../core/hold.ts";
import { type Sql, storableText } from "./client.ts";

/** Keeps it where it stands: a try of before may have got through, and is remembered. False where it is done with. */
export async function holdDelivery(sql: Sql, deliveryId: string, why: string): Promise<boolean> {
  const result = await sql`
    update deliveries set held_at = coalesce(held_at, now()), last_error = ${storableText(why)}, error_class = 'configuration'
    where id = ${deliveryId} and state in ('queued', 'sending')`;
  return result.count === 1;
}

/** The oldest first; they are held no more. */
export async function releaseHeldDeliveries(
  sql: Sql,
  channels: readonly OutgoingChannel[],
  limit: number,
): Promise<{ id: string; ticketId: string }[]> {
  return sql<{ id: string; ticketId: string }[]>`
    update deliveries d set held_at = null, last_error = null, error_class = null
    from (
      select id from deliveries
      where held_at is not null and state in ('queued', 'sending') and channel = any(${[...channels]}::text[])
      order by created_at, id limit ${limit} for update skip locked
    ) held
    where d.id = held.id
    returning d.id, d.ticket_id as "ticketId"`;
}

/** Ends those that a machine wrote and that would come too late; how many. */
export async function dropLateDeliveries(
  sql: Sql,
  channels: readonly OutgoingChannel[],
  hoursMax: number,
): Promise<number> {
  const result = await sql`
    update deliveries d set state = 'cancelled', held_at = null,
      last_error = ${`Its channel was off for more than ${hoursMax} hours: so late it would confuse.`}
    from messages m
    where d.held_at is not null and d.state = 'queued' and d.channel = any(${[...channels]}::text[])
      and m.id = d.message_id and m.kind <> 'reply' and d.created_at < now() - make_interval(hours => ${hoursMax})`;
  return result.count;
}

/** How many wait, by channel. */
export async function countHeldDeliveries(sql: Sql): Promise<Record<OutgoingChannel, number>> {
  const rows = await sql<{ channel: OutgoingChannel; count: number }[]>`
    select channel, count(*) as count from deliveries
    where held_at is not null and state in ('queued', 'sending') group by channel`;
  return { email: 0, slack: 0, ...Object.fromEntries(rows.map(({ channel, count }) => [channel, count])) };
}
