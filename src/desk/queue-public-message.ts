/** Puts words to the requester on their way: the message, its delivery with fixed recipients, and the outbox event. */
import { decideReplyRecipients } from "../core/audience.ts";
import { AppError } from "../core/errors.ts";
import { withSubjectToken } from "../core/threading.ts";
import { assertNever } from "../core/ticket.ts";
import type { Sql, SqlTransaction } from "../db/client.ts";
import { type DeliveryRecipients, insertDelivery } from "../db/deliveries.ts";
import { insertMessage, type NewMessage, readLastInboundEmail } from "../db/messages.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { readRequesterThread } from "../db/ticket-threads.ts";
import type { TicketRow } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";

export interface PublicMessage {
  kind: "reply" | "acknowledgement" | "notice";
  text: string;
  authorUserId: string | null;
  authorName: string;
  undoSeconds: number;
  submissionKey?: string;
}

/** Where words to the requester would go. `api` tickets have no far end: the message is read through the API. */
export type Route = { recipients: DeliveryRecipients | null; subject: string; email: NewMessage["email"] };

/**
 * The route of an answer: by mail to whom the last mail asks for (automatic messages to its sender alone, without CC),
 * or into the requester's Slack thread.
 */
export async function planRoute(
  sql: Sql,
  settings: DeskSettings,
  ticket: TicketRow,
  automatic: boolean,
): Promise<Route> {
  switch (ticket.channel) {
    case "email":
      return planMailRoute(sql, settings, ticket, automatic);
    case "slack": {
      const thread = await readRequesterThread(sql, ticket.id);
      if (!thread) throw new AppError("conflict", `Ticket #${ticket.number} has no Slack thread any more.`);
      const recipients = {
        channel: "slack",
        slackChannel: thread.channel,
        threadTs: thread.threadTs,
      } as const;
      return { recipients, subject: "", email: null };
    }
    case "api":
      return { recipients: null, subject: ticket.title, email: null };
    default:
      return assertNever(ticket.channel);
  }
}

async function planMailRoute(
  sql: Sql,
  settings: DeskSettings,
  ticket: TicketRow,
  automatic: boolean,
): Promise<Route> {
  const last = await readLastInboundEmail(sql, ticket.id);
  const requester = ticket.requesterEmail ?? "";
  const from = { address: last?.from ?? requester, name: last?.fromName ?? ticket.requesterName };
  const lastMail = { from, replyTo: last?.replyTo ?? [], to: last?.to ?? [], cc: last?.cc ?? [] };
  const { to, cc } = decideReplyRecipients(lastMail, requester, settings.ownAddresses);
  const recipients = { channel: "email", to, cc: automatic ? [] : cc } as const;
  const references = last?.messageId ? [...last.references, last.messageId] : (last?.references ?? []);
  return {
    recipients,
    subject: withSubjectToken(last?.subject || ticket.title, ticket.number),
    email: {
      messageId: `<${crypto.randomUUID()}.${ticket.number}@${settings.messageIdDomain}>`,
      inReplyTo: last?.messageId ?? null,
      references,
      from: null,
      to: recipients.to,
      cc: recipients.cc,
      replyTo: [],
      authentication: null,
    },
  };
}

/** Null where the ticket has its acknowledgement, or the desk the message of this submission, already. */
export async function queuePublicMessage(
  tx: SqlTransaction,
  settings: DeskSettings,
  ticket: TicketRow,
  message: PublicMessage,
): Promise<{ messageId: string; deliveryId: string | null } | null> {
  const route = await planRoute(tx, settings, ticket, message.kind !== "reply");
  const messageId = await insertMessage(tx, {
    ticketId: ticket.id,
    kind: message.kind,
    visibility: "public",
    direction: "outbound",
    channel: ticket.channel,
    authorUserId: message.authorUserId,
    authorRequesterId: null,
    authorName: message.authorName,
    subject: route.subject,
    text: message.text,
    textTrimmed: message.text,
    html: null,
    email: route.email,
    slack: null,
    rawId: null,
    submissionKey: message.submissionKey ?? null,
  });
  if (messageId === null) return null;
  if (route.recipients === null) return { messageId, deliveryId: null };
  const deliveryId = await insertDelivery(tx, {
    messageId,
    ticketId: ticket.id,
    recipients: route.recipients,
    undoSeconds: message.undoSeconds,
  });
  await addOutboxEvent(tx, "delivery/queued", { deliveryId, ticketId: ticket.id });
  return { messageId, deliveryId };
}
