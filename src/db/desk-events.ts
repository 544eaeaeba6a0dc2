/** The audit trail of what concerns people rather than one ticket. */
import type { StaffActor } from "../core/actor.ts";
import { jsonb, type Sql } from "./client.ts";

export type DeskEventType =
  | "went-away"
  | "came-back"
  | "hands-over"
  | "account-changed"
  | "account-deactivated"
  | "account-reactivated"
  | "skill-removed"
  | "skill-proposal-ignored"
  | "skill-added"
  | "skill-changed"
  | "skill-accepted"
  | "skill-joined"
  | "skill-refused"
  | "category-added"
  | "category-changed";

export async function addDeskEvent(
  sql: Sql,
  type: DeskEventType,
  actor: StaffActor,
  data: Record<string, unknown> = {},
): Promise<void> {
  await sql`
    insert into desk_events (type, actor_kind, actor_id, via, data)
    values (${type}, ${actor.kind}, ${actor.userId}, ${actor.via}, ${jsonb(sql, data)})`;
}
