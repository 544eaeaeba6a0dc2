/** Answers that do not leave: kept while their channel is off, until it is on again; or read where they stand. */

export type OutgoingChannel = "email" | "slack";

/** Why an answer stays, and what to do: one sentence for the person who wrote it. */
export function explainHold(channel: OutgoingChannel): string {
  switch (channel) {
    case "email":
      return "Mail out is off: the answer is kept, and leaves once SMTP_URL and MAIL_FROM are set and the service is started again.";
    case "slack":
      return "Slack is off: the answer is kept, and leaves once SLACK_BOT_TOKEN is set and the service is started again.";
    default:
      return channel satisfies never;
  }
}

/** So late, what a machine says ("we have received your message") would confuse. What people wrote always leaves. */
export const HELD_AUTOMATIC_HOURS_MAX = 24;

/** Said with every answer that has no far end, so that nobody takes it for sent. */
export const READ_BY_API_NOTE =
  "Nobody is told: this ticket came by the API, and its requester reads the answer there.";
