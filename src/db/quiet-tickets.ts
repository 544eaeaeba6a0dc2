/** Tickets that nothing has happened to for days. */
import type { Sql } from "./client.ts";

/** Waiting for their requester since before `before`, the longest first; only those not warned of it where `unwarned`. */
export async function listWaitingTickets(
  sql: Sql,
  before: Date,
  options: { unwarned: boolean; limit: number },
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select t.id from tickets t left join ticket_close_warnings w on w.ticket_id = t.id and w.status_since = t.status_since
    where t.status = 'waiting' and t.status_since <= ${before} and (w.ticket_id is null or not ${options.unwarned})
    order by t.status_since limit ${options.limit}`;
  return rows.map((row) => row.id);
}

export async function listResolvedTickets(sql: Sql, before: Date, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from tickets where status = 'resolved' and status_since <= ${before} order by status_since limit ${limit}`;
  return rows.map((row) => row.id);
}

export interface QuietState {
  statusSince: Date;
  /** When the warning of this wait went out. */
  warnedAt: Date | null;
}

export async function readQuietState(sql: Sql, ticketId: string): Promise<QuietState | null> {
  const [row] = await sql<QuietState[]>`
    select t.status_since as "statusSince", w.warned_at as "warnedAt"
    from tickets t left join ticket_close_warnings w on w.ticket_id = t.id and w.status_since = t.status_since
    where t.id = ${ticketId}`;
  return row ?? null;
}

/** Marks that the present wait was warned of. False where it was marked before. */
export async function markWarned(sql: Sql, ticketId: string, now: Date): Promise<boolean> {
  const result = await sql`
    insert into ticket_close_warnings as w (ticket_id, status_since, warned_at)
    select id, status_since, ${now} from tickets where id = ${ticketId}
    on conflict (ticket_id) do update set status_since = excluded.status_since, warned_at = excluded.warned_at
    where w.status_since <> excluded.status_since`;
  return result.count === 1;
}
