/** Moderators and admins, as the channels know them. */
import type { Sql } from "./client.ts";
import { gathered } from "./gather.ts";

export interface StaffRow {
  userId: string;
  name: string;
  role: "moderator" | "admin";
}

/** The moderator or admin with this Slack user id, or null. */
export async function findStaffBySlackId(sql: Sql, slackUserId: string): Promise<StaffRow | null> {
  const [row] = await sql<StaffRow[]>`
    select id as "userId", coalesce(nullif(name, ''), email) as name, role
    from users where slack_user_id = ${slackUserId} and role in ('moderator', 'admin') and deactivated_at is null`;
  return row ?? null;
}

/**
 * The same, by the mail address that Slack has verified; remembers the Slack id for the next time.
 * A user who is linked to another Slack id already is not taken over.
 */
export async function linkStaffByEmail(
  sql: Sql,
  slackUserId: string,
  email: string,
): Promise<StaffRow | null> {
  const [row] = await sql<StaffRow[]>`
    update users set slack_user_id = ${slackUserId}, updated_at = now()
    where email = ${email.toLowerCase()} and slack_user_id is null and role in ('moderator', 'admin') and deactivated_at is null
    returning id as "userId", coalesce(nullif(name, ''), email) as name, role`;
  return row ?? null;
}

/** The moderator or admin with this mail address, or null. */
export const findStaffByEmail = gathered(findStaffByEmails);

async function findStaffByEmails(sql: Sql, emails: readonly string[]): Promise<(StaffRow | null)[]> {
  const rows = await sql<(StaffRow & { email: string })[]>`
    select id as "userId", coalesce(nullif(name, ''), email) as name, role, email
    from users where email = any(${emails.map((email) => email.toLowerCase())}) and role in ('moderator', 'admin') and deactivated_at is null`;
  const known = new Map(rows.map(({ email, ...staff }) => [email, staff]));
  return emails.map((email) => known.get(email.toLowerCase()) ?? null);
}
