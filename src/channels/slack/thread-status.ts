/** The state of a ticket, under our own first answer in the requester's thread: changed in place, so it pings nobody. */
import type { SlackPosition } from "../../core/delivery.ts";
import { paragraphs, smallPrint } from "./blocks/text.ts";
import { cutForSlack, escapeMrkdwn, SLACK_LIMITS } from "./mrkdwn.ts";
import { readSlackError } from "./slack-error.ts";
import type { WebClient } from "./web-client.ts";

/** Somebody deleted the answer, or the bot was thrown out: there is nothing to show it on. */
const GONE = new Set([
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "channel_not_found",
  "not_in_channel",
  "is_archived",
]);

/** Rejects as the Web API does. */
export async function showThreadStatus(
  web: WebClient,
  at: SlackPosition,
  { text, status }: { text: string; status: string },
): Promise<void> {
  try {
    await web.chat.update({
      channel: at.channel,
      ts: at.ts,
      text: escapeMrkdwn(cutForSlack(text, SLACK_LIMITS.messageText)),
      blocks: [...paragraphs(text, 3), ...smallPrint([status])],
    });
  } catch (error) {
    if (!GONE.has(readSlackError(error) ?? "")) throw error;
  }
}
