/** What was said on a ticket, for staff to read in Slack. */
import { AppError } from "../core/errors.ts";
import type { ConversationPage } from "../core/slack-views.ts";
import type { Sql } from "../db/client.ts";
import { listAttachments, listMessages } from "../db/ticket-queries.ts";
import { readTicket } from "../db/tickets.ts";

/** The newest ones; a modal holds no more. */
const MESSAGES_SHOWN_MAX = 60;

export async function readConversation(
  sql: Sql,
  userId: string,
  ticketId: string,
): Promise<ConversationPage> {
  const ticket = await readTicket(sql, ticketId);
  if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
  const { messages, omitted } = await listMessages(sql, { kind: "staff", userId }, ticketId);
  const shown = messages.slice(-MESSAGES_SHOWN_MAX);
  const files = await listAttachments(
    sql,
    shown.map(({ id }) => id),
  );
  return {
    number: ticket.number,
    title: ticket.title,
    omitted: omitted + messages.length - shown.length,
    url: null,
    messages: shown.map((message) => ({
      authorName: message.authorName,
      kind: message.kind,
      channel: message.channel,
      at: message.createdAt,
      text: message.text.trim() === "" ? message.fullText : message.text,
      attachments: files.filter(({ messageId }) => messageId === message.id).map(({ filename }) => filename),
      deliveryState: message.deliveryState,
    })),
  };
}
