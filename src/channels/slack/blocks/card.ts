/** The moderators' card of one ticket. */
import type { types } from "@slack/bolt";
import type { TicketCardView } from "../../../core/slack-views.ts";
import { PRIORITIES } from "../../../core/ticket.ts";
import { toPercentSure } from "../../../core/triage.ts";
import { cutForSlack, escapeMrkdwn, SLACK_LIMITS } from "../mrkdwn.ts";
import { ACTION_IDS, ticketBlockId } from "./ids.ts";
import {
  type Block,
  button,
  CHANNEL_WORDS,
  field,
  isHarmless,
  markdown,
  mention,
  moment,
  nameTicket,
  option,
  PRIORITY_WORDS,
  paragraph,
  plain,
  STATUS_WORDS,
  select,
  smallPrint,
} from "./text.ts";

/** Longer texts are read by Read…; the card stays a card. */
const SUMMARY_LENGTH_MAX = 1200;
const NOTES_LENGTH_MAX = 1200;
const LATEST_LENGTH_MAX = 600;
const FIELD_LENGTH_MAX = 1_500;
const PROOFS_MAX = 9;
/** A message full of cues proves nothing better by all of them. */
const PROOF_LENGTH_MAX = 200;

/** The card, and the line that notifications show. */
export function buildCard(card: TicketCardView): { text: string; blocks: Block[] } {
  const heading = nameTicket(card.number, card.title);
  const text = escapeMrkdwn(cutForSlack(heading, 300));
  const blocks: Block[] = [
    { type: "header", text: plain(heading.replace(/\s+/g, " "), SLACK_LIMITS.headerText) },
    { type: "section", fields: buildFields(card) },
    ...buildAlarms(card),
    ...paragraph(card.summary, SUMMARY_LENGTH_MAX),
    ...buildLatest(card),
    ...paragraph(
      card.helpfulNotes === "" ? "" : `Notes that may help:\n${card.helpfulNotes}`,
      NOTES_LENGTH_MAX,
    ),
    ...smallPrint(describeEvidence(card)),
    ...buildSimilar(card),
    ...smallPrint([describeOrigin(card), card.whyAssignee]),
    ...buildPendingReply(card),
    ...buildButtons(card),
  ];
  return { text, blocks };
}

type Field = types.MrkdwnElement | types.PlainTextElement;

function buildFields(card: TicketCardView): Field[] {
  const { assignee } = card;
  const byHand = (field: string) => (card.setByPerson.includes(field) ? " ✏️" : "");
  const person = mention(assignee?.slackUserId ?? null);
  const fields: Field[] = [
    markdown(`*Status*\n${STATUS_WORDS[card.status]}`),
    markdown(`*Priority${byHand("priority")}*\n${PRIORITY_WORDS[card.priority]}`),
    field(`Category${byHand("category")}`, card.category ?? "not yet known", FIELD_LENGTH_MAX),
    person === null
      ? field("Assigned to", assignee?.name ?? "nobody yet", FIELD_LENGTH_MAX)
      : markdown(`*Assigned to*\n${person}`),
    field(
      "From",
      `${cutForSlack(card.requester.name, 200)} ${CHANNEL_WORDS[card.requester.channel]}`,
      FIELD_LENGTH_MAX,
    ),
  ];
  const skills = card.relatedSkills.join(", ");
  return skills.trim() === ""
    ? fields
    : [...fields, field(`Skills${byHand("skills")}`, skills, FIELD_LENGTH_MAX)];
}

/** What must not be overlooked: forged senders, answers that did not arrive, orders to machines. */
function buildAlarms(card: TicketCardView): Block[] {
  const alarms = [...card.alarms];
  if (card.suspicious.length > 0) {
    const quotes = card.suspicious.map((quote) => `“${quote}”`).join(", ");
    alarms.push(`Reads like instructions to a machine, and was treated as text: ${quotes}`);
  }
  return paragraph(
    alarms
      .slice(0, 8)
      .map((alarm) => `⚠️ ${cutForSlack(alarm, 600)}`)
      .join("\n"),
  );
}

function buildLatest({ latest, summary }: TicketCardView): Block[] {
  if (latest === null || latest.text.trim() === "" || latest.text.trim() === summary.trim()) return [];
  const words = cutForSlack(latest.text.trim(), LATEST_LENGTH_MAX);
  return [
    { type: "context", elements: [markdown(`*Last words of the requester*, ${moment(latest.at, "day")}`)] },
    ...paragraph(words),
  ];
}

function describeEvidence(card: TicketCardView): string[] {
  const proofs = new Map<string, string[]>();
  for (const { value, quote } of card.evidence)
    proofs.set(value, [...(proofs.get(value) ?? []), `“${quote}”`]);
  const lines = [...proofs].map(([value, quotes]) =>
    cutForSlack(`${value}: ${[...new Set(quotes)].join(", ")}`, PROOF_LENGTH_MAX),
  );
  if (card.guesses.length === 0) return lines.slice(0, PROOFS_MAX);
  const names = card.guesses.map((field) => (field === "helpfulNotes" ? "notes" : field)).join(", ");
  const guess = `A guess, which no words of the message prove: ${names}.`;
  return [...lines.slice(0, PROOFS_MAX), guess];
}

function buildSimilar({ similar }: TicketCardView): Block[] {
  const lines = similar.slice(0, 3).map(({ number, title, answer }) => {
    const solved = answer.trim() === "" ? "" : ` → ${cutForSlack(answer.replace(/\s+/g, " ").trim(), 200)}`;
    return `${cutForSlack(nameTicket(number, title), 150)}${solved}`;
  });
  return lines.length === 0 ? [] : smallPrint(["Solved before:", ...lines]);
}

function describeOrigin(card: TicketCardView): string {
  const messages = card.messageCount === 1 ? "1 message" : `${card.messageCount} messages`;
  if (card.source === null) return `${messages}. Not triaged yet.`;
  if (card.source === "person") return `${messages}. Labels set by a person.`;
  const by = card.source === "gemini" ? "Gemini" : "the local classifier";
  const sure = card.confidence === null ? "" : `, ${toPercentSure(card.confidence)}% sure`;
  return `${messages}. Triaged by ${by}${sure}${card.provisional ? "; provisional: no model has read it" : ""}.`;
}

function buildPendingReply({ ticketId, pendingReply }: TicketCardView): Block[] {
  if (pendingReply === null) return [];
  const { authorName, deliveryId, leavesAt, hold } = pendingReply;
  const who =
    authorName !== "" && authorName.length < 100 && isHarmless(authorName) ? ` by ${authorName}` : "";
  return [
    {
      type: "section",
      block_id: ticketBlockId(ticketId, "undo"),
      text: markdown(
        hold ? `✉️ A reply${who} waits. ${hold}` : `✉️ A reply${who} leaves at ${moment(leavesAt, "time")}.`,
      ),
      accessory: button("Undo", ACTION_IDS.undoReply, deliveryId, "danger"),
    },
  ];
}

function buildButtons(card: TicketCardView): Block[] {
  const { ticketId, status } = card;
  const read = button("Read…", ACTION_IDS.openConversation, ticketId);
  const reply = button("Reply…", ACTION_IDS.openReply, ticketId);
  if (status === "closed" || status === "resolved") {
    const reopen = button("Reopen", ACTION_IDS.reopen, ticketId);
    const elements = status === "closed" ? [read, reopen] : [read, reply, reopen];
    return [{ type: "actions", block_id: ticketBlockId(ticketId, "actions"), elements }];
  }
  const first = [
    button("Claim", ACTION_IDS.claim, ticketId, status === "open" ? "primary" : undefined),
    reply,
    button("Resolve…", ACTION_IDS.openResolve, ticketId),
    read,
    button("Assign…", ACTION_IDS.openAssign, ticketId),
    ...(card.assignee === null ? [] : [button("Not mine…", ACTION_IDS.openDecline, ticketId)]),
  ];
  return [
    { type: "actions", block_id: ticketBlockId(ticketId, "actions"), elements: first },
    { type: "actions", block_id: ticketBlockId(ticketId, nameLabels(card)), elements: buildSelects(card) },
  ];
}

/**
 * Slack's clients keep what was chosen in a select of the same block over an update of the message. Another name for
 * the block lets the select show what holds now, whoever has set it.
 */
function nameLabels({ priority, category, categories }: TicketCardView): string {
  return `labels-${priority}-${category === null ? "none" : categories.indexOf(category)}`;
}

function buildSelects(card: TicketCardView): types.StaticSelect[] {
  const priorities = PRIORITIES.map((priority) => option(PRIORITY_WORDS[priority], priority));
  const categories = card.categories.map((name) => option(name, name));
  return [
    select(ACTION_IDS.priority, "Priority", priorities, card.priority),
    select(ACTION_IDS.category, "Category", categories, card.category),
  ].filter((one) => one !== null);
}
