import type { App } from "@slack/bolt";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

/** Claim: the clicker becomes the assignee, or learns who was first. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.claim, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async ({ ticketId, key }, actor) => {
      const answer = await deps.actions.claim(actor, ticketId, key);
      return answer.text ?? null;
    });
  });
}
