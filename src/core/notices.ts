/** The texts that the desk writes by itself. They promise nothing that nobody has promised. */
import { withSubjectToken } from "./threading.ts";
import type { Channel, Priority } from "./ticket.ts";

export interface Notice {
  subject: string;
  text: string;
}

/** Tells the requester that the message arrived and which number it has. */
export function writeAcknowledgement(ticket: {
  number: number;
  title: string;
  /** Empty where unknown. */
  requesterName: string;
  channel: Channel;
}): Notice {
  const number = `#${ticket.number}`;
  const received =
    ticket.channel === "email"
      ? `We have received your message and opened ticket ${number} for it.`
      : `We have received your request and opened ticket ${number} for it.`;
  const how = {
    email: "If you want to add something, just reply to this mail.",
    slack: "If you want to add something, just write in this thread.",
    api: `If you want to add something, please name ticket ${number}.`,
  }[ticket.channel];
  const lines = [
    greet(harmlessName(ticket.requesterName)),
    "",
    received,
    "Somebody from our team will look at it.",
    "",
    how,
  ];
  if (ticket.channel === "email") lines.push("", "This confirmation was sent automatically.");
  return { subject: withSubjectToken(ticket.title, ticket.number), text: lines.join("\n") };
}

/** Tells the requester that the ticket is resolved; `note` is the moderator's own word, empty where there is none. */
export function writeResolution(ticket: { number: number; title: string; note: string }): Notice {
  const note = ticket.note.trim();
  const resolved = `We have marked your ticket #${ticket.number} (${oneLine(ticket.title)}) as resolved.`;
  const lines = ["Hello,", "", resolved];
  if (note !== "") lines.push("", note);
  lines.push("", "If something is still not right, just reply: the ticket then opens again.");
  return { subject: withSubjectToken(ticket.title, ticket.number), text: lines.join("\n") };
}

export interface AssigneeNoticeInput {
  number: number;
  title: string;
  assigneeName: string;
  priority: Priority;
  category: string | null;
  summary: string;
  helpfulNotes: string;
  /** One sentence: why this assignee. */
  why: string;
  requesterName: string;
  channel: Channel;
  /** Public address of the ticket, or null where the desk has none. */
  url: string | null;
}

/** Tells a moderator that a ticket is theirs, and why. Internal: never sent to a requester. */
export function writeAssigneeNotice(ticket: AssigneeNoticeInput): Notice {
  const facts = [`Priority: ${ticket.priority}`, `Category: ${ticket.category ?? "not yet known"}`];
  facts.push(`From: ${oneLine(ticket.requesterName) || "unknown"} (${CHANNEL_WORDS[ticket.channel]})`);
  const lines = [
    greet(ticket.assigneeName),
    "",
    `Ticket #${ticket.number} is assigned to you: ${oneLine(ticket.title)}`,
  ];
  lines.push("", ...facts);
  if (ticket.why.trim() !== "") lines.push("", `Why you: ${ticket.why.trim()}`);
  if (ticket.summary.trim() !== "") lines.push("", "Summary:", ticket.summary.trim());
  if (ticket.helpfulNotes.trim() !== "") lines.push("", "Notes that may help:", ticket.helpfulNotes.trim());
  if (ticket.url !== null) lines.push("", ticket.url);
  lines.push(
    "",
    "Please answer on the card in Slack or by the API; a reply to this mail does not reach the requester.",
  );
  return { subject: withSubjectToken(ticket.title, ticket.number), text: lines.join("\n") };
}

const CHANNEL_WORDS: Record<Channel, string> = { email: "by email", slack: "in Slack", api: "by the API" };

function greet(name: string): string {
  const shown = oneLine(name);
  return shown === "" ? "Hello," : `Hello ${shown},`;
}

/** A name or title comes from outside: one line, and short. */
function oneLine(text: string): string {
  const plain = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  return plain.length > 200 ? `${Array.from(plain).slice(0, 199).join("")}…` : plain;
}

/**
 * A requester's name as we may repeat it, empty where it has a link or an address in it: whoever forges a sender
 * could otherwise have us send it to them.
 */
function harmlessName(name: string): string {
  return /[@/\\]|www\.|\p{L}{2,}\.\p{Ll}{2,}/iu.test(name.slice(0, 1000)) ? "" : name;
}
