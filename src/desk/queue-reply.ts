/** A moderator answers the requester. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import type { InboundAttachment } from "../core/inbound.ts";
import { decideStatus } from "../core/ticket.ts";
import { markAssigned } from "../db/assignment-candidates.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, setTicketAssignee, setTicketStatus } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { describeHandDecision } from "./hand-decision.ts";
import { findHold, findReplyNote, queuePublicMessage } from "./queue-public-message.ts";

const REPLY_LENGTH_MAX = 50_000;
/** In base64 a third more: 25 MB is what Gmail, Microsoft 365 and most others take. */
const FILES_BYTES_MAX = 18_000_000;
const FILES_MAX = 50;

export interface QueuedReply {
  number: number;
  /** Null where this submission had been queued before: nothing was written. */
  deliveryId: string | null;
  alreadyQueued: boolean;
  undoSeconds: number;
  /** Why it cannot leave now, and what to do; null or absent where it can. */
  hold?: string | null;
  /** That nobody is told, where that is so; null or absent where it is sent. */
  note?: string | null;
}

/**
 * Queues the reply; it leaves after the undo window. An unassigned ticket becomes the actor's.
 * `submissionKey` is the same for every delivery of one submitted form: it is queued once. Files go with it by mail.
 */
export async function queueReply(
  sql: Sql,
  settings: DeskSettings,
  actor: StaffActor,
  ticketId: string,
  text: string,
  submissionKey?: string,
  attachments: readonly InboundAttachment[] = [],
): Promise<QueuedReply> {
  const words = text.trim();
  if (words === "")
    throw new AppError("invalid", "The reply is empty: write what the requester should read.");
  if (words.length > REPLY_LENGTH_MAX) {
    throw new AppError("invalid", `The reply is longer than ${REPLY_LENGTH_MAX} characters: shorten it.`);
  }
  refuseLargeFiles(attachments);
  return inTransaction(sql, async (tx) => {
    const locked = await lockTicketStatus(tx, ticketId);
    const ticket = locked && (await readTicket(tx, ticketId));
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const became = decideStatus(ticket.status, "answered");
    if (became === null) throw new AppError("conflict", `Ticket #${ticket.number} is closed.`);
    const queued = await queuePublicMessage(tx, settings, ticket, {
      kind: "reply",
      text: words,
      authorUserId: actor.userId,
      authorName: actor.name,
      undoSeconds: settings.undoSeconds,
      ...(submissionKey === undefined ? {} : { submissionKey }),
      attachments,
    });
    const { number } = ticket;
    const note = findReplyNote(ticket.channel);
    if (queued === null) return { number, deliveryId: null, alreadyQueued: true, undoSeconds: 0, note };
    if (ticket.assigneeId === null) {
      const why = `${actor.name} answered first.`;
      await setTicketAssignee(tx, ticketId, null, actor.userId, describeHandDecision("answered", actor, why));
      await markAssigned(tx, actor.userId);
    }
    if (became !== ticket.status) await setTicketStatus(tx, ticketId, became);
    await addTicketEvent(tx, ticketId, "reply-queued", actor, { ...queued, was: ticket.status, became });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    // What has no delivery is there at once: nothing is sent that could be held back.
    const undoSeconds = queued.deliveryId === null ? 0 : settings.undoSeconds;
    const { deliveryId } = queued;
    const hold = findHold(settings, ticket.channel);
    return { number, deliveryId, alreadyQueued: false, undoSeconds, hold, note };
  });
}

function refuseLargeFiles(files: readonly InboundAttachment[]): void {
  const bytes = files.reduce((sum, { content }) => sum + content.byteLength, 0);
  if (files.length > FILES_MAX || bytes > FILES_BYTES_MAX) {
    const limit = `${FILES_MAX} files and ${FILES_BYTES_MAX / 1_000_000} MB`;
    throw new AppError(
      "too_large",
      `The files are more than a mail may carry (${limit}): send a link instead.`,
    );
  }
}
