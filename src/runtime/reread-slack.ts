/** Reads what was parked of Slack once more: for `replay`. */
import type { SlackChannel } from "../channels/slack/app.ts";
import type { InboundUnreadable } from "../core/inbound.ts";
import type { ParkedMessage } from "../db/ledger.ts";
import { type InboundFromSlack, readStoredSlackMessage } from "../desk/stored-slack-message.ts";

/** Never rejects over what it reads: the reason says why there is no message. */
export type RereadSlack = (
  parked: ParkedMessage,
) => Promise<{ message: InboundFromSlack | InboundUnreadable } | { message: null; reason: string }>;

/** `slack` is null where Slack is not configured: then only what we had read ourselves can be read again. */
export function createSlackRereader(slack: Pick<SlackChannel, "readAgain"> | null): RereadSlack {
  return async ({ source, account, externalId }) => {
    if (source === null) return none("Its original is not kept any more.");
    const stored = readStoredSlackMessage(source);
    if (stored !== null) return { message: stored };
    if (slack === null) return none("Slack is off: set SLACK_BOT_TOKEN and the settings beside it.");
    const event: unknown = JSON.parse(new TextDecoder().decode(source));
    const message = await slack.readAgain(event, account);
    if (message === null)
      return none("It does not concern the desk: it stands where the desk does not listen.");
    // Under another id it would be counted, and made a ticket of, a second time.
    if (message.externalId !== externalId) return none(`It is ${message.externalId} now.`);
    return message.channel === "email" || message.channel === "api"
      ? none("It is no message of Slack.")
      : { message };
  };
}

function none(reason: string): { message: null; reason: string } {
  return { message: null, reason };
}
