/** What each moderator's morning digest tells. */
import type { Priority } from "../core/ticket.ts";
import type { Sql } from "./client.ts";

export interface DigestTicket {
  number: number;
  title: string;
  priority: Priority;
  /** Their requester has the last word. */
  isWaitingForUs: boolean;
  dueAt: Date | null;
  missed: boolean;
}

export interface DigestPerson {
  id: string;
  email: string;
  name: string;
}

/** Moderators and admins who are there and have open tickets. */
export async function listDigestPeople(sql: Sql): Promise<DigestPerson[]> {
  const rows = await sql<DigestPerson[]>`
    select u.id, u.email, u.name from users u
    where u.role in ('moderator', 'admin') and u.deactivated_at is null and not u.away
      and exists (select 1 from tickets t where t.assignee_id = u.id and t.status in ('open', 'in_progress', 'waiting'))
    order by u.id`;
  return [...rows];
}

/** Their open tickets: those that wait for us first, then by deadline, then by priority. At most `limit`. */
export async function listDigestTickets(sql: Sql, userId: string, limit: number): Promise<DigestTicket[]> {
  const rows = await sql<DigestTicket[]>`
    select t.number, t.title, t.priority, t.status <> 'waiting' as "isWaitingForUs", d.due_at as "dueAt",
      coalesce(d.missed, false) as missed
    from tickets t
    left join lateral (
      select min(due_at) as due_at, bool_or(missed_at is not null) as missed
      from ticket_deadlines where ticket_id = t.id and state = 'running'
    ) d on true
    where t.assignee_id = ${userId} and t.status in ('open', 'in_progress', 'waiting')
    order by (t.status = 'waiting'), d.due_at nulls last, array_position(array['high', 'medium', 'low'], t.priority), t.number
    limit ${limit}`;
  return [...rows];
}

export async function countOpenTickets(sql: Sql, userId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from tickets where assignee_id = ${userId} and status in ('open', 'in_progress', 'waiting')`;
  return row?.count ?? 0;
}
