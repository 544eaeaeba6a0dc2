import type { App } from "@slack/bolt";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";
import { openReplyForm } from "../open-form.ts";

/** Reply…: opens the form with the exact recipients and the suggested answer. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.openReply, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async (click, actor) => {
      await openReplyForm(deps, click, await deps.actions.loadReplyForm(actor, click.ticketId));
      return null;
    });
  });
}
