import type { App } from "@slack/bolt";
import { ACTION_IDS, buildReplyModal } from "../../blocks.ts";
import { toAppError } from "../../slack-error.ts";
import { answerClick, writeOrigin } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

/** Reply…: opens the form with the exact recipients and the suggested answer. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.openReply, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async (click, actor) => {
      const form = await deps.actions.loadReplyForm(actor, click.ticketId);
      const view = buildReplyModal(form, writeOrigin(click));
      await deps.web.views.open({ trigger_id: click.triggerId, view }).catch((error: unknown) => {
        throw toAppError(error, "open the reply form");
      });
      return null;
    });
  });
}
