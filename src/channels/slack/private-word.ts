/** Tells one person something that nobody else sees. */
import type { types } from "@slack/bolt";
import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { describe } from "./bolt-logger.ts";
import { cutForSlack, escapeMrkdwn, SLACK_LIMITS } from "./mrkdwn.ts";
import type { WebClient } from "./web-client.ts";

export interface Listener {
  slackUserId: string;
  /** Where the person is looking. */
  channel: string;
}

/**
 * By an ephemeral message, else by a direct one; `blocks` show in place of the text where they are given. Never rejects:
 * it is the last word on a click.
 */
export async function tellPrivately(
  { web, log }: { web: WebClient; log: Log },
  to: Listener,
  text: string,
  blocks?: types.KnownBlock[],
): Promise<void> {
  const message = {
    text: escapeMrkdwn(cutForSlack(text, SLACK_LIMITS.messageText)),
    ...(blocks === undefined ? {} : { blocks }),
  };
  const direct = () => web.chat.postMessage({ channel: to.slackUserId, ...message });
  try {
    // Whoever clicks in App Home looks at no channel.
    if (to.channel === to.slackUserId) await direct();
    else await web.chat.postEphemeral({ channel: to.channel, user: to.slackUserId, ...message });
  } catch (error) {
    log.warn({ component: "slack", error: describe(error) }, "an ephemeral message failed; writing directly");
    await direct().catch((second: unknown) => {
      log.error(
        { component: "slack", error: describe(second) },
        "could not tell a person what came of a click",
      );
    });
  }
}

/** What the person may read of a failure. */
export function sentenceFor(error: unknown): string {
  if (!(error instanceof AppError)) return "Something went wrong on our side. Please try again.";
  return error.retryable ? `${error.publicMessage} Please try again.` : error.publicMessage;
}
