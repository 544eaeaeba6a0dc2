import type { App } from "@slack/bolt";
import { buildConversationModal } from "../../blocks/conversation-modal.ts";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";
import { openForm } from "../open-form.ts";

/** Read…: everything that was said, as it was written. Buttons that are links tell of their click too. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.openConversation, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async (click, actor) => {
      const page = await deps.actions.loadConversation(actor, click.ticketId);
      await openForm(deps, click, buildConversationModal(page));
      return null;
    });
  });
  app.action(`${ACTION_IDS.openConversation}_link`, async ({ ack }) => ack());
  app.action("home_open_thread", async ({ ack }) => ack());
}
