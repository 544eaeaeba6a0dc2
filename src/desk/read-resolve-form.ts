/** What the form to resolve a ticket shows. */
import { AppError } from "../core/errors.ts";
import { decideStatus } from "../core/ticket.ts";
import type { Sql } from "../db/client.ts";
import { readTicket } from "../db/tickets.ts";

export async function readResolveForm(
  sql: Sql,
  ticketId: string,
): Promise<{ number: number; title: string }> {
  const ticket = await readTicket(sql, ticketId);
  if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
  const { number, title, status } = ticket;
  if (decideStatus(status, "resolved") === null) {
    throw new AppError("conflict", `Ticket #${number} is ${status} already.`);
  }
  return { number, title };
}
