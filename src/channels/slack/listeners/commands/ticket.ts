/** `/ticket` opens the form; `/ticket link CODE` links an account. */
import type { App } from "@slack/bolt";
import { buildNewTicketModal } from "../../blocks/new-ticket-modal.ts";
import { installationTeam } from "../../body-facts.ts";
import { describe } from "../../bolt-logger.ts";
import { escapeMrkdwn } from "../../mrkdwn.ts";
import { sentenceFor, tellPrivately } from "../../private-word.ts";
import { toAppError } from "../../slack-error.ts";
import type { ListenerDeps } from "../deps.ts";

const LINK = /^link\b\s*(\S*)\s*$/i;

export function register(app: App, deps: ListenerDeps): void {
  app.command("/ticket", async ({ ack, command, body }) => {
    const link = LINK.exec(command.text ?? "");
    if (link !== null) {
      const text = await linkAccount(deps, installationTeam(body), command.user_id, link[1] ?? "");
      await ack({ response_type: "ephemeral", text: escapeMrkdwn(text) });
      return;
    }
    // Nothing is lost where the form does not open: nobody has written anything yet.
    await ack();
    try {
      await deps.web.views.open({
        trigger_id: command.trigger_id,
        view: buildNewTicketModal(command.text ?? ""),
      });
    } catch (error) {
      deps.log.warn({ component: "slack", error: describe(error) }, "the form for a new ticket did not open");
      const listener = { slackUserId: command.user_id, channel: command.channel_id };
      await tellPrivately(deps, listener, sentenceFor(toAppError(error, "open the form")));
    }
  });
}

async function linkAccount(
  deps: ListenerDeps,
  account: string,
  slackUserId: string,
  code: string,
): Promise<string> {
  if (code === "") {
    return "Sign in to Deskhand's API, ask for a code (POST /api/auth/slack-link), and write: /ticket link CODE";
  }
  try {
    const answer = await deps.requesters.linkAccount({ account, slackUserId }, code);
    return answer.text ?? "";
  } catch (error) {
    deps.log.warn({ component: "slack", error: describe(error) }, "an account could not be linked");
    return sentenceFor(error);
  }
}
