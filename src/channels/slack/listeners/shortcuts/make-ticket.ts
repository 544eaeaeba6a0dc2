/** "Make a ticket" in the menu of a message: the ticket is its author's, whoever asked for it. */
import type { App } from "@slack/bolt";
import { installationTeam, readSelf } from "../../body-facts.ts";
import { describe } from "../../bolt-logger.ts";
import { sentenceFor, tellPrivately } from "../../private-word.ts";
import { readSlackMessage } from "../../slack-message.ts";
import { toInbound } from "../../to-inbound.ts";
import type { ListenerDeps } from "../deps.ts";
import { recordAndLog } from "../record-and-log.ts";

export const MAKE_TICKET = "make_ticket";

/** Slack hands over the whole message, also where the bot is not in the channel. Recorded before it is acknowledged. */
export function register(app: App, deps: ListenerDeps): void {
  app.shortcut({ callback_id: MAKE_TICKET, type: "message_action" }, async ({ ack, shortcut, body }) => {
    const { channel, user, message } = shortcut;
    const listener = { slackUserId: user.id, channel: channel.id };
    const word = await recordRequest(deps, { ...message, channel: channel.id }, user.id, body).catch(
      (error: unknown) => {
        deps.log.error(
          { component: "slack", error: describe(error) },
          "a ticket by shortcut was not recorded",
        );
        return sentenceFor(error);
      },
    );
    await ack();
    await tellPrivately(deps, listener, word);
  });
}

/** What the person who asked is told. */
async function recordRequest(
  deps: ListenerDeps,
  message: Record<string, unknown>,
  requestedBy: string,
  body: unknown,
): Promise<string> {
  // Asked for by somebody: wherever it stands.
  const read = await readSlackMessage({ ...message, type: "app_mention" }, deps.places, readSelf(body));
  if (read.kind !== "message") return "That is nothing that a ticket could be made of.";
  const inbound = toInbound(
    read.message,
    {
      account: installationTeam(body),
      way: "request",
      requestedBy,
      bot: read.bot === null ? null : "accepted",
    },
    deps.users,
  );
  const externalId = `${inbound.externalId}:request`;
  const { ticket, outcome } = await recordAndLog(deps, { ...inbound, externalId });
  if (ticket === null) return "That was not made into a ticket.";
  return outcome === "ticket"
    ? `Ticket #${ticket.number} is open for that message.`
    : `That message belongs to ticket #${ticket.number} already.`;
}
