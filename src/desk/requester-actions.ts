/** What requesters do by button and command in Slack: the desk's verbs, with refusals as sentences. */
import { AppError } from "../core/errors.ts";
import type { RequesterActions } from "../core/requester-actions.ts";
import type { ActionAnswer } from "../core/slack-actions.ts";
import type { SqlPool } from "../db/client.ts";
import { linkSlackAccount } from "./link-slack-account.ts";
import { reportNotSolved } from "./report-not-solved.ts";

export function createRequesterActions(sql: SqlPool): RequesterActions {
  return {
    reportNotSolved: (who, ticketId) =>
      answer(async () => {
        const { number, reopened } = await reportNotSolved(sql, who, ticketId);
        return reopened
          ? `Ticket #${number} is open again. Write in the thread what is still wrong.`
          : `Ticket #${number} is open already.`;
      }),
    linkAccount: (who, code) =>
      answer(async () => {
        const { email } = await linkSlackAccount(sql, who, code);
        return `Your Slack account is linked to ${email}.`;
      }),
  };
}

async function answer(act: () => Promise<string>): Promise<ActionAnswer> {
  try {
    return { ok: true, text: await act() };
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return { ok: false, text: error.publicMessage };
    throw error;
  }
}
