/** What became of a message: its outcome, and what went out on its ticket. */
import type { SlackPosition } from "../core/delivery.ts";
import type { IntakeOutcome } from "../core/inbound.ts";
import type { Sql } from "./client.ts";
import type { DeliveryRecipients, DeliveryState } from "./deliveries.ts";
import type { MessageKind } from "./messages.ts";
import type { TicketEventType } from "./ticket-events.ts";

export interface MessageStory {
  /** What the message is known by outside: a mail's Message-ID, or a Slack message's `<channel>:<ts>`. */
  key: string;
  outcome: IntakeOutcome;
  /** One sentence: why this outcome. */
  reason: string;
  ticketId: string | null;
}

/** The ledger rows of mails with these Message-IDs, in the order of their arrival: one for each delivery. */
export async function listMailStories(sql: Sql, messageIds: readonly string[]): Promise<MessageStory[]> {
  return sql<MessageStory[]>`
    select email_message_id as key, outcome, reason, ticket_id as "ticketId"
    from intake_ledger where channel = 'email' and email_message_id = any(${[...messageIds]})
    order by recorded_at, id`;
}

/** The ledger rows of Slack messages, by `<channel>:<ts>`. */
export async function listSlackStories(sql: Sql, externalIds: readonly string[]): Promise<MessageStory[]> {
  return sql<MessageStory[]>`
    select external_id as key, outcome, reason, ticket_id as "ticketId"
    from intake_ledger where channel = 'slack' and external_id = any(${[...externalIds]})
    order by recorded_at, id`;
}

export interface OutgoingMessage {
  kind: MessageKind;
  authorName: string;
  subject: string;
  text: string;
  /** Null where nothing has to be delivered, as on a ticket of the API. */
  state: DeliveryState | null;
  recipients: DeliveryRecipients | null;
}

/** Everything public that was written to the requester of a ticket, the oldest first. */
export async function listOutgoingMessages(sql: Sql, ticketId: string): Promise<OutgoingMessage[]> {
  return sql<OutgoingMessage[]>`
    select m.kind, m.author_name as "authorName", m.subject, m.text, d.state, d.recipients
    from messages m left join deliveries d on d.message_id = m.id
    where m.ticket_id = ${ticketId} and m.direction = 'outbound' and m.visibility = 'public'
    order by m.created_at, m.id`;
}

/** The kinds of events that a ticket has had. */
export async function listTicketEventTypes(sql: Sql, ticketId: string): Promise<TicketEventType[]> {
  const rows = await sql<{ type: TicketEventType }[]>`
    select distinct type from ticket_events where ticket_id = ${ticketId}`;
  return rows.map(({ type }) => type);
}

/** Where the moderators' card of a ticket stands in Slack; null while it is not posted. */
export async function findCardPosition(sql: Sql, ticketId: string): Promise<SlackPosition | null> {
  const [row] = await sql<SlackPosition[]>`
    select channel, ts from slack_cards where ticket_id = ${ticketId} and state = 'posted'`;
  return row ?? null;
}
