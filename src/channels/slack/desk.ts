/** What the desk posts in Slack, behind the port that the workflows call. */
import type { SlackDesk } from "../../core/delivery.ts";
import { AppError } from "../../core/errors.ts";
import { putCard } from "./cards.ts";
import { postNotice } from "./notices.ts";
import { toAppError } from "./slack-error.ts";
import { postInThread } from "./thread-posts.ts";
import type { WebClient } from "./web-client.ts";

/** Rejects with AppErrors: `rate_limited` and `unavailable` can be retried, the rest say what to do. */
export function createSlackDesk(web: WebClient, triageChannel: string): SlackDesk {
  return {
    postInThread: async (post, maybePosted) => {
      if (post.text.trim() === "") throw new AppError("invalid", "An empty text cannot be posted in Slack.");
      return postInThread(web, post, maybePosted).catch((error: unknown) => {
        throw toAppError(error, "post in the thread");
      });
    },
    putCard: (card, at, maybePosted) =>
      putCard(web, triageChannel, card, { at, maybePosted }).catch((error: unknown) => {
        throw toAppError(error, "put the card into the moderators' channel");
      }),
    postNotice: (notice) =>
      postNotice(web, triageChannel, notice).catch((error: unknown) => {
        throw toAppError(error, "post in the moderators' channel");
      }),
  };
}
