/** A word of one of the staff for the others. It never leaves. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { insertMessage } from "../db/messages.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, touchTicket } from "../db/tickets.ts";

const NOTE_LENGTH_MAX = 50_000;

/** `submissionKey` is the same for every delivery of one submission: the note stands once. */
export async function addNote(
  sql: Sql,
  actor: StaffActor,
  ticketId: string,
  text: string,
  submissionKey: string | null,
): Promise<{ number: number; alreadyAdded: boolean }> {
  const words = text.trim();
  if (words === "") throw new AppError("invalid", "The note is empty.");
  if (words.length > NOTE_LENGTH_MAX) {
    throw new AppError("invalid", `The note is longer than ${NOTE_LENGTH_MAX} characters: shorten it.`);
  }
  return inTransaction(sql, async (tx) => {
    const ticket = await lockTicketStatus(tx, ticketId);
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const messageId = await insertMessage(tx, {
      ...{ ticketId, kind: "note", visibility: "internal", direction: "inbound", channel: "api" },
      ...{ authorUserId: actor.userId, authorRequesterId: null, authorName: actor.name, subject: "" },
      ...{
        text: words,
        textTrimmed: words,
        html: null,
        email: null,
        slack: null,
        rawId: null,
        submissionKey,
      },
    });
    if (messageId === null) return { number: ticket.number, alreadyAdded: true };
    await touchTicket(tx, ticketId);
    await addTicketEvent(tx, ticketId, "note-added", actor, { messageId });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { number: ticket.number, alreadyAdded: false };
  });
}
