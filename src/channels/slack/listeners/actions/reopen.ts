import type { App } from "@slack/bolt";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

/** Reopen: a resolved or closed ticket is open again. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.reopen, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async ({ ticketId, key }, actor) => {
      const answer = await deps.actions.reopen(actor, ticketId, key);
      return answer.text ?? null;
    });
  });
}
