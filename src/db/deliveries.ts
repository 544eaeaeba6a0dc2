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
  /** Thread-Index that the mail is to carry, or null. */
  threadIndex: string | null;
  replyTo: EmailAddress[];
  authorUserId: string | null;
  attempts: number;
  lastError: string | null;
  assigneeId: string | null;
}

export async function insertDelivery(
  sql: Sql,
  delivery: { messageId: string; ticketId: string; recipients: DeliveryRecipients; undoSeconds: number },
): Promise<string> {
  const { recipients } = delivery;
  const people = recipients.channel === "email" ? listRecipients(recipients) : [];
  const [row] = await sql<{ id: string }[]>`
    with delivery as (
      insert into deliveries (message_id, ticket_id, channel, recipients, not_before)
      values (
        ${delivery.messageId}, ${delivery.ticketId}, ${recipients.channel}, ${jsonb(sql, recipients)},
        now() + make_interval(secs => ${delivery.undoSeconds})
      )
      returning id
    ), people as (
      insert into delivery_recipients (delivery_id, address, role)
      select delivery.id, person.address, person.role
      from delivery, unnest(
        ${people.map(({ address }) => storableText(address))}::text[], ${people.map(({ role }) => role)}::text[]
      ) person (address, role)
    )
    select id from delivery`;
  if (!row) throw new Error("The delivery could not be queued.");
  return row.id;
}

/** Each address once, lower case; who stands in To and CC counts as To. */
function listRecipients(mail: {
  to: EmailAddress[];
  cc: EmailAddress[];
}): { address: string; role: "to" | "cc" }[] {
  const people = [
    ...mail.cc.map(({ address }) => [address.toLowerCase(), "cc"] as const),
    ...mail.to.map(({ address }) => [address.toLowerCase(), "to"] as const),
  ];
  return [...new Map(people)].map(([address, role]) => ({ address, role }));
}

export async function readDelivery(sql: Sql, deliveryId: string): Promise<DeliveryRow | null> {
  const [row] = await sql<DeliveryRow[]>`
    select d.id, d.message_id as "messageId", d.ticket_id as "ticketId", t.number, d.state, d.recipients,
      d.not_before as "notBefore", m.kind, m.subject, m.text, m.email_message_id as "emailMessageId",
      m.in_reply_to as "inReplyTo", m.email_references as "references", m.thread_index as "threadIndex",
      m.reply_to_addresses as "replyTo", m.author_user_id as "authorUserId", d.attempts, d.last_error as "lastError",
      t.assignee_id as "assigneeId"
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

/** Why the last try did not succeed, while others are still to come. */
export async function noteDeliveryTrouble(
  sql: Sql,
  deliveryId: string,
  trouble: { error: string; errorClass: string | null },
): Promise<void> {
  await sql`
    update deliveries set last_error = ${storableText(trouble.error).slice(0, 1000)}, error_class = ${trouble.errorClass}
    where id = ${deliveryId} and state in ('queued', 'sending')`;
}

export async function failDelivery(
  sql: Sql,
  deliveryId: string,
  trouble: { error: string; errorClass: string | null },
): Promise<boolean> {
  const result = await sql`
    update deliveries set state = 'failed', last_error = ${storableText(trouble.error).slice(0, 1000)},
      error_class = coalesce(${trouble.errorClass}, error_class)
    where id = ${deliveryId} and state in ('queued', 'sending')`;
  return result.count === 1;
}

export async function setProviderMessageId(sql: Sql, deliveryId: string, messageId: string): Promise<void> {
  await sql`update deliveries set provider_message_id = ${storableText(messageId)} where id = ${deliveryId}`;
}
