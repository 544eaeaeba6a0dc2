/** Messages in support channels, direct messages, mentions, and replies in threads of tickets. */
import type { App } from "@slack/bolt";
import { readSlackMessage } from "../../slack-message.ts";
import { toInbound, toUnreadable } from "../../to-inbound.ts";
import type { ListenerDeps } from "../deps.ts";

/**
 * A mention arrives twice, as `message` and as `app_mention`, with one ts: both are recorded under the same external
 * id, and the ledger keeps one. Rejects where the message could not be recorded, so that Slack delivers it again.
 */
export function register(app: App, deps: ListenerDeps): void {
  app.event("message", async ({ event, body }) => receive(deps, event, body));
  app.event("app_mention", async ({ event, body }) => receive(deps, event, body));
}

async function receive(deps: ListenerDeps, event: unknown, body: unknown): Promise<void> {
  const read = await readSlackMessage(event, deps.places);
  if (read.kind === "skip") return;
  const account = installationTeam(body);
  const inbound =
    read.kind === "message"
      ? await toInbound(read.message, account, deps)
      : await toUnreadable(event, account, read, deps.now());
  const result = await deps.recordInbound(inbound);
  deps.log.info(
    {
      component: "slack",
      externalId: inbound.externalId,
      outcome: result.outcome,
      ticketId: result.ticket?.id ?? null,
      alreadyRecorded: result.alreadyRecorded,
    },
    "recorded a Slack message",
  );
}

/** The workspace that installed the app; in a channel shared with another company, `team_id` can be theirs. */
function installationTeam(body: unknown): string {
  const { team_id: team, authorizations } = body as {
    team_id?: string;
    authorizations?: { team_id?: string | null }[];
  };
  return authorizations?.[0]?.team_id ?? team ?? "unknown";
}
