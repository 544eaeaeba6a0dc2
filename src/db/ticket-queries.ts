/** Reads of tickets for the API: lists, one ticket with its messages, and files. Writes stand in tickets.ts. */

import type { RecipientState } from "../core/delivery.ts";
import type { Channel, Priority, TicketStatus } from "../core/ticket.ts";
import type { Triage, TriageSource } from "../core/triage.ts";
import { type Sql, storableText } from "./client.ts";
import type { DeliveryState } from "./deliveries.ts";
import type { MessageKind } from "./messages.ts";

/** Whose eyes a read is for. Staff see every ticket; a user sees those of the requesters linked to them. */
export type TicketViewer = { kind: "staff"; userId: string } | { kind: "user"; userId: string };

export interface TicketView {
  id: string;
  number: number;
  title: string;
  description: string;
  status: TicketStatus;
  priority: Priority;
  category: string | null;
  summary: string;
  helpfulNotes: string;
  relatedSkills: string[];
  assigneeId: string | null;
  assigneeEmail: string | null;
  assigneeName: string | null;
  requesterId: string;
  requesterUserId: string | null;
  requesterName: string;
  requesterEmail: string | null;
  requesterChannel: Channel;
  createdAt: Date;
  updatedAt: Date;
}

export type AssigneeFilter = { userId: string } | { email: string } | "nobody";

export interface TicketFilter {
  status: TicketStatus | null;
  priority: Priority | null;
  category: string | null;
  assignee: AssigneeFilter | null;
  /** Words to search for, in the syntax of websearch_to_tsquery; `1042` and `#1042` also find that number. */
  words: string | null;
  /** Only tickets with a smaller number. */
  before: number | null;
  limit: number;
}

/** Longer descriptions are cut in lists, so that a page stays a page; the ticket itself has all of it. */
export const LIST_DESCRIPTION_LENGTH_MAX = 10_000;

/** A page of what the viewer may see, the newest first, and the number to go on before, or null at the end. */
export async function listTickets(
  sql: Sql,
  viewer: TicketViewer,
  filter: TicketFilter,
): Promise<{ tickets: TicketView[]; nextBefore: number | null }> {
  const rows = await sql<TicketView[]>`
    with page as (${pageOf(sql, viewer, filter)})
    select ${viewColumns(sql, sql`left(t.description, ${LIST_DESCRIPTION_LENGTH_MAX})`)}
    from page join tickets t on t.id = page.id
    join requesters r on r.id = t.requester_id
    left join users ru on ru.id = r.user_id
    left join users a on a.id = t.assignee_id
    order by t.number desc`;
  const tickets = rows.slice(0, filter.limit);
  return { tickets, nextBefore: rows.length > filter.limit ? (tickets.at(-1)?.number ?? null) : null };
}

/** For a user: a page of each of their requesters, then the newest of those. Each is a walk along one index. */
function pageOf(sql: Sql, viewer: TicketViewer, filter: TicketFilter) {
  const matching = matchTickets(sql, filter);
  const limit = filter.limit + 1;
  if (viewer.kind === "staff") {
    return sql`select t.id from tickets t where ${matching} order by t.number desc limit ${limit}`;
  }
  return sql`
    select own.id from requesters r cross join lateral (
      select t.id, t.number from tickets t
      where t.requester_id = r.id and ${matching} order by t.number desc limit ${limit}
    ) own
    where r.user_id = ${viewer.userId} order by own.number desc limit ${limit}`;
}

function matchTickets(sql: Sql, filter: TicketFilter) {
  const { status, priority, category, before } = filter;
  return sql`true
    ${status === null ? sql`` : sql`and t.status = ${status}`}
    ${priority === null ? sql`` : sql`and t.priority = ${priority}`}
    ${category === null ? sql`` : sql`and t.category = ${storableText(category)}`}
    ${before === null ? sql`` : sql`and t.number < ${before}`}
    ${matchAssignee(sql, filter.assignee)}
    ${matchWords(sql, filter.words)}`;
}

function matchAssignee(sql: Sql, assignee: AssigneeFilter | null) {
  if (assignee === null) return sql``;
  if (assignee === "nobody") return sql`and t.assignee_id is null`;
  if ("userId" in assignee) return sql`and t.assignee_id = ${assignee.userId}`;
  return sql`and t.assignee_id = (select u.id from users u where u.email = ${assignee.email})`;
}

function matchWords(sql: Sql, words: string | null) {
  if (words === null) return sql``;
  const found = sql`t.search @@ websearch_to_tsquery('simple', ${storableText(words)})`;
  const [, number] = /^\s*#?(\d{1,15})\s*$/.exec(words) ?? [];
  return number === undefined ? sql`and ${found}` : sql`and (${found} or t.number = ${Number(number)})`;
}

function viewColumns(sql: Sql, description: ReturnType<typeof matchTickets>) {
  return sql`
    t.id, t.number, t.title, ${description} as description, t.status, t.priority, t.category, t.summary,
    t.helpful_notes as "helpfulNotes", t.related_skills as "relatedSkills",
    a.id as "assigneeId", a.email as "assigneeEmail", a.name as "assigneeName",
    r.id as "requesterId", r.user_id as "requesterUserId", coalesce(nullif(r.name, ''), ru.name, '') as "requesterName",
    coalesce(r.email, ru.email) as "requesterEmail", r.channel as "requesterChannel",
    t.created_at as "createdAt", t.updated_at as "updatedAt"`;
}

/** What only staff see of a ticket. */
export interface TicketInternals {
  suggestedReply: string;
  triageSource: TriageSource | "person" | null;
  provisional: boolean;
  confidence: number | null;
  triagedAt: Date | null;
  /** Labels that a person has set, e.g. `category`. */
  personChanged: string[];
  assignment: unknown;
}

/** One ticket by its id or number; null where there is none, or none that the viewer may see. */
export async function findTicketView(
  sql: Sql,
  viewer: TicketViewer,
  ticket: { id: string } | { number: number },
): Promise<(TicketView & TicketInternals) | null> {
  const [row] = await sql<(TicketView & TicketInternals)[]>`
    select ${viewColumns(sql, sql`t.description`)}, t.suggested_reply as "suggestedReply",
      t.triage_source as "triageSource", t.provisional, t.confidence::numeric::float8 as confidence, t.assignment,
      t.triaged_at as "triagedAt", t.person_changed as "personChanged"
    from tickets t
    join requesters r on r.id = t.requester_id
    left join users ru on ru.id = r.user_id
    left join users a on a.id = t.assignee_id
    where ${"id" in ticket ? sql`t.id = ${ticket.id}` : sql`t.number = ${ticket.number}`}
      ${viewer.kind === "staff" ? sql`` : sql`and r.user_id = ${viewer.userId}`}`;
  return row ?? null;
}

export interface LastTriage {
  said: Partial<Triage>;
  /** The model's name. */
  model: string;
}

/** What the classifier whose labels the ticket carries said last; null before the first triage. */
export async function readLastTriage(
  sql: Sql,
  ticketId: string,
  source: TriageSource | "person" | null,
): Promise<LastTriage | null> {
  const [row] = await sql<LastTriage[]>`
    select result as said, model from triage_results where ticket_id = ${ticketId} and result is not null
    order by (source = ${source ?? ""}) desc, created_at desc limit 1`;
  return row ?? null;
}

export interface MessageView {
  id: string;
  kind: MessageKind;
  direction: "inbound" | "outbound";
  channel: Channel;
  authorName: string;
  text: string;
  fullText: string;
  /** As sent, not sanitised; null where there is none, or where newer messages have used up what an answer may hold. */
  html: string | null;
  hasHtml: boolean;
  /** The mail's original is kept. */
  hasSource: boolean;
  createdAt: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
  /** What stood in it before it was edited, the oldest first; for staff. */
  versions: { text: string; replacedAt: string }[] | null;
  deliveryState: DeliveryState | null;
  /** What became of it for each recipient by mail; null where it was not sent by mail. */
  recipients:
    | {
        address: string;
        role: "to" | "cc";
        state: RecipientState;
        error: string | null;
        errorClass: string | null;
      }[]
    | null;
  attempts: number | null;
  /** Why the last try did not succeed. */
  deliveryError: string | null;
  deliveryErrorClass: string | null;
  /** Why a queued answer is kept, and what to do; null where nothing holds it. */
  deliveryHold: string | null;
  /** Written by somebody who took no part before. */
  newcomer: boolean;
}

/** Beyond these a ticket's oldest messages, and the rest of a longer text, stay out of the answer. */
export const MESSAGES_MAX = 500;
export const MESSAGE_LENGTH_MAX = 100_000;
/** HTML of a ticket's messages together, the newest first; the rest is read one by one. */
export const HTML_BYTES_MAX = 300_000;

/** The newest messages that the viewer may read, the oldest of them first, and how many older ones there are. */
export async function listMessages(
  sql: Sql,
  viewer: TicketViewer,
  ticketId: string,
): Promise<{ messages: MessageView[]; omitted: number }> {
  // Whoever deleted it in Slack does not want it read; the desk still needs its story.
  const isHidden = viewer.kind === "staff" ? sql`false` : sql`m.deleted_at is not null`;
  const rows = await sql<(MessageView & { total: number })[]>`
    select m.id, m.kind, m.direction, m.channel,
      coalesce(nullif(m.author_name, ''), nullif(u.name, ''), r.name, '') as "authorName",
      case when ${isHidden} then '' else left(m.text_trimmed, ${MESSAGE_LENGTH_MAX}) end as text,
      case when ${isHidden} then '' else left(m.text, ${MESSAGE_LENGTH_MAX}) end as "fullText",
      m.edited_at as "editedAt", m.deleted_at as "deletedAt", (
        select json_agg(json_build_object('text', left(v.text, ${MESSAGE_LENGTH_MAX}), 'replacedAt', v.replaced_at)
          order by v.replaced_at, v.id)
        from message_versions v where v.message_id = m.id
      ) as versions,
      case when coalesce(sum(octet_length(m.html)) over (order by m.created_at desc, m.id desc), 0)
        <= ${HTML_BYTES_MAX} then m.html end as html,
      m.html is not null as "hasHtml", exists (select 1 from raw_messages raw where raw.id = m.raw_id) as "hasSource",
      m.created_at as "createdAt", m.newcomer, d.state as "deliveryState", d.attempts, d.last_error as "deliveryError",
      d.error_class as "deliveryErrorClass",
      case when d.held_at is not null and d.state in ('queued', 'sending') then d.last_error end as "deliveryHold", (
        select json_agg(json_build_object('address', dr.address, 'role', dr.role, 'state', dr.state,
          'error', dr.error, 'errorClass', dr.error_class) order by dr.role desc, dr.address)
        from delivery_recipients dr where dr.delivery_id = d.id
      ) as recipients, count(*) over () as total
    from messages m
    left join users u on u.id = m.author_user_id
    left join requesters r on r.id = m.author_requester_id
    left join deliveries d on d.message_id = m.id
    where m.ticket_id = ${ticketId} and ${readableBy(sql, viewer)}
    order by m.created_at desc, m.id desc limit ${MESSAGES_MAX}`;
  const messages = rows.map(({ total, ...message }) => message).reverse();
  return { messages, omitted: (rows[0]?.total ?? 0) - messages.length };
}

/** A requester reads neither notes nor an answer that may still be taken back: it exists for them once it has left. */
export function readableBy(sql: Sql, viewer: TicketViewer) {
  if (viewer.kind === "staff") return sql`true`;
  return sql`m.visibility = 'public' and m.kind <> 'note'
    and (d.state is null or d.state not in ('queued', 'sending', 'cancelled'))`;
}

export interface AttachmentView {
  id: string;
  messageId: string;
  filename: string;
  contentType: string;
  sizeBytes: number;
  /** Of an image that the HTML shows; null where there is none. */
  contentId: string | null;
}

export async function listAttachments(sql: Sql, messageIds: readonly string[]): Promise<AttachmentView[]> {
  if (messageIds.length === 0) return [];
  return sql<AttachmentView[]>`
    select id, message_id as "messageId", filename, content_type as "contentType", size_bytes as "sizeBytes",
      content_id as "contentId"
    from attachments where message_id = any(${messageIds as string[]}) order by filename, id`;
}

/** A file of a message on this ticket that the viewer may read, with its content. */
export async function readAttachment(
  sql: Sql,
  viewer: TicketViewer,
  ticketId: string,
  attachmentId: string,
): Promise<(AttachmentView & { content: Uint8Array }) | null> {
  const [row] = await sql<(AttachmentView & { content: Uint8Array })[]>`
    select f.id, f.message_id as "messageId", f.filename, f.content_type as "contentType",
      f.size_bytes as "sizeBytes", f.content_id as "contentId", f.content
    from attachments f join messages m on m.id = f.message_id left join deliveries d on d.message_id = m.id
    where f.id = ${attachmentId} and m.ticket_id = ${ticketId} and ${readableBy(sql, viewer)}
      ${viewer.kind === "staff" ? sql`` : sql`and m.deleted_at is null`}`;
  return row ?? null;
}
