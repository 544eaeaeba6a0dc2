/** The moderator or admin behind a Slack user. */
import type { StaffActor } from "../core/actor.ts";
import type { Sql } from "../db/client.ts";
import { findStaffBySlackId, linkStaffByEmail } from "../db/staff.ts";

/** Null for everybody else. `email` is null where Slack hides it or another company vouches for it. */
export async function resolveSlackActor(
  sql: Sql,
  slackUserId: string,
  email: string | null,
): Promise<StaffActor | null> {
  const known = await findStaffBySlackId(sql, slackUserId);
  const staff = known ?? (email === null ? null : await linkStaffByEmail(sql, slackUserId, email));
  return staff === null ? null : { kind: staff.role, userId: staff.userId, name: staff.name, via: "slack" };
}
