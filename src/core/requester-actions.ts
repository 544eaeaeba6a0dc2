/** What requesters ask of the desk in Slack, besides writing. The desk implements it; the Slack channel only calls it. */
import type { ActionAnswer } from "./slack-actions.ts";

export interface SlackIdentity {
  /** The team id. */
  account: string;
  slackUserId: string;
}

export interface RequesterActions {
  /** The requester says that a resolved ticket is not solved: it opens again. Safe to repeat. */
  reportNotSolved(who: SlackIdentity, ticketId: string): Promise<ActionAnswer>;
  /** `code` comes from the API, where its owner was signed in: their account and this Slack user are the same person. */
  linkAccount(who: SlackIdentity, code: string): Promise<ActionAnswer>;
}
