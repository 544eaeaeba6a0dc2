import type { App } from "@slack/bolt";
import { buildAssignModal } from "../../blocks/assign-modal.ts";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";
import { writeOrigin } from "../form-origin.ts";
import { openForm } from "../open-form.ts";

/** Assign…: whom to give it to, the best placed first. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.openAssign, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async (click, actor) => {
      const form = await deps.actions.loadAssignForm(actor, click.ticketId);
      await openForm(deps, click, buildAssignModal(form, writeOrigin(click)));
      return null;
    });
  });
}
