import type { App } from "@slack/bolt";
import { buildDeclineModal } from "../../blocks/decline-modal.ts";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";
import { writeOrigin } from "../form-origin.ts";
import { openForm } from "../open-form.ts";

/** Not mine…: asks why, so that the next one fits better. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.openDecline, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async (click, actor) => {
      const form = await deps.actions.loadDeclineForm(actor, click.ticketId);
      await openForm(deps, click, buildDeclineModal(form, writeOrigin(click)));
      return null;
    });
  });
}
