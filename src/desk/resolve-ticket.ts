/** A moderator resolves a ticket, and the requester is told. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { writeResolution } from "../core/notices.ts";
import { decideStatus } from "../core/ticket.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, setTicketStatus } from "../db/tickets.ts";
import { announceRoom } from "./announce-room.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { handleOnce } from "./handle-once.ts";
import { queuePublicMessage } from "./queue-public-message.ts";

const NOTE_LENGTH_MAX = 10_000;

/** `note` is the moderator's own word to the requester; may be empty. `key`: see handleOnce. */
export async function resolveTicket(
  sql: Sql,
  settings: DeskSettings,
  actor: StaffActor,
  ticketId: string,
  note: string,
  key?: string,
): Promise<{ number: number }> {
  if (note.length > NOTE_LENGTH_MAX) {
    throw new AppError("invalid", `The note is longer than ${NOTE_LENGTH_MAX} characters: shorten it.`);
  }
  return inTransaction(sql, async (tx) => {
    await handleOnce(tx, key);
    const locked = await lockTicketStatus(tx, ticketId);
    const ticket = locked && (await readTicket(tx, ticketId));
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const became = decideStatus(ticket.status, "resolved");
    if (became === null)
      throw new AppError("conflict", `Ticket #${ticket.number} is ${ticket.status} already.`);
    await setTicketStatus(tx, ticketId, became);
    await addTicketEvent(tx, ticketId, "resolved", actor, { was: ticket.status, note: note.trim() !== "" });
    if (ticket.noAutomaticAnswer === null && ticket.requesterMailState === "ok") {
      await queuePublicMessage(tx, settings, ticket, {
        kind: "notice",
        text: writeResolution({ number: ticket.number, title: ticket.title, note }).text,
        authorUserId: actor.userId,
        authorName: actor.name,
        undoSeconds: 0,
      });
    }
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    await announceRoom(tx, ticket.assigneeId);
    return { number: ticket.number };
  });
}
