/** Tells the requester, once, that the ticket exists and which number it has. */
import { writeAcknowledgement } from "../core/notices.ts";
import { countAutomaticMail, repeatsItself } from "../db/automatic-mail.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { lockRequester } from "../db/requesters.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, type TicketRow } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { queuePublicMessage } from "./queue-public-message.ts";

export type Acknowledgement =
  | { state: "queued"; deliveryId: string | null }
  | { state: "already-queued" }
  | { state: "withheld"; reason: string }
  | { state: "no-ticket" };

/** The cap of a day, in caps of an hour: a machine that answers slowly comes to an end too. */
const DAY_FACTOR = 3;

const SYSTEM = { kind: "system", via: "workflow" } as const;

export async function acknowledgeTicket(
  sql: SqlPool,
  settings: DeskSettings,
  ticketId: string,
): Promise<Acknowledgement> {
  return inTransaction(sql, async (tx) => {
    await lockTicketStatus(tx, ticketId);
    const ticket = await readTicket(tx, ticketId);
    if (!ticket) return { state: "no-ticket" };
    const withheld = await whyWithheld(tx, settings, ticket);
    if (withheld !== null) {
      await addTicketEvent(tx, ticketId, "acknowledgement-withheld", SYSTEM, { reason: withheld });
      return { state: "withheld", reason: withheld };
    }
    const { number, title, requesterName, channel } = ticket;
    const { text } = writeAcknowledgement({ number, title, requesterName, channel });
    const queued = await queuePublicMessage(tx, settings, ticket, {
      kind: "acknowledgement",
      text,
      authorUserId: null,
      authorName: "Deskhand",
      undoSeconds: 0,
    });
    if (queued === null) return { state: "already-queued" };
    await addTicketEvent(tx, ticketId, "acknowledged", SYSTEM, { messageId: queued.messageId });
    return { state: "queued", deliveryId: queued.deliveryId };
  });
}

async function whyWithheld(
  tx: Parameters<typeof readTicket>[0],
  settings: DeskSettings,
  ticket: TicketRow,
): Promise<string | null> {
  if (ticket.noAutomaticAnswer !== null) return ticket.noAutomaticAnswer;
  if (ticket.channel !== "email") return null;
  if (ticket.requesterMailState === "bouncing") return "Mail to this address bounces.";
  await lockRequester(tx, ticket.requesterId);
  const sent = await countAutomaticMail(tx, ticket.requesterId);
  const perHour = settings.automaticMailPerHour;
  if (sent.hour >= perHour)
    return `This address got ${sent.hour} automatic mails within the hour, which is the most that we send.`;
  if (sent.day >= perHour * DAY_FACTOR)
    return `This address got ${sent.day} automatic mails within the day, which is the most that we send.`;
  if (await repeatsItself(tx, ticket.id, ticket.requesterId))
    return "This address sent the same words before: a machine may be answering our confirmations.";
  return null;
}
