/** Answers that cannot leave while their channel is off: they are kept, and leave when it is on again. */

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
