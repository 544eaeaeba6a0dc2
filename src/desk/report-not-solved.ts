/** The requester says that a resolved ticket is not solved. */
import type { Actor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import type { SlackIdentity } from "../core/requester-actions.ts";
import { decideStatus } from "../core/ticket.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { readSlackRequester } from "../db/slack-threads.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, readTicket, setTicketStatus } from "../db/tickets.ts";

/** A ticket that is open already stays as it is: the button may be clicked twice. Nobody else can do it. */
export async function reportNotSolved(
  sql: SqlPool,
  { account, slackUserId }: SlackIdentity,
  ticketId: string,
): Promise<{ number: number; reopened: boolean }> {
  return inTransaction(sql, async (tx) => {
    const locked = await lockTicketStatus(tx, ticketId);
    const ticket = locked && (await readTicket(tx, ticketId));
    if (!ticket || (await readSlackRequester(tx, ticketId)) !== `${account}/${slackUserId}`) {
      throw new AppError("forbidden", "Only who asked can say that. To add something, write in the thread.");
    }
    const { number, status } = ticket;
    if (status === "closed") {
      throw new AppError(
        "conflict",
        `Ticket #${number} is closed. Write in the thread, and a new one follows it.`,
      );
    }
    const became = decideStatus(status, "reopened");
    if (became === null) return { number, reopened: false };
    await setTicketStatus(tx, ticketId, became);
    const actor: Actor = { kind: "requester", requesterId: ticket.requesterId, via: "slack" };
    await addTicketEvent(tx, ticketId, "reopened", actor, { was: status, became, notSolved: true });
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return { number, reopened: true };
  });
}
