/** `skill/proposed`: an admin is asked whether a skill should be taken off somebody's profile. */
import { findAdminToAsk, readSkillProposal } from "../db/declines.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createAskAboutSkill(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "ask-about-skill", triggers: [{ event: "skill/proposed" }], retries: 8 },
    async ({ event, step }) => {
      const { proposalId } = parseEventData("skill/proposed", event.data);
      return step.run("ask", () => withWorkflowErrors(() => ask(deps, proposalId)));
    },
  );
}

async function ask(
  { sql, slack }: Pick<WorkflowDeps, "sql" | "slack">,
  proposalId: string,
): Promise<{ state: string }> {
  if (slack === null) return { state: "slack-off" };
  const proposal = await readSkillProposal(sql, proposalId);
  if (proposal === null || proposal.state !== "open") return { state: "decided-already" };
  const { personName, skill, ticketNumber, ticketTitle, note } = proposal;
  const admin = await findAdminToAsk(sql, proposal.userId);
  await slack.postSkillProposal({ proposalId, personName, skill, ticketNumber, ticketTitle, note }, admin);
  return { state: admin === null ? "asked-in-channel" : "asked-admin" };
}
