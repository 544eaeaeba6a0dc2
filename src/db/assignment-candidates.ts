/** Who could take a ticket, with what the decision needs to know of them. */
import { type AssignmentCandidate, PRIORITY_WEIGHTS } from "../core/assignment-ranking.ts";
import { isWithinHours, parseWorkingHours } from "../core/working-hours.ts";
import type { Sql } from "./client.ts";

/** Held by whoever assigns, until the transaction ends: two assignments never see the same load. */
export async function lockAssignment(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('deskhand.assignment'))`;
}

type CandidateRow = Omit<AssignmentCandidate, "offHours"> & {
  timeZone: string | null;
  workingHours: string | null;
};

/** Everybody on the staff, with their load and whether they are at work at `now`. */
export async function listAssignmentCandidates(
  sql: Sql,
  now: Date = new Date(),
): Promise<AssignmentCandidate[]> {
  const { low, medium, high } = PRIORITY_WEIGHTS;
  const rows = await sql<CandidateRow[]>`
    select u.id as "userId", coalesce(nullif(u.name, ''), u.email) as name, u.role, u.capacity, u.away,
      u.takes_general as "takesGeneral", u.time_zone as "timeZone", u.working_hours as "workingHours",
      extract(epoch from u.last_assigned_at)::float8 * 1000 as "idleSinceMs",
      array(select s.normalised from user_skills us join skills s on s.id = us.skill_id
        where us.user_id = u.id and s.status = 'active') as skills,
      coalesce(held.load, 0) as load, coalesce(held.weight, 0) as weight
    from users u left join lateral (
      select count(*) as load,
        sum(case t.priority when 'low' then ${low}::float8 when 'medium' then ${medium}::float8 else ${high}::float8 end)
          as weight
      from tickets t where t.assignee_id = u.id and t.status in ('open', 'in_progress', 'waiting')
    ) held on true
    where u.role in ('moderator', 'admin') and u.deactivated_at is null order by u.id`;
  return rows.map(({ timeZone, workingHours, ...row }) => ({
    ...row,
    offHours: isOffHours(timeZone, workingHours, now),
  }));
}

/** Hours that cannot be read keep nobody from work: they were checked when they were set. */
function isOffHours(timeZone: string | null, workingHours: string | null, now: Date): boolean {
  if (timeZone === null || workingHours === null) return false;
  const hours = parseWorkingHours(timeZone, workingHours);
  return hours !== null && !isWithinHours(now, hours);
}

/** Notes their turn: `order` tells those apart who had theirs in one transaction. */
export async function markAssigned(sql: Sql, userId: string): Promise<void> {
  await markAllAssigned(sql, [userId]);
}

/** The same for many, in the order of their turns; who had several stands at the last. */
export async function markAllAssigned(sql: Sql, userIds: readonly string[]): Promise<void> {
  const last = [...new Set(userIds.toReversed())].reverse();
  if (last.length === 0) return;
  await sql`
    update users u set last_assigned_at = clock_timestamp() + turn.position * interval '1 microsecond'
    from (
      select locked.id, given.position
      from unnest(${last}::uuid[]) with ordinality given (id, position)
      join (select id from users where id = any(${last}::uuid[]) order by id for no key update) locked using (id)
    ) turn
    where u.id = turn.id`;
}
