/** A ticket with all that its viewer may see of it. */

import type { Sql } from "../db/client.ts";
import { listCorrections } from "../db/corrections.ts";
import { listDeadlines } from "../db/deadlines.ts";
import {
  listAttachments,
  listMessages,
  readLastTriage,
  type TicketInternals,
  type TicketView,
  type TicketViewer,
} from "../db/ticket-queries.ts";
import { presentTicketDetail } from "./ticket-schema.ts";

export async function readTicketDetail(sql: Sql, viewer: TicketViewer, ticket: TicketView & TicketInternals) {
  const isStaff = viewer.kind === "staff";
  const { messages, omitted: messagesOmitted } = await listMessages(sql, viewer, ticket.id);
  const attachments = await listAttachments(
    sql,
    messages.map((message) => message.id),
  );
  const triage = isStaff ? await readLastTriage(sql, ticket.id, ticket.triageSource) : null;
  const deadlines = isStaff ? await listDeadlines(sql, ticket.id) : [];
  const corrections = isStaff ? await listCorrections(sql, ticket.id) : [];
  return presentTicketDetail(
    { ticket, messages, messagesOmitted, attachments, triage, deadlines, corrections },
    viewer,
  );
}
