/**
 * What people see in Slack, as Block Kit. Everything that somebody wrote stands in plain_text, where nothing is a
 * mention, a link or formatting; mrkdwn holds our own words and the desk's own lists only.
 */
import type { types } from "@slack/bolt";
import type { TicketCard } from "../../core/delivery.ts";
import type { ReplyForm } from "../../core/slack-actions.ts";
import type { Channel, Priority, TicketStatus } from "../../core/ticket.ts";
import { cutForSlack, escapeMrkdwn, SLACK_LIMITS } from "./mrkdwn.ts";

export const ACTION_IDS = {
  claim: "ticket_claim",
  openReply: "ticket_reply",
  openResolve: "ticket_resolve",
} as const;
export const FORM_IDS = { reply: "ticket_reply_form", resolve: "ticket_resolve_form" } as const;
/** Where a form's one text lies in its state: `values[block][action].value`. */
export const FORM_TEXT = { block: "text", action: "text" } as const;

type Block = types.KnownBlock;
type View = types.ModalView;

const STATUS_WORDS: Record<TicketStatus, string> = {
  open: "Open",
  in_progress: "In progress",
  waiting: "Waiting for the requester",
  resolved: "Resolved",
  closed: "Closed",
};
const PRIORITY_WORDS: Record<Priority, string> = { low: "🔵 Low", medium: "🟡 Medium", high: "🔴 High" };
const CHANNEL_WORDS: Record<Channel, string> = { email: "by email", slack: "in Slack", api: "by the API" };

/** The moderators' card of one ticket, and the line that notifications show. */
export function buildCard(card: TicketCard): { text: string; blocks: Block[] } {
  const heading = nameTicket(card.number, card.title);
  const text = escapeMrkdwn(cutForSlack(heading, 300));
  const blocks: Block[] = [
    { type: "header", text: plain(heading, SLACK_LIMITS.headerText) },
    { type: "section", fields: buildFields(card) },
    ...paragraph(card.summary),
    ...paragraph(card.helpfulNotes === "" ? "" : `Notes that may help:\n${card.helpfulNotes}`),
    ...smallPrint(card.evidence.map(({ value, quote }) => `${value}: “${quote}”`)),
    ...smallPrint(describeDoubts(card)),
    ...smallPrint([describeOrigin(card), card.whyAssignee]),
    ...buildButtons(card),
  ];
  return { text, blocks };
}

function buildFields(card: TicketCard): types.MrkdwnElement[] {
  const { assignee } = card;
  const mention = /^[UW][A-Z0-9]+$/.test(assignee?.slackUserId ?? "") ? `<@${assignee?.slackUserId}>` : null;
  const rows: [string, string][] = [
    ["Status", STATUS_WORDS[card.status]],
    ["Priority", PRIORITY_WORDS[card.priority]],
    ["Category", escapeMrkdwn(card.category ?? "not yet known")],
    ["Assigned to", mention ?? escapeMrkdwn(assignee?.name ?? "nobody yet")],
  ];
  if (card.relatedSkills.length > 0) rows.push(["Skills", escapeMrkdwn(card.relatedSkills.join(", "))]);
  return rows.map(([label, value]) => ({
    type: "mrkdwn",
    text: `*${label}*\n${value.slice(0, SLACK_LIMITS.fieldText - 100)}`,
  }));
}

/** What the triage is not sure of, and what looks like an attempt to steer it. */
function describeDoubts(card: TicketCard): string[] {
  const doubts: string[] = [];
  if (card.guesses.length > 0) {
    doubts.push(`A guess, which no words of the message prove: ${card.guesses.map(nameField).join(", ")}.`);
  }
  if (card.suspicious.length > 0) {
    const quotes = card.suspicious.map((quote) => `“${quote}”`).join(", ");
    doubts.push(`⚠️ Reads like instructions to a machine, and was treated as text: ${quotes}`);
  }
  return doubts;
}

function nameField(field: TicketCard["guesses"][number]): string {
  return field === "helpfulNotes" ? "notes" : field;
}

function describeOrigin(card: TicketCard): string {
  const messages = card.messageCount === 1 ? "1 message" : `${card.messageCount} messages`;
  const from = `From ${card.requester.name} ${CHANNEL_WORDS[card.requester.channel]}, ${messages}.`;
  if (card.source === null) return `${from} Not triaged yet.`;
  if (card.source === "person") return `${from} Labels set by a person.`;
  const by = card.source === "gemini" ? "Gemini" : "the local classifier";
  const sure = card.confidence === null ? "" : `, ${Math.round(card.confidence * 100)}% sure`;
  return `${from} Triaged by ${by}${sure}${card.provisional ? "; provisional until the model has read it" : ""}.`;
}

function buildButtons(card: TicketCard): Block[] {
  const button = (label: string, actionId: string, primary = false): types.Button => ({
    type: "button",
    text: { type: "plain_text", text: label },
    action_id: actionId,
    value: card.ticketId,
    ...(primary ? { style: "primary" } : {}),
  });
  if (card.status === "closed") return [];
  const reply = button("Reply…", ACTION_IDS.openReply);
  if (card.status === "resolved") return [{ type: "actions", elements: [reply] }];
  const claim = button("Claim", ACTION_IDS.claim, card.status === "open");
  return [{ type: "actions", elements: [claim, reply, button("Resolve…", ACTION_IDS.openResolve)] }];
}

/** The form to write a reply in: who will receive it stands above the text. `metadata` comes back on submission. */
export function buildReplyModal(form: ReplyForm, metadata: string): View {
  return {
    type: "modal",
    callback_id: FORM_IDS.reply,
    private_metadata: metadata,
    title: { type: "plain_text", text: "Reply" },
    submit: { type: "plain_text", text: "Send" },
    close: { type: "plain_text", text: "Cancel" },
    blocks: [
      ...paragraph(nameTicket(form.number, form.title)),
      ...paragraph(`Channel: ${form.channel}\nRecipients: ${form.recipients}`),
      ...form.warnings.slice(0, 20).flatMap((warning) => paragraph(`⚠️ ${warning}`)),
      {
        type: "input",
        block_id: FORM_TEXT.block,
        label: { type: "plain_text", text: "Your reply" },
        element: textArea(form.suggestedReply),
      },
    ],
  };
}

/** The form to resolve a ticket. `heading` is the card's own, e.g. `#1042 Printer on fire`. */
export function buildResolveModal(heading: string, metadata: string): View {
  return {
    type: "modal",
    callback_id: FORM_IDS.resolve,
    private_metadata: metadata,
    title: { type: "plain_text", text: "Resolve" },
    submit: { type: "plain_text", text: "Resolve" },
    close: { type: "plain_text", text: "Cancel" },
    blocks: [
      ...paragraph(heading),
      {
        type: "input",
        optional: true,
        block_id: FORM_TEXT.block,
        label: { type: "plain_text", text: "Note for the requester" },
        hint: {
          type: "plain_text",
          text: "The requester reads it with the news that the ticket is resolved.",
        },
        element: textArea(""),
      },
    ],
  };
}

function textArea(initial: string): types.PlainTextInput {
  const value = cutForSlack(initial, SLACK_LIMITS.inputValue);
  return {
    type: "plain_text_input",
    action_id: FORM_TEXT.action,
    multiline: true,
    max_length: SLACK_LIMITS.inputValue,
    ...(value === "" ? {} : { initial_value: value }),
  };
}

function nameTicket(number: number, title: string): string {
  return `#${number} ${title.trim() === "" ? "(no title)" : title}`;
}

/** A section with somebody's words as they are; none where there are none. */
function paragraph(text: string): Block[] {
  if (text.trim() === "") return [];
  return [{ type: "section", text: plain(text, SLACK_LIMITS.sectionText) }];
}

function smallPrint(lines: string[]): Block[] {
  const elements = lines
    .filter((line) => line.trim() !== "")
    .slice(0, SLACK_LIMITS.contextElements)
    .map((line) => plain(line, SLACK_LIMITS.contextText));
  return elements.length === 0 ? [] : [{ type: "context", elements }];
}

function plain(text: string, limit: number): types.PlainTextElement {
  // Control characters cannot be seen, and Slack refuses some of them.
  const visible = text.replace(/\p{Cc}/gu, (control) => (/[\n\t]/.test(control) ? control : ""));
  return { type: "plain_text", text: cutForSlack(visible, limit), emoji: false };
}
