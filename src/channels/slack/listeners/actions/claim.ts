import type { App } from "@slack/bolt";
import { ACTION_IDS } from "../../blocks.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

/** Claim: the clicker becomes the assignee, or learns who was first. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.claim, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async ({ ticketId }, actor) => {
      const answer = await deps.actions.claim(actor, ticketId);
      return answer.text ?? null;
    });
  });
}
