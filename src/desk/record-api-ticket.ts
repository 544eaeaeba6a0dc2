/** A ticket made through the REST API. */
import type { InboundApiTicket } from "../core/inbound.ts";
import type { SqlTransaction } from "../db/client.ts";
import { findOrCreateRequester } from "../db/requesters.ts";
import { openTicket } from "./open-ticket.ts";
import type { RecordedOutcome } from "./record-inbound.ts";

export async function recordApiTicket(
  tx: SqlTransaction,
  ticket: InboundApiTicket,
): Promise<RecordedOutcome> {
  const requesterId = await findOrCreateRequester(tx, {
    channel: "api",
    address: ticket.userId,
    name: ticket.userName,
    email: null,
    userId: ticket.userId,
  });
  const opened = await openTicket(
    tx,
    {
      title: ticket.title,
      description: ticket.description,
      channel: "api",
      account: ticket.account,
      requesterId,
      followUpOf: null,
      noAutomaticAnswer: null,
    },
    {
      channel: "api",
      authorUserId: ticket.userId,
      authorRequesterId: requesterId,
      authorName: ticket.userName,
      subject: ticket.title,
      text: ticket.description,
      textTrimmed: ticket.description,
      html: null,
      email: null,
      slack: null,
      rawId: null,
    },
    [],
    { kind: "requester", requesterId, via: "api" },
  );
  return {
    outcome: "ticket",
    reason: "Made through the API.",
    ticketId: opened.ticketId,
    ticketNumber: opened.number,
    messageId: opened.messageId,
    rawId: null,
    emailMessageId: null,
  };
}
