/** Names and data of the events that start workflows. A name never changes once released. */

import type { DeadlineKind } from "./sla.ts";

export interface DeskEvents {
  "user/signup": { userId: string };
  "user/updated": { userId: string };
  /** Somebody has room again, and tickets wait for somebody. */
  "user/freed": { userId: string };
  "ticket/created": { ticketId: string };
  /** Given to somebody by the desk itself; a claim by hand is no news to whoever claims. */
  "ticket/assigned": { ticketId: string; userId: string };
  /** The requester wrote again. */
  "ticket/replied": { ticketId: string; messageId: string };
  /** Something that the card shows has changed. */
  "ticket/changed": { ticketId: string };
  /** An admin is to be asked whether a skill should be taken off somebody's profile. */
  "skill/proposed": { proposalId: string };
  /** The desk's list of skills has changed: tickets that wait may have an owner. */
  "skill/changed": { skillId: string };
  /** A classifier named a skill that the desk does not have, for the first time. */
  "skill/named": { skillId: string };
  /** App Home of a Slack user shows what is no more so, or was just opened. */
  "home/outdated": { slackUserId: string };
  /** A delivery is waiting to go out. */
  "delivery/queued": { deliveryId: string; ticketId: string };
  /** A delivery failed or was returned: not everybody whom it was for has it. */
  "delivery/troubled": { deliveryId: string; ticketId: string };
  /** Stored, but names, files or a thread are still to be had from Slack. */
  "slack/message-recorded": { messageId: string };
  /** Somebody put the ticket reaction on the message at that place. */
  "slack/ticket-requested": { channel: string; ts: string; slackUserId: string };
  /** A ticket is to be answered or resolved soon, or was not in time. */
  "deadline/reminded": { ticketId: string; kind: DeadlineKind };
  "deadline/missed": { ticketId: string; kind: DeadlineKind };
  /** Operators are to be told of a trouble, for the `time`-th time. */
  "alert/raised": { alertId: string; time: number };
  "alert/cleared": { alertId: string };
}

export type DeskEventName = keyof DeskEvents;
