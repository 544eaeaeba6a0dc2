import type { App } from "@slack/bolt";
import { AppError } from "../../../../core/errors.ts";
import { PRIORITIES } from "../../../../core/ticket.ts";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

/** Priority and Category: a person's correction, which triage learns from and never writes over. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.priority, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async ({ ticketId, value, key }, actor) => {
      const priority = PRIORITIES.find((one) => one === value);
      if (priority === undefined) throw new AppError("invalid", "That is no priority of the desk.");
      const answer = await deps.actions.changePriority(actor, ticketId, priority, key);
      return answer.text ?? null;
    });
  });
  app.action(ACTION_IDS.category, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async ({ ticketId, value, key }, actor) => {
      const answer = await deps.actions.changeCategory(actor, ticketId, value, key);
      return answer.text ?? null;
    });
  });
}
