/** What the desk posts in Slack, behind the port that the workflows call. */
import type { SlackDesk } from "../../core/delivery.ts";
import { AppError } from "../../core/errors.ts";
import { buildSkillProposal } from "./blocks/skill-proposal.ts";
import { putCard } from "./cards.ts";
import { createHomePublisher } from "./homes.ts";
import { postNotice } from "./notices.ts";
import { toAppError } from "./slack-error.ts";
import { postInThread } from "./thread-posts.ts";
import type { WebClient } from "./web-client.ts";

/** Rejects with AppErrors: `rate_limited` and `unavailable` can be retried, the rest say what to do. */
export function createSlackDesk(
  web: WebClient,
  triageChannel: string,
  now: () => number = Date.now,
): SlackDesk {
  const homes = createHomePublisher(web, now);
  const attempt = <T>(doing: string, work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw toAppError(error, doing);
    });
  return {
    postInThread: async (post, maybePosted) => {
      if (post.text.trim() === "") throw new AppError("invalid", "An empty text cannot be posted in Slack.");
      return attempt("post in the thread", postInThread(web, post, maybePosted));
    },
    putCard: (card, at, maybePosted) =>
      attempt(
        "put the card into the moderators' channel",
        putCard(web, triageChannel, card, { at, maybePosted }),
      ),
    postNotice: (notice) =>
      attempt("post in the moderators' channel", postNotice(web, triageChannel, notice)),
    publishHome: (slackUserId, home) => attempt("publish App Home", homes.publish(slackUserId, home)),
    postSkillProposal: async (proposal, slackUserId) => {
      const message = { channel: slackUserId ?? triageChannel, ...buildSkillProposal(proposal) };
      await attempt("ask an admin", web.chat.postMessage(message));
    },
  };
}
