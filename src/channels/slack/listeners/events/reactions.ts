/** The ticket reaction: a moderator makes a ticket from a message. */
import type { App } from "@slack/bolt";
import { z } from "zod";
import { installationTeam } from "../../body-facts.ts";
import type { ListenerDeps } from "../deps.ts";

const reactionSchema = z.object({
  user: z.string().min(1),
  reaction: z.string(),
  item: z.object({ type: z.literal("message"), channel: z.string().min(1), ts: z.string().min(1) }),
});
const TICKET_REACTION = "ticket";

/** Recorded before it is acknowledged; a workflow looks up who it was, and reads the message. */
export function register(app: App, deps: ListenerDeps): void {
  app.event("reaction_added", async ({ event, body }) => {
    const parsed = reactionSchema.safeParse(event);
    if (!parsed.success || parsed.data.reaction !== TICKET_REACTION) return;
    const { user, item } = parsed.data;
    await deps.accept({
      channel: "slack-request",
      account: installationTeam(body),
      externalId: `${item.channel}:${item.ts}:reaction:${user}`,
      receivedAt: new Date(deps.now()),
      slackChannel: item.channel,
      ts: item.ts,
      slackUserId: user,
    });
  });
}
