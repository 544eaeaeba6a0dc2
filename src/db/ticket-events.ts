/** The audit trail of tickets. */
import type { Actor } from "../core/actor.ts";
import { assertNever } from "../core/ticket.ts";
import { type Sql, storableJsonText } from "./client.ts";
import { gatheredWrite } from "./gather.ts";

export type TicketEventType =
  | "created"
  | "replied"
  | "triaged"
  | "assigned"
  | "unassigned"
  | "claimed"
  | "status-changed"
  | "reply-queued"
  | "reply-undone"
  | "priority-changed"
  | "category-changed"
  | "skills-changed"
  | "declined"
  | "skill-change-proposed"
  | "skill-change-accepted"
  | "skill-change-ignored"
  | "note-added"
  | "message-edited"
  | "message-deleted"
  | "reopened"
  | "acknowledged"
  | "acknowledgement-withheld"
  | "resolved"
  | "delivery-sent"
  | "delivery-failed"
  | "bounced"
  | "newcomer-wrote"
  | "deadline-reminded"
  | "deadline-missed"
  | "close-warned"
  | "closed";

export function addTicketEvent(
  sql: Sql,
  ticketId: string,
  type: TicketEventType,
  actor: Actor,
  data: Record<string, unknown> = {},
): Promise<void> {
  return addTogether(sql, { ticketId, type, actor, data });
}

export interface NewTicketEvent {
  ticketId: string;
  type: TicketEventType;
  actor: Actor;
  data: Record<string, unknown>;
}

const addTogether = gatheredWrite(addTicketEvents);

export async function addTicketEvents(sql: Sql, events: readonly NewTicketEvent[]): Promise<void> {
  await sql`
    insert into ticket_events (ticket_id, type, actor_kind, actor_id, via, data)
    select event.ticket_id, event.type, event.actor_kind, event.actor_id, event.via, event.data::jsonb
    from unnest(
      ${events.map(({ ticketId }) => ticketId)}::uuid[], ${events.map(({ type }) => type)}::text[],
      ${events.map(({ actor }) => actor.kind)}::text[], ${events.map(({ actor }) => actorId(actor))}::uuid[],
      ${events.map(({ actor }) => actor.via)}::text[], ${events.map(({ data }) => storableJsonText(data))}::text[]
    ) event (ticket_id, type, actor_kind, actor_id, via, data)`;
}

function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case "requester":
      return actor.requesterId;
    case "moderator":
    case "admin":
      return actor.userId;
    case "system":
      return null;
    default:
      return assertNever(actor);
  }
}
