import type { App } from "@slack/bolt";
import { ACTION_IDS, buildResolveModal } from "../../blocks.ts";
import { toAppError } from "../../slack-error.ts";
import { answerClick, writeOrigin } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

/** Resolve…: asks for a note before anything happens. */
export function register(app: App, deps: ListenerDeps): void {
  app.action(ACTION_IDS.openResolve, async ({ ack, body }) => {
    await ack();
    await answerClick(deps, body, async (click) => {
      const view = buildResolveModal(click.heading, writeOrigin(click));
      await deps.web.views.open({ trigger_id: click.triggerId, view }).catch((error: unknown) => {
        throw toAppError(error, "open the form");
      });
      return null;
    });
  });
}
