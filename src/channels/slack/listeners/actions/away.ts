import type { App } from "@slack/bolt";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

/** The away switch of App Home; who goes for long hands their open tickets over. */
export function register(app: App, deps: ListenerDeps): void {
  for (const [actionId, away, ...handOver] of [
    [ACTION_IDS.goAway, true],
    [ACTION_IDS.handOver, true, true],
    [ACTION_IDS.comeBack, false],
  ] as const) {
    app.action(actionId, async ({ ack, body }) => {
      await ack();
      await answerClick(deps, body, async ({ key }, actor) => {
        const answer = await deps.actions.setAway(actor, away, key, ...handOver);
        return answer.ok ? null : answer.text;
      });
    });
  }
}
