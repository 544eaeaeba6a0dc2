/** The audit trail of tickets. */
import type { Actor } from "../core/actor.ts";
import { assertNever } from "../core/ticket.ts";
import { jsonb, type Sql } from "./client.ts";

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

export async function addTicketEvent(
  sql: Sql,
  ticketId: string,
  type: TicketEventType,
  actor: Actor,
  data: Record<string, unknown> = {},
): Promise<void> {
  await sql`
    insert into ticket_events (ticket_id, type, actor_kind, actor_id, via, data)
    values (${ticketId}, ${type}, ${actor.kind}, ${actorId(actor)}, ${actor.via}, ${jsonb(sql, data)})`;
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
