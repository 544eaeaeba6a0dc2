/** What Slack sent of a message that is still to be completed. */
import type { SlackFileRef } from "../core/inbound-slack.ts";
import { jsonb, type Sql, storableText } from "./client.ts";

export type AnnouncedEvent = "ticket/created" | "ticket/replied";

export interface NewSlackSource {
  messageId: string;
  author: string;
  mrkdwn: string;
  /** The message's text as it was recorded. */
  rendered: string;
  files: SlackFileRef[];
  beganInThread: boolean;
  requestedBy: string | null;
  needsThread: boolean;
  announces: AnnouncedEvent | null;
}

/** Of an edited message, the new words take the place of the old; what waited to be announced still does. */
export async function putSlackSource(sql: Sql, source: NewSlackSource): Promise<void> {
  await sql`
    insert into slack_sources (
      message_id, author, mrkdwn, rendered, files, began_in_thread, requested_by, needs_thread, announces
    ) values (
      ${source.messageId}, ${source.author}, ${storableText(source.mrkdwn)}, ${storableText(source.rendered)},
      ${jsonb(sql, source.files)}, ${source.beganInThread}, ${source.requestedBy}, ${source.needsThread},
      ${source.announces}
    )
    on conflict (message_id) do update set mrkdwn = excluded.mrkdwn, rendered = excluded.rendered,
      files = excluded.files`;
}

export interface SlackSourceRow extends NewSlackSource {
  ticketId: string;
  number: number;
  title: string;
  account: string;
  /** Null where the message does not stand in Slack: a submitted form. */
  slackChannel: string | null;
  ts: string | null;
  /** The ticket's own thread. */
  thread: { channel: string; threadTs: string } | null;
}

export async function readSlackSource(sql: Sql, messageId: string): Promise<SlackSourceRow | null> {
  const [row] = await sql<
    (Omit<SlackSourceRow, "thread"> & { threadChannel: string | null; threadTs: string | null })[]
  >`
    select s.message_id as "messageId", s.author, s.mrkdwn, s.rendered, s.files, s.announces,
      s.began_in_thread as "beganInThread", s.requested_by as "requestedBy", s.needs_thread as "needsThread",
      m.ticket_id as "ticketId", t.number, t.title, t.account, m.slack_channel as "slackChannel", m.slack_ts as ts,
      st.channel as "threadChannel", st.thread_ts as "threadTs"
    from slack_sources s join messages m on m.id = s.message_id join tickets t on t.id = m.ticket_id
    left join slack_threads st on st.ticket_id = t.id and st.role = 'requester'
    where s.message_id = ${messageId}`;
  if (!row) return null;
  const { threadChannel, threadTs, ...rest } = row;
  const thread = threadChannel === null || threadTs === null ? null : { channel: threadChannel, threadTs };
  return { ...rest, thread };
}

/** The event that waits for this message, the first time that it is asked for; null afterwards. */
export async function takeAnnouncement(
  sql: Sql,
  messageId: string,
): Promise<{ event: AnnouncedEvent; ticketId: string } | null> {
  const [row] = await sql<{ event: AnnouncedEvent; ticketId: string }[]>`
    update slack_sources s set announced_at = now() from messages m
    where s.message_id = ${messageId} and s.announced_at is null and s.announces is not null and m.id = s.message_id
    returning s.announces as event, m.ticket_id as "ticketId"`;
  return row ?? null;
}

/** Replaces a message's text where it still says what was recorded; false where it has been edited meanwhile. */
export async function replaceRecordedText(
  sql: Sql,
  messageId: string,
  recorded: string,
  text: string,
): Promise<boolean> {
  const words = storableText(text);
  const result = await sql`
    update messages set text = ${words}, text_trimmed = ${words}
    where id = ${messageId} and text = ${storableText(recorded)}`;
  if (result.count === 1)
    await sql`update slack_sources set rendered = ${words} where message_id = ${messageId}`;
  return result.count === 1;
}

/** The author's name as staff read it, filled in where it was not known when the message came. */
export async function nameMessageAuthor(sql: Sql, messageId: string, name: string): Promise<void> {
  await sql`
    update messages set author_name = ${storableText(name)} where id = ${messageId} and author_name = ''`;
}

/** Ids of the files that are stored with a message already. */
export async function listStoredSources(sql: Sql, messageId: string): Promise<string[]> {
  const rows = await sql<{ sourceId: string }[]>`
    select source_id as "sourceId" from attachments where message_id = ${messageId} and source_id is not null`;
  return rows.map(({ sourceId }) => sourceId);
}

/** Stores a fetched file; false where it is stored already. */
export async function insertFetchedFile(
  sql: Sql,
  messageId: string,
  sourceId: string,
  file: { filename: string; contentType: string; content: Uint8Array; sha256: string },
): Promise<boolean> {
  const result = await sql`
    insert into attachments (message_id, filename, content_type, size_bytes, inline, sha256, content, source_id)
    values (
      ${messageId}, ${storableText(file.filename).slice(0, 255) || "unnamed"}, ${storableText(file.contentType)},
      ${file.content.byteLength}, false, ${file.sha256}, ${file.content}, ${sourceId}
    )
    on conflict do nothing`;
  return result.count === 1;
}

/** Bytes of files stored with a message. */
export async function sumAttachmentBytes(sql: Sql, messageId: string): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`
    select coalesce(sum(size_bytes), 0)::float8 as bytes from attachments where message_id = ${messageId}`;
  return row?.bytes ?? 0;
}

/** When it was written in Slack: a message that arrives late still stands where it was said. */
export async function dateMessage(sql: Sql, messageId: string, writtenAt: Date): Promise<void> {
  await sql`update messages set created_at = ${writtenAt} where id = ${messageId}`;
}
