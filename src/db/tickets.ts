/** Writes to tickets. Reads for lists and details stand in ticket-queries.ts. */
import type { Channel, Priority, TicketStatus } from "../core/ticket.ts";
import type { TriageSource } from "../core/triage.ts";
import { jsonb, type Sql, storableText } from "./client.ts";
import { gathered, gatheredWrite } from "./gather.ts";

export interface NewTicket {
  title: string;
  description: string;
  channel: Channel;
  account: string;
  requesterId: string;
  followUpOf: string | null;
  /** Why the requester gets no automatic message, or null. */
  noAutomaticAnswer: string | null;
}

export const insertTicket = gathered(insertTickets);

async function insertTickets(
  sql: Sql,
  tickets: readonly NewTicket[],
): Promise<{ id: string; number: number }[]> {
  const ids = tickets.map(() => crypto.randomUUID() as string);
  const rows = await sql<{ id: string; number: number }[]>`
    insert into tickets (id, title, description, channel, account, requester_id, follow_up_of, no_automatic_answer)
    select * from unnest(
      ${ids}::uuid[], ${tickets.map(({ title }) => storableText(title))}::text[],
      ${tickets.map(({ description }) => storableText(description))}::text[],
      ${tickets.map(({ channel }) => channel)}::text[], ${tickets.map(({ account }) => account)}::text[],
      ${tickets.map(({ requesterId }) => requesterId)}::uuid[], ${tickets.map(({ followUpOf }) => followUpOf)}::uuid[],
      ${tickets.map(({ noAutomaticAnswer }) => noAutomaticAnswer)}::text[]
    )
    returning id, number`;
  const numbers = new Map(rows.map(({ id, number }) => [id, number]));
  return ids.map((id) => {
    const number = numbers.get(id);
    if (number === undefined) throw new Error("The ticket could not be stored.");
    return { id, number };
  });
}

export interface TicketRow {
  id: string;
  number: number;
  title: string;
  description: string;
  status: TicketStatus;
  priority: Priority;
  category: string | null;
  relatedSkills: string[];
  suggestedReply: string;
  channel: Channel;
  requesterId: string;
  requesterName: string;
  requesterEmail: string | null;
  requesterMailState: "ok" | "bouncing";
  assigneeId: string | null;
  assigneeName: string | null;
  assigneeEmail: string | null;
  triageSource: TriageSource | "person" | null;
  provisional: boolean;
  personChanged: string[];
  noAutomaticAnswer: string | null;
  createdAt: Date;
}

/** One ticket with its requester and assignee, or null. */
export async function readTicket(sql: Sql, ticketId: string): Promise<TicketRow | null> {
  const [row] = await sql<TicketRow[]>`
    select t.id, t.number, t.title, t.description, t.status, t.priority, t.category, t.related_skills as "relatedSkills",
      t.suggested_reply as "suggestedReply", t.channel, t.requester_id as "requesterId", r.name as "requesterName",
      coalesce(r.email, u.email) as "requesterEmail", r.mail_state as "requesterMailState", t.assignee_id as "assigneeId",
      coalesce(nullif(a.name, ''), a.email) as "assigneeName", a.email as "assigneeEmail",
      t.triage_source as "triageSource", t.provisional, t.person_changed as "personChanged",
      t.no_automatic_answer as "noAutomaticAnswer", t.created_at as "createdAt"
    from tickets t
    join requesters r on r.id = t.requester_id
    left join users u on u.id = r.user_id
    left join users a on a.id = t.assignee_id
    where t.id = ${ticketId}`;
  return row ?? null;
}

export async function ticketExists(sql: Sql, ticketId: string): Promise<boolean> {
  const rows = await sql`select 1 from tickets where id = ${ticketId}`;
  return rows.length > 0;
}

/** The ticket's status under a row lock: nobody else moves it before this transaction ends. */
export const lockTicketStatus = gathered(lockTicketStatuses);

interface TicketStatusRow {
  number: number;
  status: TicketStatus;
  assigneeId: string | null;
}

async function lockTicketStatuses(
  sql: Sql,
  ticketIds: readonly string[],
): Promise<(TicketStatusRow | null)[]> {
  const rows = await sql<(TicketStatusRow & { id: string })[]>`
    select id, number, status, assignee_id as "assigneeId" from tickets
    where id = any(${[...ticketIds]}::uuid[]) order by id for update`;
  const locked = new Map(rows.map(({ id, ...row }) => [id, row]));
  return ticketIds.map((id) => locked.get(id) ?? null);
}

export function setTicketStatus(sql: Sql, ticketId: string, status: TicketStatus): Promise<void> {
  return setStatusTogether(sql, { ticketId, status });
}

const setStatusTogether = gatheredWrite(setTicketStatuses);

async function setTicketStatuses(
  sql: Sql,
  changes: readonly { ticketId: string; status: TicketStatus }[],
): Promise<void> {
  await sql`
    update tickets t set status = became.status, updated_at = now(),
      resolved_at = case when became.status = 'resolved' then now() when became.status = 'closed' then resolved_at end,
      closed_at = case when became.status = 'closed' then now() end
    from unnest(
      ${changes.map(({ ticketId }) => ticketId)}::uuid[], ${changes.map(({ status }) => status)}::text[]
    ) became (id, status)
    where t.id = became.id`;
}

/** Marks that something was said or done on the ticket. Where this transaction has written it, it is marked already. */
export const touchTicket = gatheredWrite(touchTickets);

async function touchTickets(sql: Sql, ticketIds: readonly string[]): Promise<void> {
  await sql`update tickets set updated_at = now() where id = any(${[...ticketIds]}::uuid[]) and updated_at < now()`;
}

/** Gives the ticket to a user, if it is still with `expected`. False when somebody else was first. */
export async function setTicketAssignee(
  sql: Sql,
  ticketId: string,
  expected: string | null,
  assigneeId: string,
  assignment: unknown,
): Promise<boolean> {
  const result = await sql`
    update tickets set assignee_id = ${assigneeId}, assigned_at = now(), assignment = ${jsonb(sql, assignment)},
      updated_at = now()
    where id = ${ticketId} and assignee_id is not distinct from ${expected}::uuid`;
  return result.count === 1;
}

/** Takes the ticket from its assignee; it waits for somebody. */
export async function clearTicketAssignee(sql: Sql, ticketId: string, assignment: unknown): Promise<void> {
  await sql`
    update tickets set assignee_id = null, assigned_at = null, assignment = ${jsonb(sql, assignment)}, updated_at = now()
    where id = ${ticketId}`;
}

export interface TriageFields {
  category: string;
  priority: Priority;
  summary: string;
  helpfulNotes: string;
  suggestedReply: string;
  relatedSkills: string[];
  language: string;
  confidence: number;
  source: TriageSource;
  provisional: boolean;
}

/** Days, broken ones too, since its status last changed. */
export async function readDaysInStatus(sql: Sql, ticketId: string): Promise<number> {
  const [row] = await sql<{ days: number }[]>`
    select (extract(epoch from now() - status_since) / 86400)::float8 as days from tickets where id = ${ticketId}`;
  return row?.days ?? 0;
}

/** Writes a triage to the ticket. What a person has set stays. */
export async function setTicketTriage(sql: Sql, ticketId: string, triage: TriageFields): Promise<void> {
  await sql`
    update tickets set
      category = case when 'category' = any(person_changed) then category else ${triage.category} end,
      priority = case when 'priority' = any(person_changed) then priority else ${triage.priority} end,
      related_skills = case when 'skills' = any(person_changed) then related_skills
        else ${triage.relatedSkills.map(storableText)}::text[] end,
      summary = ${storableText(triage.summary)}, helpful_notes = ${storableText(triage.helpfulNotes)},
      suggested_reply = ${storableText(triage.suggestedReply)}, language = ${triage.language},
      confidence = ${triage.confidence}, triage_source = ${triage.source}, provisional = ${triage.provisional},
      triaged_at = now(), updated_at = now()
    where id = ${ticketId}`;
}
