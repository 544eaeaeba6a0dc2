import type { App, ViewSubmitAction } from "@slack/bolt";
import { FORM_IDS } from "../../blocks.ts";
import type { ListenerDeps } from "../deps.ts";
import { answerForm } from "./submission.ts";

/** Send in the reply form. The view's id is the key by which a submission that arrives twice replies once. */
export function register(app: App, deps: ListenerDeps): void {
  app.view<ViewSubmitAction>(
    { callback_id: FORM_IDS.reply, type: "view_submission" },
    async ({ ack, body }) => {
      await answerForm(deps, body, ack, async (actor, { ticketId }, text, submissionKey) => {
        if (text.trim() === "") return { ok: false, text: "Please write something." };
        return deps.actions.reply(actor, ticketId, text, submissionKey);
      });
    },
  );
}
