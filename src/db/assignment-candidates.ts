/** Who could take a ticket, with what the decision needs to know of them. */
import type { AssignmentCandidate } from "../core/assignment.ts";
import type { Sql } from "./client.ts";

/** Held by whoever assigns, until the transaction ends: two assignments never see the same load. */
export async function lockAssignment(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('deskhand.assignment'))`;
}

export async function listAssignmentCandidates(sql: Sql): Promise<AssignmentCandidate[]> {
  const rows = await sql<AssignmentCandidate[]>`
    select u.id as "userId", coalesce(nullif(u.name, ''), u.email) as name, u.role, u.capacity, u.away,
      extract(epoch from u.last_assigned_at)::float8 * 1000 as "idleSinceMs",
      array(select s.normalised from user_skills us join skills s on s.id = us.skill_id
        where us.user_id = u.id and s.status = 'active') as skills,
      (select count(*) from tickets t
        where t.assignee_id = u.id and t.status in ('open', 'in_progress', 'waiting')) as load
    from users u where u.role in ('moderator', 'admin') order by u.id`;
  return [...rows];
}

export async function markAssigned(sql: Sql, userId: string): Promise<void> {
  await sql`update users set last_assigned_at = clock_timestamp() where id = ${userId}`;
}
