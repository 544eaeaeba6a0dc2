/** Messages in support channels, direct messages, mentions, replies in threads of tickets; their edits and deletions. */
import type { App } from "@slack/bolt";
import type { InboundMessage } from "../../../../core/inbound.ts";
import { installationTeam, readSelf } from "../../body-facts.ts";
import { type ReadMessage, readSlackMessage } from "../../slack-message.ts";
import { toChange, toInbound, toUnreadable } from "../../to-inbound.ts";
import type { ListenerDeps } from "../deps.ts";

/**
 * A mention arrives twice, as `message` and as `app_mention`, with one ts: both are recorded under the same external
 * id, and the ledger keeps one. Rejects where the message could not be recorded, so that Slack delivers it again.
 */
export function register(app: App, deps: ListenerDeps): void {
  app.event(/^(?:message|app_mention)$/, async ({ event, body }) => receive(deps, event, body));
}

/** An event that was kept because it could not be read, once more. */
export async function readAgain(
  deps: Pick<ListenerDeps, "users" | "places" | "now">,
  event: unknown,
  account: string,
): Promise<InboundMessage | null> {
  const read = await readSlackMessage(event, deps.places, readSelf({}));
  return toInboundMessage(deps, read, event, account);
}

async function receive(deps: ListenerDeps, event: unknown, body: unknown): Promise<void> {
  const read = await readSlackMessage(event, deps.places, readSelf(body));
  const inbound = await toInboundMessage(deps, read, event, installationTeam(body));
  if (inbound !== null) await deps.accept(inbound);
}

/** What intake takes of an event; null where it does not concern the desk. */
async function toInboundMessage(
  deps: Pick<ListenerDeps, "users" | "now">,
  read: ReadMessage,
  event: unknown,
  account: string,
): Promise<InboundMessage | null> {
  switch (read.kind) {
    case "message":
      return toInbound(read.message, { account, bot: read.bot }, deps.users);
    case "edited":
    case "deleted":
      return toChange(read, account, deps.now(), deps.users);
    case "unreadable":
      return toUnreadable(event, account, read, deps.now());
    case "skip":
      return null;
  }
}
