/** What the buttons and forms in Slack do: the desk's verbs, with expected refusals as sentences. */
import { AppError } from "../core/errors.ts";
import type { ActionAnswer, SlackActions } from "../core/slack-actions.ts";
import type { SqlPool } from "../db/client.ts";
import { assignTicketByHand, readAssignForm } from "./assign-ticket-by-hand.ts";
import { claimTicket } from "./claim-ticket.ts";
import { changeCategory, changePriority } from "./correct-labels.ts";
import { decideSkillProposal } from "./decide-skill-proposal.ts";
import { type Declined, declineAssignment, readDeclineForm } from "./decline-assignment.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { openHome } from "./open-home.ts";
import { readConversation } from "./read-conversation.ts";
import { readReplyForm } from "./read-reply-form.ts";
import { readResolveForm } from "./read-resolve-form.ts";
import { reopenTicket } from "./reopen-ticket.ts";
import { resolveSlackActor } from "./resolve-slack-actor.ts";
import { resolveTicket } from "./resolve-ticket.ts";
import { sendReply } from "./send-reply.ts";
import { setAway } from "./set-away.ts";
import { undoReply } from "./undo-reply.ts";

export function createSlackActions(sql: SqlPool, settings: DeskSettings): SlackActions {
  return {
    resolveActor: (slackUserId, email) => resolveSlackActor(sql, slackUserId, email),
    ...createTicketActions(sql),
    ...createReplyActions(sql, settings),
    decideSkillProposal: (actor, proposalId, accept) =>
      answer(() => decideSkillProposal(sql, actor, requireId(proposalId), accept)),
    setAway: (actor, away, key, handOver = false) =>
      answer(async () => {
        await setAway(sql, actor, away, key, handOver);
        if (handOver) return "You are away, and your open tickets go to others.";
        return away ? "You are away: no new tickets come to you." : "Welcome back.";
      }),
    openHome: (opener) => openHome(sql, opener),
  };
}

function createTicketActions(
  sql: SqlPool,
): Pick<
  SlackActions,
  | "claim"
  | "loadAssignForm"
  | "assign"
  | "changePriority"
  | "changeCategory"
  | "reopen"
  | "loadDeclineForm"
  | "decline"
  | "loadConversation"
> {
  return {
    claim: (actor, ticketId, key) =>
      answer(async () => {
        const { number, unchanged } = await claimTicket(sql, actor, requireId(ticketId), key);
        return unchanged ? `Ticket #${number} is yours already.` : `Ticket #${number} is yours.`;
      }),
    loadAssignForm: async (_actor, ticketId) => readAssignForm(sql, requireId(ticketId)),
    assign: (actor, ticketId, userId, key) =>
      answer(async () => {
        const done = await assignTicketByHand(sql, actor, requireId(ticketId), requireId(userId), key);
        const { number, name, unchanged } = done;
        return unchanged ? `${name} has ticket #${number} already.` : `Ticket #${number} is with ${name}.`;
      }),
    changePriority: (actor, ticketId, priority, key) =>
      quietAnswer(() => changePriority(sql, actor, requireId(ticketId), priority, key)),
    changeCategory: (actor, ticketId, category, key) =>
      quietAnswer(() => changeCategory(sql, actor, requireId(ticketId), category, key)),
    reopen: (actor, ticketId, key) =>
      answer(async () => {
        const { number } = await reopenTicket(sql, actor, requireId(ticketId), key);
        return `Ticket #${number} is open again.`;
      }),
    loadDeclineForm: async (actor, ticketId) => readDeclineForm(sql, actor, requireId(ticketId)),
    decline: (actor, ticketId, why, key) =>
      answer(async () =>
        describeDeclined(await declineAssignment(sql, actor, requireId(ticketId), why, key)),
      ),
    loadConversation: async (actor, ticketId) => readConversation(sql, actor.userId, requireId(ticketId)),
  };
}

function createReplyActions(
  sql: SqlPool,
  settings: DeskSettings,
): Pick<SlackActions, "loadReplyForm" | "reply" | "undoReply" | "loadResolveForm" | "resolve"> {
  return {
    loadReplyForm: async (actor, ticketId) => readReplyForm(sql, settings, actor, requireId(ticketId)),
    reply: async (actor, ticketId, text, shown, key) => {
      try {
        return await sendReply(sql, settings, actor, requireId(ticketId), { text, shown, key });
      } catch (error) {
        return { state: "refused", text: readRefusal(error) };
      }
    },
    undoReply: async (actor, deliveryId) => undoReply(sql, actor, requireId(deliveryId)),
    loadResolveForm: async (_actor, ticketId) => readResolveForm(sql, requireId(ticketId)),
    resolve: (actor, ticketId, note, key) =>
      answer(async () => {
        const { number } = await resolveTicket(sql, settings, actor, requireId(ticketId), note, key);
        return `Ticket #${number} is resolved.`;
      }),
  };
}

function describeDeclined({ number, next, proposed }: Declined): string {
  const where = next === null ? "waits: there is nobody else to give it to" : `is with ${next} now`;
  const asked = proposed.length === 0 ? "" : ` An admin is asked about your skill ${proposed.join(", ")}.`;
  return `Ticket #${number} ${where}.${asked}`;
}

/** An id from outside; whatever is none leads to nothing. */
function requireId(id: string): string {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  throw new AppError("not_found", "That does not exist any more.");
}

/** A refusal that the clicker can do something about is an answer; everything else stays an error. */
async function answer(act: () => Promise<string>): Promise<ActionAnswer> {
  try {
    return { ok: true, text: await act() };
  } catch (error) {
    return { ok: false, text: readRefusal(error) };
  }
}

/** The card shows that it worked: nothing more is said. */
async function quietAnswer(act: () => Promise<unknown>): Promise<ActionAnswer> {
  const said = await answer(async () => {
    await act();
    return "";
  });
  return said.ok ? { ok: true } : said;
}

function readRefusal(error: unknown): string {
  const expected = ["invalid", "conflict", "not_found", "forbidden"];
  if (error instanceof AppError && expected.includes(error.code)) return error.publicMessage;
  throw error;
}
