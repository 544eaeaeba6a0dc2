/** Everything that was said on a ticket, and the files that came with it. */
import type { EmailAddress, InboundAttachment } from "../core/inbound.ts";
import type { Channel } from "../core/ticket.ts";
import { type Sql, storableJsonText, storableText } from "./client.ts";
import { gatheredWrite } from "./gather.ts";
import { inSteadySlices } from "./steady-slices.ts";

export type MessageKind = "message" | "reply" | "note" | "acknowledgement" | "notice";

export interface NewMessage {
  /** A UUID, where it must be known before; else the database makes one. */
  id?: string;
  ticketId: string;
  kind: MessageKind;
  visibility: "public" | "internal";
  direction: "inbound" | "outbound";
  channel: Channel;
  authorUserId: string | null;
  authorRequesterId: string | null;
  authorName: string;
  subject: string;
  text: string;
  textTrimmed: string;
  html: string | null;
  email: {
    messageId: string | null;
    inReplyTo: string | null;
    references: string[];
    from: string | null;
    to: EmailAddress[];
    cc: EmailAddress[];
    replyTo: EmailAddress[];
    authentication: unknown;
    /** Outlook's thread id (header Thread-Index), as it came. */
    threadIndex?: string | null;
  } | null;
  slack: { channel: string; ts: string | null } | null;
  rawId: string | null;
  /** The same for every delivery of one submitted form; null where nothing is submitted. */
  submissionKey?: string | null;
  /** Written by somebody who took no part before, and came by a signed id or address of ours. */
  newcomer?: boolean;
}

/**
 * Stores a message; null where the desk already has what may stand there only once
 * (a ticket's acknowledgement, the Slack message of this channel and ts, the message of one submission).
 */
export async function insertMessage(sql: Sql, message: NewMessage): Promise<string | null> {
  const row = toRow(message);
  return (await insertRows(sql, [row])) === 0 ? null : row.id;
}

/** Stores a message that nobody can have stored before, and answers with its id. Where somebody has, it rejects. */
export async function addMessage(sql: Sql, message: NewMessage): Promise<string> {
  const row = toRow(message);
  await addTogether(sql, row);
  return row.id;
}

type MessageRow = ReturnType<typeof toRow>;

const addTogether = gatheredWrite(addRows, { first: true });

async function addRows(sql: Sql, rows: readonly MessageRow[]): Promise<void> {
  if ((await insertRows(sql, rows)) < rows.length) throw new Error("The message is stored already.");
}

/** Answers with the number of rows that were stored. */
async function insertRows(sql: Sql, rows: readonly MessageRow[]): Promise<number> {
  const { count } = await sql`
    insert into messages (
      id, ticket_id, kind, visibility, direction, channel, author_user_id, author_requester_id, author_name, subject,
      text, text_trimmed, html, email_message_id, in_reply_to, email_references, from_address, to_addresses,
      cc_addresses, reply_to_addresses, slack_channel, slack_ts, raw_id, authentication, submission_key, newcomer,
      thread_index, created_at
    )
    select id, ticket_id, kind, visibility, direction, channel, author_user_id, author_requester_id, author_name, subject,
      text, text_trimmed, html, email_message_id, in_reply_to, email_references, from_address, to_addresses,
      cc_addresses, reply_to_addresses, slack_channel, slack_ts, raw_id, authentication, submission_key, newcomer,
      thread_index,
      -- Not now(): messages of one transaction have an order too.
      clock_timestamp()
    from json_to_recordset(${storableJsonText(rows)}::text::json) as message (
      id uuid, ticket_id uuid, kind text, visibility text, direction text, channel text, author_user_id uuid,
      author_requester_id uuid, author_name text, subject text, text text, text_trimmed text, html text,
      email_message_id text, in_reply_to text, email_references text[], from_address text, to_addresses jsonb,
      cc_addresses jsonb, reply_to_addresses jsonb, slack_channel text, slack_ts text, raw_id uuid,
      authentication jsonb, submission_key text, newcomer boolean, thread_index text
    )
    on conflict do nothing`;
  return count;
}

function toRow({ email, slack, ...message }: NewMessage) {
  return {
    id: message.id ?? (crypto.randomUUID() as string),
    ticket_id: message.ticketId,
    kind: message.kind,
    visibility: message.visibility,
    direction: message.direction,
    channel: message.channel,
    author_user_id: message.authorUserId,
    author_requester_id: message.authorRequesterId,
    author_name: message.authorName,
    subject: message.subject,
    text: message.text,
    text_trimmed: message.textTrimmed,
    html: message.html,
    email_message_id: email?.messageId || null,
    in_reply_to: email?.inReplyTo || null,
    email_references: email?.references ?? [],
    from_address: email?.from || null,
    to_addresses: email?.to ?? [],
    cc_addresses: email?.cc ?? [],
    reply_to_addresses: email?.replyTo ?? [],
    slack_channel: slack?.channel ?? null,
    slack_ts: slack?.ts ?? null,
    raw_id: message.rawId,
    authentication: email?.authentication ?? null,
    submission_key: message.submissionKey ?? null,
    newcomer: message.newcomer ?? false,
    thread_index: email?.threadIndex || null,
  };
}

/** Stores the files of a message. */
export async function insertAttachments(
  sql: Sql,
  messageId: string,
  attachments: readonly InboundAttachment[],
): Promise<void> {
  for (const file of attachments) await insertAttachment(sql, toAttachmentRow(messageId, file));
}

type AttachmentRow = ReturnType<typeof toAttachmentRow>;

function toAttachmentRow(messageId: string, file: InboundAttachment) {
  return [
    messageId,
    storableText(file.filename).slice(0, 255) || "unnamed",
    storableText(file.contentType),
    file.contentId === null ? null : storableText(file.contentId),
    file.inline,
    file.content,
  ];
}

const insertAttachment = gatheredWrite(insertAttachmentRows);

/** The database hashes what it stores: it does so faster than Web Crypto is asked. */
async function insertAttachmentRows(sql: Sql, files: readonly AttachmentRow[]): Promise<void> {
  await inSteadySlices(
    files,
    (rows) => sql`
      insert into attachments (message_id, filename, content_type, size_bytes, content_id, inline, sha256, content)
      select file.message_id::uuid, file.filename, file.content_type, octet_length(file.content), file.content_id,
        file.inline, encode(sha256(file.content), 'hex'), file.content
      from (values ${sql(rows as unknown as string[][])})
        file (message_id, filename, content_type, content_id, inline, content)`,
  );
}

/** The Slack ts of a message that has been posted: the event that echoes it is then known as ours. */
export async function setMessageSlackPosition(
  sql: Sql,
  messageId: string,
  channel: string,
  ts: string,
): Promise<void> {
  await sql`update messages set slack_channel = ${channel}, slack_ts = ${ts} where id = ${messageId}`;
}

/** The stored message that stands at this place in Slack, or null. */
export async function findMessageBySlackPosition(
  sql: Sql,
  channel: string,
  ts: string,
): Promise<{ messageId: string; ticketId: string; number: number } | null> {
  const [row] = await sql<{ messageId: string; ticketId: string; number: number }[]>`
    select m.id as "messageId", m.ticket_id as "ticketId", t.number
    from messages m join tickets t on t.id = m.ticket_id
    where m.slack_channel = ${channel} and m.slack_ts = ${ts}`;
  return row ?? null;
}

export interface LastInboundEmail {
  subject: string;
  messageId: string | null;
  references: string[];
  from: string | null;
  replyTo: EmailAddress[];
  to: EmailAddress[];
  cc: EmailAddress[];
  fromName: string;
  threadIndex: string | null;
}

/** The newest public mail of somebody who takes part in the ticket: what an answer replies to. */
export async function readLastInboundEmail(sql: Sql, ticketId: string): Promise<LastInboundEmail | null> {
  const [row] = await sql<LastInboundEmail[]>`
    select subject, email_message_id as "messageId", email_references as "references", from_address as "from",
      reply_to_addresses as "replyTo", to_addresses as "to", cc_addresses as "cc", author_name as "fromName",
      thread_index as "threadIndex"
    from messages
    where ticket_id = ${ticketId} and direction = 'inbound' and channel = 'email' and visibility = 'public'
      and not newcomer
    order by created_at desc, id desc limit 1`;
  return row ?? null;
}

/**
 * The Message-IDs of a ticket's public mails, the oldest first, at most `limit`: the first and the newest. Of a mail of
 * ours whose id the provider replaced, both: clients know the one, and answers to older copies the other.
 */
export async function listThreadMessageIds(sql: Sql, ticketId: string, limit: number): Promise<string[]> {
  const rows = await sql<{ messageId: string; providerMessageId: string | null }[]>`
    select "messageId", "providerMessageId" from (
      select m.email_message_id as "messageId", d.provider_message_id as "providerMessageId", m.created_at, m.id,
        row_number() over (order by m.created_at, m.id) as first,
        row_number() over (order by m.created_at desc, m.id desc) as last
      from messages m left join deliveries d on d.message_id = m.id
      where m.ticket_id = ${ticketId} and m.visibility = 'public' and m.email_message_id is not null
    ) known
    where first = 1 or last < ${limit}
    order by created_at, id`;
  return rows.flatMap(({ messageId, providerMessageId }) =>
    providerMessageId === null ? [messageId] : [messageId, providerMessageId],
  );
}

export interface StoredFile {
  filename: string;
  contentType: string;
  content: Uint8Array;
  contentId: string | null;
  inline: boolean;
}

/** The files of a message, with their contents. */
export async function readMessageFiles(sql: Sql, messageId: string): Promise<StoredFile[]> {
  return sql<StoredFile[]>`
    select filename, content_type as "contentType", content, content_id as "contentId", inline
    from attachments where message_id = ${messageId} order by filename, id`;
}
