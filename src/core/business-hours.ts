/**
 * Working time: minutes that count only while somebody is at work, in the desk's own time zone. Days are counted in
 * local time, so that a change to or from daylight-saving time moves the opening with the clock on the wall.
 */

/** One opening on one day of the week. */
export interface WorkingSpan {
  /** ISO 8601: 1 is Monday, 7 is Sunday. */
  weekday: number;
  /** Minutes after local midnight. */
  fromMinute: number;
  /** Up to 1440, which is the next midnight. */
  toMinute: number;
}

export interface BusinessHours {
  /** IANA name such as `Europe/Berlin`. */
  timeZone: string;
  /** At least one. Those of one day do not overlap. */
  spans: readonly WorkingSpan[];
  /** Local dates such as `2026-12-25` on which nobody works. */
  holidays: ReadonlySet<string>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** How far ahead an opening is looked for: hours whose every day is a holiday have none. */
const DAYS_MAX = 3700;

/** The moment at which so many working minutes have passed since `start`. Throws RangeError where there are none. */
export function addWorkingMinutes(start: Date, minutes: number, hours: BusinessHours): Date {
  let leftMs = minutes * MINUTE_MS;
  for (const interval of listOpenings(start, hours)) {
    const fromMs = Math.max(interval.fromMs, start.getTime());
    if (fromMs >= interval.toMs) continue;
    if (fromMs + leftMs <= interval.toMs) return new Date(fromMs + leftMs);
    leftMs -= interval.toMs - fromMs;
  }
  throw new RangeError("The business hours have no opening within ten years.");
}

/** Working minutes between two moments; 0 where `end` is not after `start`. */
export function countWorkingMinutes(start: Date, end: Date, hours: BusinessHours): number {
  if (end <= start) return 0;
  let sumMs = 0;
  for (const { fromMs, toMs } of listOpenings(start, hours)) {
    if (fromMs >= end.getTime()) break;
    sumMs += Math.max(0, Math.min(toMs, end.getTime()) - Math.max(fromMs, start.getTime()));
  }
  return sumMs / MINUTE_MS;
}

/** The local date of a moment, such as `2026-11-22`. */
export function localDate(moment: Date, timeZone: string): string {
  const { year, month, day } = readWallClock(moment.getTime(), timeZone);
  return isoDate(Date.UTC(year, month - 1, day));
}

/** True where somebody works on the local day of that moment. */
export function isWorkingDay(moment: Date, hours: BusinessHours): boolean {
  const date = localDate(moment, hours.timeZone);
  return (
    !hours.holidays.has(date) && hours.spans.some((span) => span.weekday === weekdayOf(Date.parse(date)))
  );
}

/** The openings from the local day of `start` on, in order. */
function* listOpenings(start: Date, hours: BusinessHours): Generator<{ fromMs: number; toMs: number }> {
  const { timeZone, spans, holidays } = hours;
  const firstDayMs = Date.parse(localDate(start, timeZone));
  for (let day = 0; day < DAYS_MAX; day++) {
    const dayMs = firstDayMs + day * DAY_MS;
    if (holidays.has(isoDate(dayMs))) continue;
    const today = spans.filter(({ weekday }) => weekday === weekdayOf(dayMs));
    for (const { fromMinute, toMinute } of [...today].sort((a, b) => a.fromMinute - b.fromMinute)) {
      yield {
        fromMs: wallClockToUtc(dayMs + fromMinute * MINUTE_MS, timeZone),
        toMs: wallClockToUtc(dayMs + toMinute * MINUTE_MS, timeZone),
      };
    }
  }
}

/**
 * The moment at which a wall clock shows this time, written as if it were UTC. A time that the clock skips is taken as
 * much later as it skips; one that it shows twice is the second.
 */
function wallClockToUtc(wallMs: number, timeZone: string): number {
  const first = wallMs - offsetMs(wallMs, timeZone);
  const second = wallMs - offsetMs(first, timeZone);
  if (first === second) return first;
  return offsetMs(second, timeZone) === wallMs - second ? second : Math.max(first, second);
}

/** How far local time is ahead of UTC at that moment. */
function offsetMs(utcMs: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = readWallClock(utcMs, timeZone);
  const wholeSecondMs = Math.floor(utcMs / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecondMs;
}

interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

function readWallClock(utcMs: number, timeZone: string): WallClock {
  const clock: WallClock = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatterOf(timeZone).formatToParts(utcMs)) {
    if (type in clock) clock[type as keyof WallClock] = Number(value);
  }
  return clock;
}

/** Making one costs a thousand times as much as using it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

function isoDate(utcMidnightMs: number): string {
  return new Date(utcMidnightMs).toISOString().slice(0, 10);
}

function weekdayOf(utcMidnightMs: number): number {
  return new Date(utcMidnightMs).getUTCDay() || 7;
}
