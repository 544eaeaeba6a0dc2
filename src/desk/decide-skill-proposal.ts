/** An admin accepts or ignores that a skill is taken off somebody's profile. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { decideProposalRow, readSkillProposal, removeUserSkill } from "../db/declines.ts";
import { addDeskEvent } from "../db/desk-events.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";

/** One sentence: what was decided, by whom, also where somebody else was first. */
export async function decideSkillProposal(
  sql: Sql,
  actor: StaffActor,
  proposalId: string,
  accept: boolean,
): Promise<string> {
  if (actor.kind !== "admin") throw new AppError("forbidden", "Only an admin decides about skills.");
  return inTransaction(sql, async (tx) => {
    const state = accept ? "accepted" : "ignored";
    const isFirst = await decideProposalRow(tx, proposalId, { state, userId: actor.userId });
    const proposal = await readSkillProposal(tx, proposalId);
    if (!proposal) throw new AppError("not_found", "That proposal does not exist.");
    const { skill, personName, userId, skillId, ticketId } = proposal;
    if (isFirst) {
      if (accept) await removeUserSkill(tx, userId, skillId);
      const event = accept ? "skill-removed" : "skill-proposal-ignored";
      await addDeskEvent(tx, event, actor, { proposalId, userId, skillId, skill });
      await addTicketEvent(tx, ticketId, `skill-change-${state}`, actor, { proposalId, skill });
      if (accept) await addOutboxEvent(tx, "user/updated", { userId });
    }
    const by = proposal.decidedByName ?? "somebody";
    return proposal.state === "accepted"
      ? `Accepted by ${by}: ${skill} was taken off the profile of ${personName}.`
      : `Ignored by ${by}: ${personName} keeps ${skill}.`;
  });
}
