import type { App, ViewSubmitAction } from "@slack/bolt";
import type { StaffActor } from "../../../../core/actor.ts";
import { fingerprintWarning } from "../../../../core/audience.ts";
import { FORM_IDS } from "../../blocks/ids.ts";
import { buildReplyModal } from "../../blocks/reply-modal.ts";
import { buildUndoWord } from "../../blocks/undo-word.ts";
import type { ListenerDeps } from "../deps.ts";
import { readReplyShown, writeReplyOrigin } from "../form-origin.ts";
import { answerForm, type FormAnswer, type SubmittedForm } from "./submission.ts";

/** Send in the reply form. The view's id is the key by which a submission that arrives twice replies once. */
export function register(app: App, deps: ListenerDeps): void {
  app.view<ViewSubmitAction>(
    { callback_id: FORM_IDS.reply, type: "view_submission" },
    async ({ ack, body }) => {
      await answerForm(deps, body, ack, (actor, form) => sendReply(deps, actor, form));
    },
  );
}

/** Sends, or shows what is new or looks wrong: pressing the button of that form sends it anyway. */
async function sendReply(deps: ListenerDeps, actor: StaffActor, form: SubmittedForm): Promise<FormAnswer> {
  const { origin, text, key, metadata } = form;
  if (text.trim() === "") return { ok: false, text: "Please write something." };
  const answer = await deps.actions.reply(actor, origin.ticketId, text, readReplyShown(metadata), key);
  switch (answer.state) {
    case "refused":
      return { ok: false, text: answer.text };
    case "confirm": {
      const next = writeReplyOrigin(origin, answer.form, answer.form.warnings.map(fingerprintWarning));
      const reasons = answer.form.warnings.join("\n");
      return {
        ok: false,
        view: buildReplyModal(answer.form, next, true, text),
        text: `Your reply was not sent, since something needs a look first:\n${reasons}`,
      };
    }
    case "queued": {
      const { number, deliveryId, undoSeconds, hold, note } = answer;
      if (hold) return { ok: true, text: `Your reply on ticket #${number} has not left. ${hold}` };
      if (note) return { ok: true, text: `Your reply stands on ticket #${number}. ${note}` };
      if (deliveryId === null || undoSeconds === 0)
        return { ok: true, text: `Your reply on ticket #${number} is on its way.` };
      return { ok: true, ...buildUndoWord(number, deliveryId, undoSeconds) };
    }
    default:
      return answer satisfies never;
  }
}
