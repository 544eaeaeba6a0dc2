import type { App, ViewSubmitAction } from "@slack/bolt";
import { FORM_IDS } from "../../blocks/ids.ts";
import type { ListenerDeps } from "../deps.ts";
import { answerForm } from "./submission.ts";

/** Resolve in the resolve form, with or without a note. */
export function register(app: App, deps: ListenerDeps): void {
  app.view<ViewSubmitAction>(
    { callback_id: FORM_IDS.resolve, type: "view_submission" },
    async ({ ack, body }) => {
      await answerForm(deps, body, ack, (actor, { origin, text, key }) =>
        deps.actions.resolve(actor, origin.ticketId, text.trim(), key),
      );
    },
  );
}
