/** What moderators and admins are told of a deadline. Internal: never sent to a requester. */
import type { Notice } from "./notices.ts";
import type { DeadlineKind } from "./sla.ts";
import type { Priority } from "./ticket.ts";

export interface DeadlineNoticeInput {
  number: number;
  title: string;
  priority: Priority;
  kind: DeadlineKind;
  missed: boolean;
  dueAt: Date;
  /** IANA name; the time is told as the desk's clocks show it. */
  timeZone: string;
  /** Empty where nobody has the ticket. */
  assigneeName: string;
}

export function writeDeadlineNotice(input: DeadlineNoticeInput): Notice {
  const { number, missed, kind } = input;
  const title = input.title
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, 200);
  const act = kind === "answer" ? "answered" : "resolved";
  const time = formatTime(input.dueAt, input.timeZone);
  const subject = missed
    ? `#${number} was not ${act} in time: ${title}`
    : `#${number} is to be ${act} by ${time}: ${title}`;
  const facts = [
    missed
      ? `Ticket #${number} was to be ${act} by ${time}.`
      : `Ticket #${number} is to be ${act} by ${time}.`,
    `Priority: ${input.priority}`,
    `With: ${input.assigneeName === "" ? "nobody" : input.assigneeName}`,
  ];
  return { subject, text: [...facts, "", `Subject: ${title}`].join("\n") };
}

/** Such as `Mon 23 Nov, 09:50 (Europe/Berlin)`. */
export function formatTime(at: Date, timeZone: string): string {
  const shown = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);
  return `${shown} (${timeZone})`;
}
