/** Puts words to the requester on their way: the message, its delivery with fixed recipients, and the outbox event. */
import { decideReplyRecipients } from "../core/audience.ts";
import { AppError } from "../core/errors.ts";
import { explainHold, READ_BY_API_NOTE } from "../core/hold.ts";
import type { EmailAddress, InboundAttachment } from "../core/inbound.ts";
import { addPlusToken } from "../core/mail-tokens.ts";
import { continueThreadIndex } from "../core/thread-index.ts";
import { buildReferences, withSubjectToken } from "../core/threading.ts";
import { assertNever } from "../core/ticket.ts";
import type { Sql, SqlTransaction } from "../db/client.ts";
import { type DeliveryRecipients, insertDelivery } from "../db/deliveries.ts";
import { holdDelivery } from "../db/held-deliveries.ts";
import { listMailboxAddresses } from "../db/ledger.ts";
import {
  insertAttachments,
  insertMessage,
  listThreadMessageIds,
  type NewMessage,
  readLastInboundEmail,
} from "../db/messages.ts";
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
  attachments?: readonly InboundAttachment[];
}

/** Where words to the requester would go. `api` tickets have no far end: the message is read through the API. */
export type Route = { recipients: DeliveryRecipients | null; subject: string; email: NewMessage["email"] };

/**
 * The route of an answer: by mail to whom the last mail asks for (automatic messages to its sender alone, without CC),
 * or into the requester's Slack thread. `messageId` is the id of the message that is to take it.
 */
export async function planRoute(
  sql: Sql,
  settings: DeskSettings,
  ticket: TicketRow,
  automatic: boolean,
  messageId: string = crypto.randomUUID(),
): Promise<Route> {
  switch (ticket.channel) {
    case "email":
      return planMailRoute(sql, settings, ticket, automatic, messageId);
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

/** So many of a ticket's Message-IDs are looked at for References: the first and the newest. */
const THREAD_IDS_MAX = 40;

async function planMailRoute(
  sql: Sql,
  settings: DeskSettings,
  ticket: TicketRow,
  automatic: boolean,
  messageId: string,
): Promise<Route> {
  const last = await readLastInboundEmail(sql, ticket.id);
  const requester = ticket.requesterEmail ?? "";
  const from = { address: last?.from ?? requester, name: last?.fromName ?? ticket.requesterName };
  const lastMail = { from, replyTo: last?.replyTo ?? [], to: last?.to ?? [], cc: last?.cc ?? [] };
  const own = [...settings.ownAddresses, ...(await listMailboxAddresses(sql, ticket.id))];
  const { to, cc } = decideReplyRecipients(lastMail, requester, own);
  const recipients = { channel: "email", to, cc: automatic ? [] : cc } as const;
  const known = await listThreadMessageIds(sql, ticket.id, THREAD_IDS_MAX);
  return {
    recipients,
    subject: withSubjectToken(last?.subject || ticket.title, ticket.number),
    email: {
      messageId: await settings.mailTokens.signMessageId(ticket.number, messageId, settings.messageIdDomain),
      ...buildReferences(known, last),
      from: null,
      to: recipients.to,
      cc: recipients.cc,
      replyTo: await planReplyTo(settings, ticket),
      authentication: null,
      threadIndex: continueThreadIndex(last?.threadIndex ?? null, new Date()),
    },
  };
}

/** The ticket's own address, where the mailbox takes such addresses: an answer to it needs no header to find back. */
async function planReplyTo(
  { plusAddress, mailTokens }: DeskSettings,
  ticket: TicketRow,
): Promise<EmailAddress[]> {
  if (plusAddress === null) return [];
  const token = await mailTokens.signPlusToken(ticket.number);
  return [{ address: addPlusToken(plusAddress, token), name: "" }];
}

/** Why an answer to a ticket of that channel could not leave now, and what to do; null where it can. */
export function findHold({ channelsOff }: DeskSettings, channel: TicketRow["channel"]): string | null {
  return channel !== "api" && channelsOff.includes(channel) ? explainHold(channel) : null;
}

/** That nobody is told of an answer to a ticket of that channel; null where it is sent. */
export function findReplyNote(channel: TicketRow["channel"]): string | null {
  return channel === "api" ? READ_BY_API_NOTE : null;
}

/** Null where the ticket has its acknowledgement, or the desk the message of this submission, already. */
export async function queuePublicMessage(
  tx: SqlTransaction,
  settings: DeskSettings,
  ticket: TicketRow,
  message: PublicMessage,
): Promise<{ messageId: string; deliveryId: string | null } | null> {
  const id = crypto.randomUUID();
  const route = await planRoute(tx, settings, ticket, message.kind !== "reply", id);
  const messageId = await insertMessage(tx, {
    id,
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
  await insertAttachments(tx, messageId, message.attachments ?? []);
  if (route.recipients === null) return { messageId, deliveryId: null };
  const deliveryId = await insertDelivery(tx, {
    messageId,
    ticketId: ticket.id,
    recipients: route.recipients,
    undoSeconds: message.undoSeconds,
  });
  const hold = findHold(settings, ticket.channel);
  // What is held is queued when its channel is on again: see release-held-deliveries.
  if (hold !== null) await holdDelivery(tx, deliveryId, hold);
  else await addOutboxEvent(tx, "delivery/queued", { deliveryId, ticketId: ticket.id });
  return { messageId, deliveryId };
}
