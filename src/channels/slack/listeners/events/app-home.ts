import type { App } from "@slack/bolt";
import { installationTeam } from "../../body-facts.ts";
import type { ListenerDeps } from "../deps.ts";

/** Somebody opens App Home: recorded before Slack is answered, drawn by a workflow soon after. */
export function register(app: App, deps: ListenerDeps): void {
  app.event("app_home_opened", async ({ event, body }) => {
    if (event.tab !== "home") return;
    const { name, email } = await deps.users.lookUp(event.user);
    await deps.actions.openHome({ slackUserId: event.user, team: installationTeam(body), name, email });
  });
}
