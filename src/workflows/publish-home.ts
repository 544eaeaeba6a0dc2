/** `home/outdated`: what App Home shows to one person, as it is now. */
import { readHomeRow, setHomeShown } from "../db/slack-homes.ts";
import { hashValue } from "../desk/digest.ts";
import { readHome } from "../desk/read-home.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** One at a time for each person: a slower drawing must not overwrite a newer one. */
export function createPublishHome(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "publish-home",
      triggers: [{ event: "home/outdated" }],
      concurrency: [{ key: "event.data.slackUserId", limit: 1 }, { limit: 4 }],
      retries: 4,
    },
    async ({ event, step }) => {
      const { slackUserId } = parseEventData("home/outdated", event.data);
      return step.run("publish", () => withWorkflowErrors(() => publishHome(deps, slackUserId)));
    },
  );
}

async function publishHome(
  { sql, slack }: Pick<WorkflowDeps, "sql" | "slack">,
  slackUserId: string,
): Promise<{ state: string }> {
  if (slack === null) return { state: "slack-off" };
  const row = await readHomeRow(sql, slackUserId);
  if (row === null) return { state: "never-opened" };
  const home = await readHome(sql, row);
  const hash = await hashValue(home);
  if (row.shownHash === hash) return { state: "unchanged" };
  await slack.publishHome(slackUserId, home);
  const tickets =
    home.kind === "staff" ? [...home.waitsOnMe, ...home.mine, ...home.unassigned] : home.tickets;
  await setHomeShown(sql, slackUserId, { hash, ticketIds: tickets.map(({ ticketId }) => ticketId) });
  return { state: "published" };
}
