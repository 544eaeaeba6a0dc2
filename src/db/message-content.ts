/** What one message was sent as: its HTML, its original. */
import type { Sql } from "./client.ts";
import { readableBy, type TicketViewer } from "./ticket-queries.ts";

/** The HTML as sent, not sanitised; null where the message has none, or the viewer may not read it. */
export async function readMessageHtml(
  sql: Sql,
  viewer: TicketViewer,
  ticketId: string,
  messageId: string,
): Promise<string | null> {
  const [row] = await sql<{ html: string | null }[]>`
    select m.html from messages m left join deliveries d on d.message_id = m.id
    where m.id = ${messageId} and m.ticket_id = ${ticketId} and ${readableBy(sql, viewer)}`;
  return row?.html ?? null;
}

/** The original, byte for byte; null where the message came as no mail, or its original is no longer kept. */
export async function readMessageSource(
  sql: Sql,
  ticketId: string,
  messageId: string,
): Promise<Uint8Array | null> {
  const [row] = await sql<{ source: Uint8Array }[]>`
    select r.source from messages m join raw_messages r on r.id = m.raw_id
    where m.id = ${messageId} and m.ticket_id = ${ticketId}`;
  return row?.source ?? null;
}
