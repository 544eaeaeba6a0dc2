/** A moderator's morning: what waits for them. Internal: never sent to a requester. */
import { formatTime } from "./deadline-notice.ts";
import type { Notice } from "./notices.ts";
import type { Priority } from "./ticket.ts";

export interface DigestInput {
  name: string;
  /** All that they hold; `tickets` may be fewer. */
  openCount: number;
  tickets: readonly {
    number: number;
    title: string;
    priority: Priority;
    isWaitingForUs: boolean;
    dueAt: Date | null;
    missed: boolean;
  }[];
  timeZone: string;
}

export function writeDigest({ name, openCount, tickets, timeZone }: DigestInput): Notice {
  const ours = tickets.filter(({ isWaitingForUs }) => isWaitingForUs);
  const theirs = tickets.filter(({ isWaitingForUs }) => !isWaitingForUs);
  const lines = [name.trim() === "" ? "Good morning," : `Good morning ${oneLine(name)},`];
  if (ours.length > 0)
    lines.push("", "These wait for you:", ...ours.map((ticket) => describe(ticket, timeZone)));
  if (theirs.length > 0)
    lines.push("", "These wait for their requester:", ...theirs.map((ticket) => describe(ticket, timeZone)));
  const left = openCount - tickets.length;
  if (left > 0) lines.push("", `And ${left} more.`);
  const open = openCount === 1 ? "1 open ticket" : `${openCount} open tickets`;
  const waiting =
    ours.length === 0
      ? "none waits for you"
      : `${ours.length}${left > 0 ? " or more" : ""} for you to answer`;
  return { subject: `Your morning: ${open}, ${waiting}`, text: lines.join("\n") };
}

function describe(ticket: DigestInput["tickets"][number], timeZone: string): string {
  const due =
    ticket.dueAt === null
      ? ""
      : `, ${ticket.missed ? "was due" : "due"} ${formatTime(ticket.dueAt, timeZone)}`;
  return `  #${ticket.number} ${oneLine(ticket.title)} (${ticket.priority}${due})`;
}

function oneLine(text: string): string {
  return Array.from(text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim())
    .slice(0, 120)
    .join("");
}
