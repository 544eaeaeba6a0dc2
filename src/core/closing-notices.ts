/** What a requester reads of a ticket that has gone quiet. */
import type { Notice } from "./notices.ts";
import { withSubjectToken } from "./threading.ts";

interface QuietTicket {
  number: number;
  title: string;
}

/** `days`: how long there is to answer. */
export function writeCloseWarning(ticket: QuietTicket & { days: number }): Notice {
  const days = ticket.days === 1 ? "tomorrow" : `in ${ticket.days} days`;
  return write(ticket, [
    `We have not heard from you about your ticket #${ticket.number} (${oneLine(ticket.title)}) since we wrote to you.`,
    "",
    `If you still need help, just reply. Otherwise we will mark it as resolved ${days}.`,
  ]);
}

export function writeQuietResolution(ticket: QuietTicket): Notice {
  return write(ticket, [
    `We have marked your ticket #${ticket.number} (${oneLine(ticket.title)}) as resolved, since we have not heard from you.`,
    "",
    "If you still need help, just reply: the ticket then opens again.",
  ]);
}

function write(ticket: QuietTicket, lines: string[]): Notice {
  const text = ["Hello,", "", ...lines, "", "This message was sent automatically."].join("\n");
  return { subject: withSubjectToken(ticket.title, ticket.number), text };
}

function oneLine(text: string): string {
  return Array.from(text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim())
    .slice(0, 200)
    .join("");
}
