/** The account that the demo prints while it runs: plain formatting, from what stands in the database. */
import type { TicketCard } from "../core/delivery.ts";
import type { IntakeOutcome } from "../core/inbound.ts";
import { assertNever } from "../core/ticket.ts";
import { type Evidence, toPercentSure } from "../core/triage.ts";
import type { DeliveryRecipients } from "../db/deliveries.ts";
import type { OutgoingMessage } from "../db/message-stories.ts";
import type { DemoFigures } from "./figures.ts";
import { cutText, flattenText, padText, paint, type TerminalStyle, wrapText } from "./terminal-text.ts";

export interface ToldMessage {
  /** Counts the messages of this account, from 1. */
  position: number;
  door: "mail" | "Slack";
  /** As the message names its writer, e.g. `Ada Moreau <ada@example.com>`. */
  from: string;
  /** A mail's subject, or the words of a Slack message. */
  words: string;
  /** What else is worth knowing, e.g. `the same bytes again`; empty where nothing is. */
  remark: string;
  outcome: IntakeOutcome;
  /** Why this outcome. */
  reason: string;
  card: TicketCard | null;
  acknowledgement: OutgoingMessage | null;
}

export interface ToldAction {
  who: string;
  /** With the ticket's number, e.g. `clicks Claim on #1042`. */
  did: string;
  /** What came of it: each a line. */
  results: string[];
}

const INDENT = 4;
const LABEL_WIDTH = 13;
const WORDS_WIDTH_MAX = 300;
const QUOTES_MAX = 4;

/** One message, and what became of it: some lines, ended by an empty one. */
export function formatMessage(told: ToldMessage, style: TerminalStyle): string {
  const head = `${String(told.position).padStart(2)}  ${told.door === "mail" ? "Mail" : "Slack"} from ${flattenText(told.from)}`;
  const remark = told.remark === "" ? "" : ` (${told.remark})`;
  const words = `“${flattenText(told.words)}”`;
  const lines = [
    paint(cutText(head + remark, style.width), "bold", style),
    ...wrapText(cutText(words, WORDS_WIDTH_MAX), style.width - INDENT).map(indent),
    ...describeOutcome(told).flatMap((row) => formatRow(row, style)),
  ];
  return `${lines.join("\n")}\n\n`;
}

/** A moderator's click, and what came of it. */
export function formatAction(told: ToldAction, style: TerminalStyle): string {
  const head = wrapText(`${flattenText(told.who)} ${flattenText(told.did)}`, style.width - INDENT);
  const results = told.results.flatMap((result) => {
    const [first = "", ...rest] = wrapText(flattenText(result), style.width - INDENT - 2);
    return [`→ ${first}`, ...rest.map((line) => `  ${line}`)];
  });
  const lines = [...head.map((line) => paint(line, "bold", style)), ...results].map(indent);
  return `${lines.join("\n")}\n\n`;
}

export function formatHeading(text: string, style: TerminalStyle): string {
  return `${paint(cutText(text, style.width), "cyan", style)}\n\n`;
}

interface Row {
  label: string;
  text: string;
  warn?: boolean;
}

function describeOutcome(told: ToldMessage): Row[] {
  const number = told.card === null ? "" : ` #${told.card.number}`;
  const { reason } = told;
  switch (told.outcome) {
    case "ticket":
      return told.card === null ? [{ label: "ticket", text: reason }] : describeTicket(told.card, told);
    case "reply":
      return [{ label: `joins${number}`, text: reason }];
    case "duplicate":
      return [{ label: "duplicate", text: `${reason} Nothing else happened.` }];
    case "auto-reply":
    case "list":
    case "report":
    case "own":
    case "edit":
    case "request":
      return [{ label: OUTCOME_WORDS[told.outcome], text: `${reason} Recorded, and never answered.` }];
    case "bounce":
      return [{ label: `bounce${number}`, text: `${reason} Recorded on the delivery that came back.` }];
    case "parked":
      return [{ label: "parked", text: `${reason} Kept with its source for a person.`, warn: true }];
    default:
      return assertNever(told.outcome);
  }
}

const OUTCOME_WORDS = {
  "auto-reply": "auto-reply",
  list: "mailing list",
  report: "report",
  own: "our own",
  edit: "edit",
  request: "request",
};

function describeTicket(card: TicketCard, told: ToldMessage): Row[] {
  const rows: Row[] = [
    {
      label: `ticket #${card.number}`,
      text: `${card.category ?? "no category yet"}, ${card.priority} priority${describeSource(card)}`,
      warn: card.priority === "high",
    },
    { label: "because", text: describeEvidence(card) },
    { label: "assignee", text: describeAssignee(card) },
  ];
  if (card.suspicious.length > 0) {
    const words = card.suspicious.map((one) => `“${flattenText(one)}”`).join(", ");
    rows.push({ label: "flagged", text: `reads like orders to a machine: ${words}`, warn: true });
  }
  rows.push({ label: "answer", text: describeAnswer(told.acknowledgement) });
  return rows;
}

/** The reason mostly begins with the name. */
function describeAssignee({ assignee, whyAssignee }: TicketCard): string {
  if (assignee === null) return `nobody yet: ${whyAssignee}`;
  return whyAssignee.startsWith(assignee.name) ? whyAssignee : `${assignee.name}: ${whyAssignee}`;
}

function describeSource(card: TicketCard): string {
  const who = { gemini: "Gemini", local: "the local classifier", person: "a person" };
  if (card.source === null) return "";
  const confidence = card.confidence === null ? "" : `, ${toPercentSure(card.confidence)} % sure`;
  return ` (${who[card.source]}${confidence})`;
}

function describeEvidence(card: TicketCard): string {
  const skills = card.relatedSkills.length === 0 ? "no skill was found in it" : card.relatedSkills.join(", ");
  const parts = [
    describeQuotes("category", card),
    describeQuotes("priority", card),
    `skills: ${skills}${quotesOf("skills", card)}`,
  ];
  return parts.join("; ");
}

function describeQuotes(field: "category" | "priority", card: TicketCard): string {
  const quotes = quotesOf(field, card);
  if (quotes !== "") return `${field}${quotes}`;
  return `${field}: no cue`;
}

/** ` by “vpn”, “disconnects”`: the words that the message holds for a label; empty where it holds none. */
function quotesOf(field: Evidence["field"], card: TicketCard): string {
  const quotes = card.evidence
    .filter((one) => one.field === field)
    .map((one) => `“${flattenText(one.quote)}”`);
  const shown = [...new Set(quotes)].slice(0, QUOTES_MAX);
  return shown.length === 0 ? "" : ` by ${shown.join(", ")}`;
}

function describeAnswer(answer: OutgoingMessage | null): string {
  if (answer === null) return "none yet";
  return `${describeRoute(answer.recipients)}, ${answer.state ?? "readable"}: “${firstWords(answer.text)}”`;
}

/** Where an answer goes, in words. */
export function describeRoute(recipients: DeliveryRecipients | null): string {
  if (recipients === null) return "through the API";
  if (recipients.channel === "slack") return "in the Slack thread";
  const people = [...recipients.to, ...recipients.cc].map(({ address }) => address);
  return `by mail to ${people.join(", ")}`;
}

/** The greeting and the first line of an answer, or the start of them. */
export function firstWords(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const shown = flattenText(lines.slice(0, 2).join(" "));
  return cutText(lines.length > 2 ? `${shown} …` : shown, 130);
}

/** `label        text`, wrapped so that the text keeps its column. */
function formatRow(row: Row, style: TerminalStyle): string[] {
  const [first = "", ...rest] = wrapText(flattenText(row.text), style.width - INDENT - LABEL_WIDTH);
  const label = paint(padText(row.label, LABEL_WIDTH), row.warn ? "yellow" : "green", style);
  return [indent(label + first), ...rest.map((line) => indent(" ".repeat(LABEL_WIDTH) + line))];
}

function indent(line: string): string {
  return " ".repeat(INDENT) + line;
}

/** What stands at the end: the same figures as `--json` gives, in words. */
export function formatFigures(figures: DemoFigures, style: TerminalStyle): string {
  const { deliveries } = figures;
  const sentences = [
    `${count(figures.tickets, "ticket")}: ${figures.triaged} triaged, ${figures.assigned} assigned, ${figures.acknowledged} acknowledged.`,
    `${count(figures.threaded, "message")} joined a ticket, ${figures.replies} ${figures.replies === 1 ? "answer" : "answers"} by moderators; ${count(figures.duplicates, "duplicate")}, ${count(figures.autoReplies, "auto-reply", "auto-replies")}, ${count(figures.bounces, "bounce")}, ${figures.parked} parked.`,
    `${count(figures.slackCards, "card")} in Slack; ${deliveries.sent} answers sent, ${deliveries.failed} failed.`,
    `Messages on the mail server or in Slack that nobody can account for: ${figures.unexplained}.`,
  ];
  const lines = sentences.flatMap((sentence) => wrapText(sentence, style.width));
  const seconds = (figures.elapsedMs / 1000).toFixed(1);
  return `${lines.join("\n")}\n${paint(`Done in ${seconds} s.`, "dim", style)}\n`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
