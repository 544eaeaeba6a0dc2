/** What the buttons and forms in Slack do: the desk's verbs, with expected refusals as sentences. */
import { AppError } from "../core/errors.ts";
import type { ActionAnswer, SlackActions } from "../core/slack-actions.ts";
import type { SqlPool } from "../db/client.ts";
import { findStaffBySlackId, linkStaffByEmail } from "../db/staff.ts";
import { claimTicket } from "./claim-ticket.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { queueReply } from "./queue-reply.ts";
import { readReplyForm } from "./read-reply-form.ts";
import { resolveTicket } from "./resolve-ticket.ts";

export function createSlackActions(sql: SqlPool, settings: DeskSettings): SlackActions {
  return {
    async resolveActor(slackUserId, email) {
      const known = await findStaffBySlackId(sql, slackUserId);
      const staff = known ?? (email === null ? null : await linkStaffByEmail(sql, slackUserId, email));
      return staff === null
        ? null
        : { kind: staff.role, userId: staff.userId, name: staff.name, via: "slack" };
    },
    claim: (actor, ticketId) =>
      answer(async () => {
        const { number, unchanged } = await claimTicket(sql, actor, ticketId);
        return unchanged ? `Ticket #${number} is yours already.` : `Ticket #${number} is yours.`;
      }),
    resolve: (actor, ticketId, note) =>
      answer(async () => {
        const { number } = await resolveTicket(sql, settings, actor, ticketId, note);
        return `Ticket #${number} is resolved.`;
      }),
    reply: (actor, ticketId, text, submissionKey) =>
      answer(async () => {
        const { number, undoSeconds } = await queueReply(sql, settings, actor, ticketId, text, submissionKey);
        return undoSeconds > 0
          ? `Your reply on ticket #${number} leaves in ${undoSeconds} seconds.`
          : `Your reply on ticket #${number} is on its way.`;
      }),
    loadReplyForm: (_actor, ticketId) => readReplyForm(sql, settings, ticketId),
  };
}

/** A refusal that the clicker can do something about is an answer; everything else stays an error. */
async function answer(act: () => Promise<string>): Promise<ActionAnswer> {
  try {
    return { ok: true, text: await act() };
  } catch (error) {
    if (error instanceof AppError && ["invalid", "conflict", "not_found", "forbidden"].includes(error.code)) {
      return { ok: false, text: error.publicMessage };
    }
    throw error;
  }
}
