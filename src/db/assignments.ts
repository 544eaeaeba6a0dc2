/** Tickets that are to be given to somebody, and the decisions on them, many at a time. */
import type { Priority, TicketStatus } from "../core/ticket.ts";
import { type Sql, storableJsonText } from "./client.ts";

export interface TicketToAssign {
  id: string;
  number: number;
  status: TicketStatus;
  priority: Priority;
  relatedSkills: string[];
  assigneeId: string | null;
  /** Ids of those who handed it back. */
  decliners: string[];
}

/** Under their row locks, the most urgent first, then the oldest. The caller holds the lock of assignment. */
export async function lockTicketsToAssign(sql: Sql, ticketIds: readonly string[]): Promise<TicketToAssign[]> {
  const rows = await sql<TicketToAssign[]>`
    with locked as materialized (
      select id, number, status, priority, related_skills, assignee_id from tickets
      where id = any(${[...ticketIds]}::uuid[]) order by id for no key update
    )
    select l.id, l.number, l.status, l.priority, l.related_skills as "relatedSkills", l.assignee_id as "assigneeId",
      array(select d.user_id from ticket_declines d where d.ticket_id = l.id) as decliners
    from locked l
    order by case l.priority when 'high' then 0 when 'medium' then 1 else 2 end, l.number`;
  return [...rows];
}

/** For each skill that has one of these names as an alias: from the alias to the skill's own name, both normalised. */
export async function readCanonicalSkills(
  sql: Sql,
  normalised: readonly string[],
): Promise<Map<string, string>> {
  if (normalised.length === 0) return new Map();
  const rows = await sql<{ alias: string; canonical: string }[]>`
    select a.normalised as alias, s.normalised as canonical from skill_aliases a join skills s on s.id = a.skill_id
    where a.normalised = any(${[...new Set(normalised)]}::text[])`;
  return new Map(rows.map(({ alias, canonical }) => [alias, canonical]));
}

/** Those of the tickets whose skills nobody has set and no words speak for: triage guessed them. */
export async function listTicketsWithGuessedSkills(
  sql: Sql,
  ticketIds: readonly string[],
): Promise<Set<string>> {
  const rows = await sql<{ id: string }[]>`
    select t.id from tickets t
    cross join lateral (
      select result from triage_results r
      where r.ticket_id = t.id and r.result is not null and r.source = t.triage_source order by r.created_at desc limit 1
    ) last
    where t.id = any(${[...ticketIds]}::uuid[]) and 'skills' <> all(t.person_changed)
      and last.result -> 'guesses' @> '["skills"]'`;
  return new Set(rows.map(({ id }) => id));
}

export interface StoredDecision {
  ticketId: string;
  /** Null takes the ticket from whoever had it. */
  assigneeId: string | null;
  /** What is kept with the ticket. */
  decision: unknown;
}

/** Writes decisions to tickets that the caller has locked. */
export async function saveDecisions(sql: Sql, decisions: readonly StoredDecision[]): Promise<void> {
  if (decisions.length === 0) return;
  await sql`
    update tickets t set assignee_id = made.assignee_id, assignment = made.decision::jsonb, updated_at = now(),
      assigned_at = case when made.assignee_id is null then null else now() end
    from unnest(
      ${decisions.map(({ ticketId }) => ticketId)}::uuid[], ${decisions.map(({ assigneeId }) => assigneeId)}::uuid[],
      ${decisions.map(({ decision }) => storableJsonText(decision))}::text[]
    ) made (id, assignee_id, decision)
    where t.id = made.id`;
}

/** Keeps why nobody has the tickets; answers those of which that is news. */
export async function saveVainDecisions(
  sql: Sql,
  decisions: readonly { ticketId: string; why: string; decision: unknown }[],
): Promise<string[]> {
  if (decisions.length === 0) return [];
  const rows = await sql<{ id: string }[]>`
    update tickets t set assignment = made.decision::jsonb
    from unnest(
      ${decisions.map(({ ticketId }) => ticketId)}::uuid[], ${decisions.map(({ why }) => why)}::text[],
      ${decisions.map(({ decision }) => storableJsonText(decision))}::text[]
    ) made (id, why, decision)
    where t.id = made.id and t.assignee_id is null and t.assignment ->> 'why' is distinct from made.why
    returning t.id`;
  return rows.map(({ id }) => id);
}

/** A place in the backlog: the most urgent first, then the oldest. */
export interface BacklogPosition {
  id: string;
  number: number;
  /** 0 for high, 2 for low. */
  rank: number;
}

export interface BacklogPage {
  /** From behind this place on. */
  after: BacklogPosition | null;
  /** Without a triage, only tickets from before. */
  triageDueBefore: Date;
  limit: number;
}

/** Open tickets with nobody. Those whose triage is still to come are left to their own runs. */
export async function listBacklog(
  sql: Sql,
  { after, triageDueBefore, limit }: BacklogPage,
): Promise<BacklogPosition[]> {
  const rows = await sql<BacklogPosition[]>`
    select id, number, rank from (
      select id, number, case priority when 'high' then 0 when 'medium' then 1 else 2 end as rank from tickets
      where assignee_id is null and status in ('open', 'in_progress', 'waiting')
        and (triage_source is not null or created_at < ${triageDueBefore})
    ) waiting
    where ${after === null ? sql`true` : sql`(rank, number) > (${after.rank}::int, ${after.number}::bigint)`}
    order by rank, number limit ${limit}`;
  return [...rows];
}

export async function hasBacklog(sql: Sql): Promise<boolean> {
  const rows = await sql`
    select 1 from tickets where assignee_id is null and status in ('open', 'in_progress', 'waiting') limit 1`;
  return rows.length > 0;
}

/**
 * Open tickets of people who cannot work on them any more: no moderator or admin, deactivated, gone for long by their own
 * word, or away since before `awayBefore`. With that person, the most urgent first.
 * @param awayBefore null: being away alone takes nobody's tickets
 */
export async function listStranded(
  sql: Sql,
  awayBefore: Date | null,
  limit: number,
): Promise<{ id: string; userId: string }[]> {
  const rows = await sql<{ id: string; userId: string }[]>`
    select t.id, u.id as "userId"
    from users u join tickets t on t.assignee_id = u.id and t.status in ('open', 'in_progress', 'waiting')
    where u.last_assigned_at is not null and (u.role = 'user' or u.deactivated_at is not null
      or (u.away and (u.hands_over or u.away_since < ${awayBefore})))
    order by case t.priority when 'high' then 0 when 'medium' then 1 else 2 end, t.number limit ${limit}`;
  return [...rows];
}

export interface Leaver {
  userId: string;
  name: string;
  reason: "no-staff" | "deactivated" | "away";
}

/** The same people by id, as they are now: somebody who is back holds what they have. */
export async function listLeavers(
  sql: Sql,
  userIds: readonly string[],
  awayBefore: Date | null,
): Promise<Leaver[]> {
  const rows = await sql<Leaver[]>`
    select id as "userId", coalesce(nullif(name, ''), email) as name,
      case when deactivated_at is not null then 'deactivated' when role = 'user' then 'no-staff' else 'away' end as reason
    from users
    where id = any(${[...new Set(userIds)]}::uuid[]) and (role = 'user' or deactivated_at is not null
      or (away and (hands_over or away_since < ${awayBefore})))`;
  return [...rows];
}
