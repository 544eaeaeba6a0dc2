/** App Home: who looks at it, and what it shows them. */
import type { DeadlineKind } from "../core/sla.ts";
import type { HomeOpener, HomeTicket } from "../core/slack-views.ts";
import type { Sql } from "./client.ts";

/** Whoever has not opened App Home for so long gets it drawn at the next opening only. */
const RECENT = "8 hours";
const HOMES_MAX = 50;
const TICKETS_MAX = 60;

/** Notes that somebody looks: the next drawing is published whatever was shown before. */
export async function openHomeRow(sql: Sql, opener: HomeOpener): Promise<void> {
  await sql`
    insert into slack_homes (slack_user_id, team, name, email)
    values (${opener.slackUserId}, ${opener.team}, ${opener.name}, ${opener.email})
    on conflict (slack_user_id) do update set opened_at = now(), shown_hash = null, team = excluded.team,
      name = case when excluded.name = '' then slack_homes.name else excluded.name end,
      email = coalesce(excluded.email, slack_homes.email)`;
}

export interface HomeRow extends HomeOpener {
  shownHash: string | null;
}

export async function readHomeRow(sql: Sql, slackUserId: string): Promise<HomeRow | null> {
  const [row] = await sql<HomeRow[]>`
    select slack_user_id as "slackUserId", team, name, email, shown_hash as "shownHash"
    from slack_homes where slack_user_id = ${slackUserId}`;
  return row ?? null;
}

export async function setHomeShown(
  sql: Sql,
  slackUserId: string,
  shown: { hash: string; ticketIds: string[] },
): Promise<void> {
  await sql`
    update slack_homes set shown_hash = ${shown.hash}, shown_tickets = ${shown.ticketIds}::uuid[]
    where slack_user_id = ${slackUserId}`;
}

/**
 * Adds `home/outdated` for each of those who opened App Home within the last hours and see the ticket there, or should:
 * its assignee, its requester, and all staff where nobody has it.
 */
export async function outdateHomesOfTicket(sql: Sql, ticketId: string): Promise<void> {
  await sql`
    insert into outbox (name, data)
    select 'home/outdated', jsonb_build_object('slackUserId', h.slack_user_id)
    from slack_homes h, tickets t join requesters r on r.id = t.requester_id
    left join users a on a.id = t.assignee_id
    where t.id = ${ticketId} and h.opened_at > now() - ${RECENT}::interval
      and (t.id = any(h.shown_tickets) or h.slack_user_id = a.slack_user_id or h.email = r.email
        or (r.channel = 'slack' and r.address = h.team || '/' || h.slack_user_id)
        or (t.assignee_id is null and exists (
          select 1 from users u where u.slack_user_id = h.slack_user_id and u.role in ('moderator', 'admin') and u.deactivated_at is null)))
    order by h.opened_at desc limit ${HOMES_MAX}`;
}

export interface HomeTicketRow extends Omit<HomeTicket, "why" | "due" | "thread"> {
  /** Of the next deadline that runs; all null where none does. */
  dueKind: DeadlineKind | null;
  dueAt: Date | null;
  dueMissed: boolean | null;
  /** Who wrote last; null where nobody has. */
  lastDirection: "inbound" | "outbound" | null;
  answered: boolean;
}

/** Open tickets of a user: by deadline; without one, the most urgent and longest waiting first. */
export async function listOpenTicketsOf(sql: Sql, userId: string): Promise<HomeTicketRow[]> {
  const rows = await sql<HomeTicketRow[]>`
    select ${homeColumns(sql)} from ${homeTables(sql)}
    where t.assignee_id = ${userId} and t.status in ('open', 'in_progress', 'waiting')
    order by due.at nulls last, case t.priority when 'high' then 0 when 'medium' then 1 else 2 end, "waitingSince", t.number
    limit ${TICKETS_MAX}`;
  return [...rows];
}

/** Open tickets that nobody has, the same way, and how many there are. */
export async function listNobodysTickets(
  sql: Sql,
  limit: number,
): Promise<{ tickets: HomeTicketRow[]; count: number }> {
  const rows = await sql<(HomeTicketRow & { total: number })[]>`
    select ${homeColumns(sql)}, count(*) over () as total from ${homeTables(sql)}
    where t.assignee_id is null and t.status in ('open', 'in_progress', 'waiting')
    order by due.at nulls last, case t.priority when 'high' then 0 when 'medium' then 1 else 2 end, "waitingSince", t.number
    limit ${limit}`;
  return { tickets: rows.map(({ total, ...ticket }) => ticket), count: rows[0]?.total ?? 0 };
}

/** Somebody's own tickets, whichever channel they came by, the newest first. */
export async function listTicketsOfRequester(
  sql: Sql,
  person: HomeOpener,
  limit: number,
): Promise<(HomeTicketRow & { threadChannel: string | null; threadTs: string | null })[]> {
  const rows = await sql<(HomeTicketRow & { threadChannel: string | null; threadTs: string | null })[]>`
    select ${homeColumns(sql)}, s.channel as "threadChannel", s.thread_ts as "threadTs"
    from ${homeTables(sql)}
    left join slack_threads s on s.ticket_id = t.id and s.role = 'requester'
    where t.requester_id in (
      select id from requesters
      where (channel = 'slack' and address = ${`${person.team}/${person.slackUserId}`}) or email = ${person.email}
    )
    order by t.number desc limit ${limit}`;
  return [...rows];
}

function homeColumns(sql: Sql) {
  return sql`
    t.id as "ticketId", t.number, t.title, t.status, t.priority,
    coalesce(nullif(r.name, ''), r.email, r.address) as "requesterName",
    coalesce(last.at, t.created_at) as "waitingSince", last.direction as "lastDirection",
    due.kind as "dueKind", due.at as "dueAt", due.missed as "dueMissed",
    exists (select 1 from messages m where m.ticket_id = t.id and m.kind = 'reply') as answered`;
}

function homeTables(sql: Sql) {
  return sql`
    tickets t join requesters r on r.id = t.requester_id
    left join lateral (
      select m.direction, m.created_at as at from messages m left join deliveries d on d.message_id = m.id
      where m.ticket_id = t.id and m.visibility = 'public' and m.kind in ('message', 'reply')
        and (d.state is null or d.state <> 'cancelled')
      order by m.created_at desc, m.id desc limit 1
    ) last on true
    left join lateral (
      select d.kind, d.due_at as at, d.missed_at is not null as missed from ticket_deadlines d
      where d.ticket_id = t.id and d.state = 'running' and d.due_at is not null order by d.due_at, d.kind limit 1
    ) due on true`;
}
