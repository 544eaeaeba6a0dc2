/** A moderator's work on one ticket, by the buttons of its card: claim, reply, resolve. */
import type { SlackPosition, TicketCard } from "../core/delivery.ts";
import type { Sql } from "../db/client.ts";
import {
  findCardPosition,
  listOutgoingMessages,
  listTicketEventTypes,
  type OutgoingMessage,
} from "../db/message-stories.ts";
import { readTicketCard } from "../db/slack-cards.ts";
import type { TicketEventType } from "../db/ticket-events.ts";
import { describeRoute, firstWords, formatAction } from "./account.ts";
import { ADMIN, MODERATORS, type StaffMember } from "./samples/people.ts";
import type { SlackPeople } from "./slack-people.ts";
import { hasLeft } from "./teller.ts";
import type { TerminalStyle } from "./terminal-text.ts";
import { type Patience, waitUntil } from "./wait-until.ts";

export interface ModerationDeps {
  sql: Sql;
  slackPeople: SlackPeople;
  print(text: string): void;
  style: TerminalStyle;
  patience: Patience;
}

/** Each step is left out where the ticket shows that it was taken before. */
export async function moderateTicket(
  deps: ModerationDeps,
  ticketId: string,
  words: { reply: string; resolution: string },
): Promise<void> {
  const { sql, slackPeople, print, style } = deps;
  const card = await readTicketCard(sql, ticketId);
  if (card === null) throw new Error("The ticket to moderate does not exist.");
  const at = await waitForCard(deps, ticketId, card.number);
  const moderator = whoActs(card);
  const user = moderator.slackUserId;
  const tell = (did: string, results: string[]) =>
    print(formatAction({ who: moderator.name, did, results }, style));

  const claimedBefore = await hasEvent(sql, ticketId, "claimed");
  if (!claimedBefore) await slackPeople.click(user, at, "claim");
  await waitForEvent(deps, ticketId, "claimed");
  tell(`clicks Claim on #${card.number}`, [`#${card.number} is in progress, with ${moderator.name}`]);

  const replied = await findOutgoing(sql, ticketId, "reply");
  if (replied === undefined) await slackPeople.clickAndFill(user, at, "openReply", words.reply);
  const reply = await waitForOutgoing(deps, ticketId, "reply");
  tell(`clicks Reply… on #${card.number} and sends`, [describeSent(reply)]);

  const resolvedBefore = await hasEvent(sql, ticketId, "resolved");
  if (!resolvedBefore) await slackPeople.clickAndFill(user, at, "openResolve", words.resolution);
  await waitForEvent(deps, ticketId, "resolved");
  const notice = await waitForOutgoing(deps, ticketId, "notice");
  tell(`clicks Resolve… on #${card.number}`, [`#${card.number} is resolved`, describeSent(notice)]);
}

/** Whoever has the ticket; its card names them. */
function whoActs(card: TicketCard): StaffMember {
  const staff = [...MODERATORS, ADMIN];
  return staff.find(({ slackUserId }) => slackUserId === card.assignee?.slackUserId) ?? ADMIN;
}

function describeSent(message: OutgoingMessage): string {
  return `${describeRoute(message.recipients)}, ${message.state ?? "readable"}: “${firstWords(message.text)}”`;
}

async function waitForCard(deps: ModerationDeps, ticketId: string, number: number): Promise<SlackPosition> {
  return waitUntil(async () => {
    const at = await findCardPosition(deps.sql, ticketId);
    return at === null ? { missing: `the card of ticket #${number} in Slack` } : { found: at };
  }, deps.patience);
}

async function hasEvent(sql: Sql, ticketId: string, type: TicketEventType): Promise<boolean> {
  return (await listTicketEventTypes(sql, ticketId)).includes(type);
}

function waitForEvent(deps: ModerationDeps, ticketId: string, type: TicketEventType): Promise<true> {
  return waitUntil(async () => {
    const has = await hasEvent(deps.sql, ticketId, type);
    return has ? { found: true } : { missing: `the event "${type}" on a moderated ticket` };
  }, deps.patience);
}

async function findOutgoing(sql: Sql, ticketId: string, kind: OutgoingMessage["kind"]) {
  return (await listOutgoingMessages(sql, ticketId)).find((message) => message.kind === kind);
}

function waitForOutgoing(
  deps: ModerationDeps,
  ticketId: string,
  kind: "reply" | "notice",
): Promise<OutgoingMessage> {
  return waitUntil(async () => {
    const message = await findOutgoing(deps.sql, ticketId, kind);
    if (message === undefined) return { missing: `a ${kind} on a moderated ticket` };
    return hasLeft(message) ? { found: message } : { missing: `the sending of a ${kind}` };
  }, deps.patience);
}
