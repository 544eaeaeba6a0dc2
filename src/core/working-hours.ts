/** Days and hours of work as people write them: `Mon-Thu 09:00-17:00, Fri 09:00-15:00`, or `24/7`. */
import { type BusinessHours, countWorkingMinutes, type WorkingSpan } from "./business-hours.ts";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const SPAN = /^([a-z]{3})(?:-([a-z]{3}))? (\d{2}):(\d{2})-(\d{2}):(\d{2})$/;

/** The openings, or why there are none: it is no list of days and hours, or two of them overlap. */
export function parseWorkingSpans(text: string): WorkingSpan[] | "malformed" | "overlapping" {
  const folded = text.trim().toLowerCase();
  const parts = folded === "24/7" ? ["mon-sun 00:00-24:00"] : folded.split(",");
  const spans = parts.map((part) => parseSpans(part.trim().replace(/\s+/g, " ")));
  if (spans.includes(null)) return "malformed";
  const all = spans.flatMap((some) => some ?? []);
  return hasOverlap(all) ? "overlapping" : all;
}

/** Somebody's own hours; null where the time zone or the hours cannot be read. */
export function parseWorkingHours(timeZone: string, text: string): BusinessHours | null {
  const spans = parseWorkingSpans(text);
  const zone = canonicalTimeZone(timeZone);
  return zone === null || typeof spans === "string" ? null : { timeZone: zone, spans, holidays: new Set() };
}

/** The IANA name as the system spells it, or null where it knows no such zone. */
export function canonicalTimeZone(timeZone: string): string | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

/** Opening times count from their first moment up to their last, which is out. */
export function isWithinHours(moment: Date, hours: BusinessHours): boolean {
  return countWorkingMinutes(moment, new Date(moment.getTime() + 1), hours) > 0;
}

/** `Fri-Mon 22:00-24:00` is Friday to Monday, over the end of the week. Null where it is nothing of the kind. */
function parseSpans(text: string): WorkingSpan[] | null {
  const [, first = "", last = first, fromHour, fromMinutes, toHour, toMinutes] = SPAN.exec(text) ?? [];
  const firstDay = WEEKDAYS.indexOf(first);
  const lastDay = WEEKDAYS.indexOf(last);
  const fromMinute = minuteOfDay(fromHour, fromMinutes);
  const toMinute = minuteOfDay(toHour, toMinutes);
  if (firstDay < 0 || lastDay < 0 || fromMinute === null || toMinute === null || fromMinute >= toMinute)
    return null;
  const days = ((lastDay - firstDay + 7) % 7) + 1;
  return Array.from({ length: days }, (_, index) => ({
    weekday: ((firstDay + index) % 7) + 1,
    fromMinute,
    toMinute,
  }));
}

function minuteOfDay(hour: string | undefined, minute: string | undefined): number | null {
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= 1440 ? minutes : null;
}

function hasOverlap(spans: WorkingSpan[]): boolean {
  return spans.some((one, index) =>
    spans
      .slice(index + 1)
      .some(
        (two) =>
          one.weekday === two.weekday && one.fromMinute < two.toMinute && two.fromMinute < one.toMinute,
      ),
  );
}
