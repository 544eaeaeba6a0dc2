/** What a moderator sees before a reply leaves: the suggestion, and exactly who will receive it. */
import { AppError } from "../core/errors.ts";
import type { EmailAddress } from "../core/inbound.ts";
import type { ReplyForm } from "../core/slack-actions.ts";
import { assertNever, type Channel } from "../core/ticket.ts";
import type { Sql } from "../db/client.ts";
import type { DeliveryRecipients } from "../db/deliveries.ts";
import { readTicket } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { planRoute } from "./queue-public-message.ts";

export async function readReplyForm(sql: Sql, settings: DeskSettings, ticketId: string): Promise<ReplyForm> {
  const ticket = await readTicket(sql, ticketId);
  if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
  if (ticket.status === "closed") throw new AppError("conflict", `Ticket #${ticket.number} is closed.`);
  const { recipients } = await planRoute(sql, settings, ticket, false);
  const bounces = ticket.requesterMailState === "bouncing" ? ["Mail to this address bounced."] : [];
  return {
    number: ticket.number,
    title: ticket.title,
    suggestedReply: ticket.suggestedReply,
    channel: CHANNEL_WORDS[ticket.channel],
    recipients: describeRecipients(recipients),
    warnings: bounces,
  };
}

const CHANNEL_WORDS: Record<Channel, string> = {
  email: "email",
  slack: "the requester's Slack thread",
  api: "the REST API",
};

function describeRecipients(recipients: DeliveryRecipients | null): string {
  if (recipients === null) return "nobody is written to: the requester reads it through the API";
  switch (recipients.channel) {
    case "email": {
      const cc = recipients.cc.length === 0 ? "" : `; CC ${describeAddresses(recipients.cc)}`;
      return `${describeAddresses(recipients.to)}${cc}`;
    }
    case "slack":
      return `everybody in the channel ${recipients.slackChannel} can read it`;
    default:
      return assertNever(recipients);
  }
}

function describeAddresses(people: readonly EmailAddress[]): string {
  return people.map(({ name, address }) => (name === "" ? address : `${name} <${address}>`)).join(", ");
}
