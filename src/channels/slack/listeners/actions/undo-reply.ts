import type { App } from "@slack/bolt";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { describe } from "../../bolt-logger.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";
import { openReplyForm } from "../open-form.ts";

/** Undo: the reply does not leave, and its text stands in the form again. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.undoReply, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async (click, actor) => {
      const answer = await deps.actions.undoReply(actor, click.value);
      if (answer.state === "too-late") return answer.text;
      const taken = `Your reply on ticket #${answer.number} was taken back: nothing was sent.`;
      try {
        await openReplyForm(deps, click, await deps.actions.loadReplyForm(actor, answer.ticketId));
        return taken;
      } catch (error) {
        deps.log.warn({ component: "slack", error: describe(error) }, "the form did not open after an undo");
        return `${taken} Reply… shows the text again:\n${answer.text}`;
      }
    });
  });
}
