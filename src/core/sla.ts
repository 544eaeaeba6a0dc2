/**
 * Service levels: by when a ticket is to be answered and to be resolved. Both are decided from what happened to the
 * ticket, so that the same facts always give the same minute, whoever asks and whenever.
 */
import { addWorkingMinutes, type BusinessHours, countWorkingMinutes } from "./business-hours.ts";
import { assertNever, type Priority, type TicketStatus } from "./ticket.ts";

/** `answer`: the requester waits for a word of ours. `resolve`: the ticket is ours to end, but while they owe us one. */
export const DEADLINE_KINDS = ["answer", "resolve"] as const;
export type DeadlineKind = (typeof DEADLINE_KINDS)[number];

export interface ServiceLevels {
  hours: BusinessHours;
  /** Working minutes; a priority that is missing has no target. */
  answer: Partial<Record<Priority, number>>;
  resolve: Partial<Record<Priority, number>>;
  /** Working minutes before the deadline, but never before half of the time has passed. */
  remindBeforeMinutes: number;
}

export interface TicketTimeline {
  priority: Priority;
  createdAt: Date;
  /** In order, without the first status, which is `open` from the beginning. */
  statusChanges: readonly { status: TicketStatus; at: Date }[];
  /** When the requester first wrote what nobody has answered since; null where we had the last word. */
  waitingSince: Date | null;
}

/** `since` tells one deadline from the one after it: an answer to come after another question, a ticket opened again. */
export type Deadline =
  | { state: "running"; since: Date; remindAt: Date; dueAt: Date }
  | { state: "paused"; since: Date }
  | { state: "ended" };

/** Null where the desk has set no target for this. */
export function decideDeadline(
  kind: DeadlineKind,
  timeline: TicketTimeline,
  levels: ServiceLevels,
): Deadline | null {
  const targetMinutes = levels[kind][timeline.priority];
  if (targetMinutes === undefined) return null;
  switch (kind) {
    case "answer":
      return decideAnswer(timeline, targetMinutes, levels);
    case "resolve":
      return decideResolution(timeline, targetMinutes, levels);
    default:
      return assertNever(kind);
  }
}

function decideAnswer(timeline: TicketTimeline, targetMinutes: number, levels: ServiceLevels): Deadline {
  const { waitingSince } = timeline;
  const { status } = currentPeriod(timeline);
  if (waitingSince === null || isEnd(status)) return { state: "ended" };
  return runFrom(waitingSince, waitingSince, targetMinutes, targetMinutes, levels);
}

/** Time in `waiting` does not count; a ticket that opens again has all of it before it once more. */
function decideResolution(timeline: TicketTimeline, targetMinutes: number, levels: ServiceLevels): Deadline {
  let since = timeline.createdAt;
  let usedMinutes = 0;
  const periods = listPeriods(timeline);
  for (const [index, { status, from }] of periods.entries()) {
    const before = periods[index - 1];
    if (before !== undefined && isEnd(before.status) && !isEnd(status)) {
      since = from;
      usedMinutes = 0;
    }
    const after = periods[index + 1];
    if (after !== undefined && isOurs(status)) {
      usedMinutes += countWorkingMinutes(from, after.from, levels.hours);
    }
  }
  const now = currentPeriod(timeline);
  if (isEnd(now.status)) return { state: "ended" };
  if (!isOurs(now.status)) return { state: "paused", since };
  return runFrom(since, now.from, Math.max(0, targetMinutes - usedMinutes), targetMinutes, levels);
}

function runFrom(
  since: Date,
  runningFrom: Date,
  leftMinutes: number,
  targetMinutes: number,
  { hours, remindBeforeMinutes }: ServiceLevels,
): Deadline {
  const beforeMinutes = Math.min(remindBeforeMinutes, targetMinutes / 2);
  return {
    state: "running",
    since,
    remindAt: addWorkingMinutes(runningFrom, Math.max(0, leftMinutes - beforeMinutes), hours),
    dueAt: addWorkingMinutes(runningFrom, leftMinutes, hours),
  };
}

interface StatusPeriod {
  status: TicketStatus;
  from: Date;
}

function listPeriods({ createdAt, statusChanges }: TicketTimeline): StatusPeriod[] {
  return [
    { status: "open", from: createdAt },
    ...statusChanges.map(({ status, at }) => ({ status, from: at })),
  ];
}

function currentPeriod(timeline: TicketTimeline): StatusPeriod {
  return listPeriods(timeline).at(-1) ?? { status: "open", from: timeline.createdAt };
}

function isOurs(status: TicketStatus): boolean {
  return status === "open" || status === "in_progress";
}

function isEnd(status: TicketStatus): boolean {
  return status === "resolved" || status === "closed";
}
