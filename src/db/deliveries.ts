/** One row for each answer on its way to the requester. */
import type { EmailAddress } from "../core/inbound.ts";
import { jsonb, type Sql, storableText } from "./client.ts";

export type DeliveryState = "queued" | "sending" | "sent" | "bounced" | "failed" | "cancelled";

/** Fixed when the answer is queued: nobody is added between the moderator's Send and the sending. */
export type DeliveryRecipients =
  | { channel: "email"; to: EmailAddress[]; cc: EmailAddress[] }
  | { channel: "slack"; slackChannel: string; threadTs: string };

export interface DeliveryRow {
  id: string;
  messageId: string;
  ticketId: string;
  number: number;
  state: DeliveryState;
  recipients: DeliveryRecipients;
  notBefore: Date;
  kind: string;
  subject: string;
  text: string;
  emailMessageId: string | null;
  inReplyTo: string | null;
  references: string[];
  assigneeId: string | null;
}

export async function insertDelivery(
  sql: Sql,
  delivery: { messageId: string; ticketId: string; recipients: DeliveryRecipients; undoSeconds: number },
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into deliveries (message_id, ticket_id, channel, recipients, not_before)
    values (
      ${delivery.messageId}, ${delivery.ticketId}, ${delivery.recipients.channel}, ${jsonb(sql, delivery.recipients)},
      now() + make_interval(secs => ${delivery.undoSeconds})
    )
    returning id`;
  if (!row) throw new Error("The delivery could not be queued.");
  return row.id;
}

export async function readDelivery(sql: Sql, deliveryId: string): Promise<DeliveryRow | null> {
  const [row] = await sql<DeliveryRow[]>`
    select d.id, d.message_id as "messageId", d.ticket_id as "ticketId", t.number, d.state, d.recipients,
      d.not_before as "notBefore", m.kind, m.subject, m.text, m.email_message_id as "emailMessageId",
      m.in_reply_to as "inReplyTo", m.email_references as "references", t.assignee_id as "assigneeId"
    from deliveries d join messages m on m.id = d.message_id join tickets t on t.id = d.ticket_id
    where d.id = ${deliveryId}`;
  return row ?? null;
}

/**
 * Marks the delivery as being sent, before the far end is called. Answers with the state it was in:
 * `sending` means that an earlier try may have got through. Null when it is already sent, failed or cancelled.
 */
export async function beginDelivery(sql: Sql, deliveryId: string): Promise<"queued" | "sending" | null> {
  const [row] = await sql<{ was: "queued" | "sending" }[]>`
    update deliveries d set state = 'sending', attempts = d.attempts + 1
    from (select id, state from deliveries where id = ${deliveryId} for update) before
    where d.id = before.id and before.state in ('queued', 'sending')
    returning before.state as was`;
  return row?.was ?? null;
}

export async function finishDelivery(sql: Sql, deliveryId: string, externalId: string): Promise<boolean> {
  const result = await sql`
    update deliveries set state = 'sent', sent_at = now(), external_id = ${externalId}, last_error = null
    where id = ${deliveryId} and state in ('queued', 'sending')`;
  return result.count === 1;
}

export async function failDelivery(sql: Sql, deliveryId: string, error: string): Promise<boolean> {
  const result = await sql`
    update deliveries set state = 'failed', last_error = ${storableText(error).slice(0, 1000)}
    where id = ${deliveryId} and state in ('queued', 'sending')`;
  return result.count === 1;
}

/** Marks the mail that we sent with this Message-ID as bounced. Null where we know no such mail. */
export async function bounceDelivery(
  sql: Sql,
  bounce: { originalMessageId: string | null; reason: string },
): Promise<{ deliveryId: string; ticketId: string } | null> {
  const [row] = await sql<{ deliveryId: string; ticketId: string }[]>`
    update deliveries d set state = 'bounced', last_error = ${storableText(bounce.reason).slice(0, 1000)}
    where d.id = (
      select d2.id from deliveries d2 join messages m on m.id = d2.message_id
      where d2.channel = 'email' and d2.state in ('sent', 'bounced') and m.email_message_id = ${bounce.originalMessageId}
      limit 1
    )
    returning d.id as "deliveryId", d.ticket_id as "ticketId"`;
  return row ?? null;
}

/** Automatic messages queued for a mail address within the last hour: what the cap per sender counts. */
export async function countRecentAutomaticMail(sql: Sql, requesterId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count
    from messages m join tickets t on t.id = m.ticket_id
    where t.requester_id = ${requesterId} and m.kind in ('acknowledgement', 'notice') and m.channel = 'email'
      and m.created_at > now() - interval '1 hour'`;
  return row?.count ?? 0;
}
