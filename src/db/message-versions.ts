/** Edits and deletions of messages: what stood there is kept. */
import { type Sql, storableText } from "./client.ts";

export interface EditableMessage {
  messageId: string;
  ticketId: string;
  number: number;
  title: string;
  description: string;
  text: string;
  direction: "inbound" | "outbound";
  visibility: "public" | "internal";
  authorUserId: string | null;
  authorRequesterId: string | null;
  editedAt: Date | null;
  deletedAt: Date | null;
}

/** The message that stands at this place in Slack, under a row lock. */
export async function lockSlackMessage(
  sql: Sql,
  channel: string,
  ts: string,
): Promise<EditableMessage | null> {
  const [row] = await sql<EditableMessage[]>`
    select m.id as "messageId", m.ticket_id as "ticketId", t.number, t.title, t.description, m.text, m.direction,
      m.visibility, m.author_user_id as "authorUserId", m.author_requester_id as "authorRequesterId",
      m.edited_at as "editedAt", m.deleted_at as "deletedAt"
    from messages m join tickets t on t.id = m.ticket_id
    where m.slack_channel = ${channel} and m.slack_ts = ${ts} for update of m`;
  return row ?? null;
}

/** Puts the new words into the message, and the old ones among its versions. */
export async function replaceMessageText(
  sql: Sql,
  message: { messageId: string; text: string },
  text: string,
  editedAt: Date,
): Promise<void> {
  await addMessageVersion(sql, message.messageId, message.text, editedAt);
  const words = storableText(text);
  await sql`
    update messages set text = ${words}, text_trimmed = ${words}, edited_at = ${editedAt}
    where id = ${message.messageId}`;
}

/** A text that stood there once; also one that was overtaken by a later edit before it reached us. */
export async function addMessageVersion(
  sql: Sql,
  messageId: string,
  text: string,
  replacedAt: Date,
): Promise<void> {
  await sql`
    insert into message_versions (message_id, text, replaced_at)
    values (${messageId}, ${storableText(text)}, ${replacedAt})`;
}

/** False where it was marked before. */
export async function markMessageDeleted(sql: Sql, messageId: string): Promise<boolean> {
  const result =
    await sql`update messages set deleted_at = now() where id = ${messageId} and deleted_at is null`;
  return result.count === 1;
}
