import type { App, ViewSubmitAction } from "@slack/bolt";
import { DECLINE_REASONS } from "../../../../core/slack-actions.ts";
import { FORM_IDS } from "../../blocks/ids.ts";
import type { ListenerDeps } from "../deps.ts";
import { answerForm } from "./submission.ts";

/** Hand back in the form behind Not mine…. */
export function register(app: App, deps: ListenerDeps): void {
  app.view<ViewSubmitAction>(
    { callback_id: FORM_IDS.decline, type: "view_submission" },
    async ({ ack, body }) => {
      await answerForm(deps, body, ack, async (actor, { origin, choice, text, key }) => {
        const reason = DECLINE_REASONS.find((one) => one === choice);
        if (reason === undefined) return { ok: false, text: "Please choose a reason." };
        return deps.actions.decline(actor, origin.ticketId, { reason, note: text.trim() }, key);
      });
    },
  );
}
