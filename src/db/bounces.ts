/** Which mail of ours a bounce is about, and what it changes. */
import { type Sql, storableText } from "./client.ts";

export interface BouncedDelivery {
  deliveryId: string;
  ticketId: string;
  number: number;
  /** Lower-case addresses that the mail went to. */
  recipients: string[];
}

/** The delivery that sent the mail with this Message-ID: ours, or the one that the provider put in its place. */
export async function findDeliveryByMessageId(sql: Sql, messageId: string): Promise<BouncedDelivery | null> {
  const [row] = await sql<BouncedDelivery[]>`
    ${selectDelivery(sql)}
    where d.channel = 'email' and d.state in ('sending', 'sent', 'bounced', 'failed') and d.id in (
      select d2.id from messages m join deliveries d2 on d2.message_id = m.id
      where m.email_message_id = ${storableText(messageId)} and m.direction = 'outbound'
      union all
      select d3.id from deliveries d3 where d3.provider_message_id = ${storableText(messageId)}
    )
    limit 1`;
  return row ?? null;
}

/** The delivery of this message of ours, or with this id. */
export async function findDelivery(
  sql: Sql,
  by: { messageId: string } | { deliveryId: string },
): Promise<BouncedDelivery | null> {
  const [row] = await sql<BouncedDelivery[]>`
    ${selectDelivery(sql)}
    where d.channel = 'email' and d.state in ('sending', 'sent', 'bounced', 'failed')
      and ${"messageId" in by ? sql`d.message_id = ${by.messageId}` : sql`d.id = ${by.deliveryId}`}`;
  return row ?? null;
}

/** The only mail that went to this address within the last `days`; null where there is none, or more than one. */
export async function findOnlyRecentDelivery(
  sql: Sql,
  address: string,
  days: number,
): Promise<BouncedDelivery | null> {
  const rows = await sql<BouncedDelivery[]>`
    ${selectDelivery(sql)}
    where d.id in (
      select delivery_id from delivery_recipients
      where address = ${address.toLowerCase()} and state in ('sent', 'bounced')
        and changed_at > now() - make_interval(days => ${days})
    )
    limit 2`;
  return rows.length === 1 ? (rows[0] ?? null) : null;
}

function selectDelivery(sql: Sql) {
  return sql`
    select d.id as "deliveryId", d.ticket_id as "ticketId", t.number,
      array(select address from delivery_recipients r where r.delivery_id = d.id) as recipients
    from deliveries d join tickets t on t.id = d.ticket_id`;
}

/** True where something changed: the second report of one bounce changes nothing. */
export async function bounceDelivery(
  sql: Sql,
  deliveryId: string,
  bounce: { address: string; reason: string; status: string | null },
): Promise<boolean> {
  const reason = storableText(bounce.reason).slice(0, 1000);
  const changed = await sql`
    update delivery_recipients set state = 'bounced', error = ${reason}, error_class = 'bounced',
      status = ${bounce.status}, changed_at = now()
    where delivery_id = ${deliveryId} and address = ${bounce.address} and state in ('waiting', 'sent')`;
  if (changed.count === 0) return false;
  await sql`
    update deliveries set state = 'bounced', last_error = ${reason}, error_class = 'bounced'
    where id = ${deliveryId} and state in ('sending', 'sent')`;
  return true;
}
