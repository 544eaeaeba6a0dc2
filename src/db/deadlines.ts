/** Deadlines of tickets: what they are decided from, what was decided, and what was told of them. */
import type { Deadline, DeadlineKind, TicketTimeline } from "../core/sla.ts";
import type { Priority, TicketStatus } from "../core/ticket.ts";
import type { Sql } from "./client.ts";

/** Null where there is no such ticket. A reply that was taken back, or could not be delivered, is no answer. */
export async function readTicketTimeline(sql: Sql, ticketId: string): Promise<TicketTimeline | null> {
  const [row] = await sql<{ priority: Priority; createdAt: Date; waitingSince: Date | null }[]>`
    select t.priority, t.created_at as "createdAt", (
      select min(m.created_at) from messages m
      where m.ticket_id = t.id and m.direction = 'inbound' and m.visibility = 'public'
        and m.created_at > coalesce((
          select max(r.created_at) from messages r left join deliveries d on d.message_id = r.id
          where r.ticket_id = t.id and r.direction = 'outbound' and r.kind = 'reply' and r.visibility = 'public'
            and coalesce(d.state, 'sent') not in ('cancelled', 'failed')
        ), '-infinity')
    ) as "waitingSince"
    from tickets t where t.id = ${ticketId}`;
  if (!row) return null;
  const statusChanges = await sql<{ status: TicketStatus; at: Date }[]>`
    select status, at from ticket_status_changes where ticket_id = ${ticketId} order by id`;
  return { ...row, statusChanges: [...statusChanges] };
}

/** Writes what was decided; null where there is no target. What was told of an earlier deadline is forgotten. */
export async function putDeadline(
  sql: Sql,
  ticketId: string,
  kind: DeadlineKind,
  deadline: Deadline | null,
): Promise<void> {
  const { state } = deadline ?? { state: "ended" };
  const since = deadline !== null && deadline.state !== "ended" ? deadline.since : null;
  const { remindAt, dueAt } = deadline?.state === "running" ? deadline : { remindAt: null, dueAt: null };
  await sql`
    insert into ticket_deadlines as d (ticket_id, kind, state, since, remind_at, due_at)
    values (${ticketId}, ${kind}, ${state}, ${since}, ${remindAt}, ${dueAt})
    on conflict (ticket_id, kind) do update set
      state = excluded.state, remind_at = excluded.remind_at, due_at = excluded.due_at,
      since = coalesce(excluded.since, d.since),
      reminded_at = case when excluded.since is null or excluded.since = d.since then d.reminded_at end,
      missed_at = case when excluded.since is null or excluded.since = d.since then d.missed_at end`;
}

export interface DeadlineRow {
  kind: DeadlineKind;
  state: Deadline["state"];
  dueAt: Date | null;
  remindAt: Date | null;
  remindedAt: Date | null;
  missedAt: Date | null;
}

/** Those that have run at least once: what never had a target is no deadline. */
export async function listDeadlines(sql: Sql, ticketId: string): Promise<DeadlineRow[]> {
  const rows = await sql<DeadlineRow[]>`
    select kind, state, due_at as "dueAt", remind_at as "remindAt", reminded_at as "remindedAt", missed_at as "missedAt"
    from ticket_deadlines where ticket_id = ${ticketId} and since is not null order by kind`;
  return [...rows];
}

/** Tickets with something to tell, the longest due first. */
export async function listTicketsToTell(sql: Sql, now: Date, limit: number): Promise<string[]> {
  const rows = await sql<{ ticketId: string }[]>`
    select ticket_id as "ticketId" from ticket_deadlines where wake_at <= ${now}
    group by ticket_id order by min(wake_at) limit ${limit}`;
  return rows.map((row) => row.ticketId);
}

/** False where it was marked before. */
export async function markDeadline(
  sql: Sql,
  ticketId: string,
  kind: DeadlineKind,
  as: "reminded" | "missed",
  now: Date,
): Promise<boolean> {
  const result =
    as === "missed"
      ? await sql`
          update ticket_deadlines set missed_at = ${now}
          where ticket_id = ${ticketId} and kind = ${kind} and state = 'running' and missed_at is null`
      : await sql`
          update ticket_deadlines set reminded_at = ${now}
          where ticket_id = ${ticketId} and kind = ${kind} and state = 'running' and reminded_at is null`;
  return result.count === 1;
}
