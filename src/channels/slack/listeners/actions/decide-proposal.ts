import type { App } from "@slack/bolt";
import { z } from "zod";
import { ACTION_IDS } from "../../blocks/ids.ts";
import { buildDecidedProposal } from "../../blocks/skill-proposal.ts";
import { describe } from "../../bolt-logger.ts";
import { answerClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

const askedSchema = z.object({
  channel: z.object({ id: z.string() }),
  message: z.object({
    ts: z.string(),
    blocks: z.array(z.object({ text: z.object({ text: z.string() }).optional() })),
  }),
});

/** Accept and Ignore under a proposed change of skills. The question loses its buttons, whoever was first. */
export function register(app: App, deps: ListenerDeps): void {
  for (const [actionId, accept] of [
    [ACTION_IDS.acceptProposal, true],
    [ACTION_IDS.ignoreProposal, false],
  ] as const) {
    app.action(actionId, async ({ ack, body }) => {
      await ack();
      await answerClick(deps, body, async ({ value }, actor) => {
        const answer = await deps.actions.decideSkillProposal(actor, value, accept);
        if (!answer.ok) return answer.text;
        await closeQuestion(deps, body, answer.text ?? "Decided.");
        return null;
      });
    });
  }
}

async function closeQuestion(deps: ListenerDeps, body: unknown, decision: string): Promise<void> {
  const asked = askedSchema.safeParse(body).data;
  if (asked === undefined) return;
  const { channel, message } = asked;
  // Slack hands texts back escaped.
  const question = (message.blocks[0]?.text?.text ?? "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
  await deps.web.chat
    .update({ channel: channel.id, ts: message.ts, ...buildDecidedProposal(question, decision) })
    .catch((error: unknown) => {
      deps.log.warn({ component: "slack", error: describe(error) }, "a decided question kept its buttons");
    });
}
