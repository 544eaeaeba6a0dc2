/** Asks an admin whether a skill should be taken off somebody's profile. */
import type { SkillProposalView } from "../../../core/slack-views.ts";
import { escapeMrkdwn } from "../mrkdwn.ts";
import { ACTION_IDS } from "./ids.ts";
import { type Block, button, nameTicket, paragraph, smallPrint } from "./text.ts";

export function buildSkillProposal(proposal: SkillProposalView): { text: string; blocks: Block[] } {
  const { personName, skill, proposalId } = proposal;
  const question = `${personName} says of ticket #${proposal.ticketNumber}: “not mine”. Take the skill ${skill} off their profile?`;
  return {
    text: escapeMrkdwn(question),
    blocks: [
      ...paragraph(question, 600),
      ...paragraph(proposal.note.trim() === "" ? "" : `“${proposal.note.trim()}”`, 1_000),
      ...smallPrint([nameTicket(proposal.ticketNumber, proposal.ticketTitle).slice(0, 300)]),
      {
        type: "actions",
        elements: [
          button("Accept", ACTION_IDS.acceptProposal, proposalId, "primary"),
          button("Ignore", ACTION_IDS.ignoreProposal, proposalId),
        ],
      },
    ],
  };
}

/** The same message once it is decided: what was asked, and what came of it, without buttons. */
export function buildDecidedProposal(question: string, decision: string): { text: string; blocks: Block[] } {
  return {
    text: escapeMrkdwn(decision),
    blocks: [...paragraph(question, 600), ...smallPrint([decision])],
  };
}
