/** Which ticket a path means, and whether the viewer may know of it. */
import { AppError } from "../core/errors.ts";
import type { Sql } from "../db/client.ts";
import {
  findTicketView,
  type TicketInternals,
  type TicketView,
  type TicketViewer,
} from "../db/ticket-queries.ts";
import { isUuid } from "./uuid.ts";

/**
 * The ticket with this id or number. One `not_found` for what does not exist, what somebody else asked, and what is no
 * id at all: nobody learns which tickets there are.
 */
export async function findTicket(
  sql: Sql,
  viewer: TicketViewer,
  idOrNumber: string,
): Promise<TicketView & TicketInternals> {
  const wanted = parseTicketName(idOrNumber);
  const ticket = wanted && (await findTicketView(sql, viewer, wanted));
  if (!ticket) throw new AppError("not_found", "There is no such ticket, or none that you may see.");
  return ticket;
}

function parseTicketName(text: string): { id: string } | { number: number } | null {
  if (isUuid(text)) return { id: text };
  const [, number] = /^#?([1-9]\d{0,14})$/.exec(text) ?? [];
  return number === undefined ? null : { number: Number(number) };
}
