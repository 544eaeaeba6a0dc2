import type { App } from "@slack/bolt";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { buildResolveModal } from "../../blocks/resolve-modal.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";
import { writeOrigin } from "../form-origin.ts";
import { openForm } from "../open-form.ts";

/** Resolve…: asks for a note before anything happens. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.openResolve, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async (click, actor) => {
      const ticket = await deps.actions.loadResolveForm(actor, click.ticketId);
      await openForm(deps, click, buildResolveModal(ticket, writeOrigin(click)));
      return null;
    });
  });
}
