/** `skill/named`: a classifier named a skill that the desk does not have; the moderators' channel hears of it once. */
import { writeSkillNotice } from "../core/skill-notice.ts";
import { readSkill } from "../db/skill-admin.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createTellOfSkill(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "tell-of-skill", triggers: [{ event: "skill/named" }], retries: 8 },
    async ({ event, step }) => {
      const { skillId } = parseEventData("skill/named", event.data);
      return step.run("post", () => withWorkflowErrors(() => post(deps, skillId)));
    },
  );
}

async function post(
  { sql, slack, appUrl }: Pick<WorkflowDeps, "sql" | "slack" | "appUrl">,
  skillId: string,
): Promise<{ state: string }> {
  if (slack === null) return { state: "slack-off" };
  const skill = await readSkill(sql, skillId);
  if (skill === null || skill.status !== "proposed") return { state: "decided-already" };
  const text = writeSkillNotice({ name: skill.name, tickets: skill.tickets, appUrl });
  await slack.postNotice({ noticeId: `skill.${skillId}`, text });
  return { state: "posted" };
}
