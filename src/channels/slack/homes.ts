/** Publishes App Home. */
import type { Home } from "../../core/slack-views.ts";
import { buildHome } from "./blocks/home.ts";
import type { WebClient } from "./web-client.ts";

export interface HomePublisher {
  /** Rejects as the Web API does. */
  publish(slackUserId: string, home: Home): Promise<void>;
}

export function createHomePublisher(web: WebClient, now: () => number): HomePublisher {
  let workspaceUrl: string | undefined;

  async function readWorkspaceUrl(): Promise<string> {
    workspaceUrl ??= (await web.auth.test()).url ?? "";
    return workspaceUrl;
  }

  return {
    async publish(slackUserId, home) {
      const url = home.kind === "requester" ? await readWorkspaceUrl() : "";
      const view = buildHome(home, { workspaceUrl: url === "" ? null : url, nowMs: now() });
      await web.views.publish({ user_id: slackUserId, view });
    },
  };
}
