/** Somebody adds words to a ticket of their own through the REST API: the same as a reply by mail. */
import type { Actor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { hasMessageOfSubmission } from "../db/reply-context.ts";
import { lockTicketStatus, readDaysInStatus, readTicket } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { addRequesterReply } from "./open-ticket.ts";

const MESSAGE_LENGTH_MAX = 50_000;

export interface AddedMessage {
  number: number;
  /** It was done, and is open again. */
  reopened: boolean;
  alreadyAdded: boolean;
}

/**
 * Stores the words and wakes the ticket. Whether it is the person's own is for the caller to know. Rejects with
 * `conflict` where a mail would open a follow-up: the ticket was closed long ago.
 * @param submissionKey the same for every try of one submission: the message stands once
 */
export async function addRequesterMessage(
  sql: Sql,
  { followUpAfterDays }: Pick<DeskSettings, "followUpAfterDays">,
  person: { userId: string; name: string },
  ticketId: string,
  text: string,
  submissionKey: string,
): Promise<AddedMessage> {
  const words = text.trim();
  if (words === "") throw new AppError("invalid", "The message is empty.");
  if (words.length > MESSAGE_LENGTH_MAX) {
    throw new AppError("invalid", `The message is longer than ${MESSAGE_LENGTH_MAX} characters: shorten it.`);
  }
  return inTransaction(sql, async (tx) => {
    const locked = await lockTicketStatus(tx, ticketId);
    const ticket = locked && (await readTicket(tx, ticketId));
    if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
    const { number, status, requesterId } = ticket;
    if (await hasMessageOfSubmission(tx, submissionKey))
      return { number, reopened: false, alreadyAdded: true };
    if (status === "closed" && (await readDaysInStatus(tx, ticketId)) >= followUpAfterDays) {
      const fix = "make a new one (POST /api/tickets), and name this one in it.";
      throw new AppError("conflict", `Ticket #${number} was closed too long ago to go on with: ${fix}`);
    }
    const actor: Actor = { kind: "requester", requesterId, via: "api" };
    const message = {
      channel: "api",
      authorUserId: person.userId,
      authorRequesterId: requesterId,
      authorName: person.name,
      subject: "",
      text: words,
      textTrimmed: words,
      html: null,
      email: null,
      slack: null,
      rawId: null,
      submissionKey,
    } as const;
    const added = await addRequesterReply(tx, ticketId, message, [], actor);
    const reopened = (status === "resolved" || status === "closed") && added.status !== status;
    return { number, reopened, alreadyAdded: false };
  });
}
