import type { App, ViewSubmitAction } from "@slack/bolt";
import { FORM_IDS } from "../../blocks/ids.ts";
import type { ListenerDeps } from "../deps.ts";
import { answerForm } from "./submission.ts";

/** Assign in the assign form. */
export function register(app: App, deps: ListenerDeps): void {
  app.view<ViewSubmitAction>(
    { callback_id: FORM_IDS.assign, type: "view_submission" },
    async ({ ack, body }) => {
      await answerForm(deps, body, ack, async (actor, { origin, choice, key }) => {
        if (choice === null) return { ok: false, text: "Please choose somebody." };
        return deps.actions.assign(actor, origin.ticketId, choice, key);
      });
    },
  );
}
