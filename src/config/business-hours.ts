import type { BusinessHours, WorkingSpan } from "../core/business-hours.ts";
import type { SettingsReader } from "./settings-reader.ts";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DEFAULT_HOURS = "Mon-Fri 09:00-18:00";
const HOURS_FIX = "Example: Mon-Thu 09:00-12:00, Mon-Thu 13:00-18:00, Fri 09:00-15:00; or 24/7.";
const SPAN = /^([a-z]{3})(?:-([a-z]{3}))? (\d{2}):(\d{2})-(\d{2}):(\d{2})$/;

/** When somebody is at work: what service levels and the morning digest go by. */
export function readBusinessHours(reader: SettingsReader): BusinessHours {
  return {
    timeZone: readTimeZone(reader),
    spans: readSpans(reader),
    holidays: new Set(readHolidays(reader)),
  };
}

function readTimeZone(reader: SettingsReader): string {
  const timeZone = reader.text("BUSINESS_TIME_ZONE") ?? "UTC";
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone }).resolvedOptions().timeZone;
  } catch {
    reader.report("BUSINESS_TIME_ZONE", "it is not the name of a time zone.", "Example: Europe/Berlin");
    return "UTC";
  }
}

function readSpans(reader: SettingsReader): WorkingSpan[] {
  const text = (reader.text("BUSINESS_HOURS") ?? DEFAULT_HOURS).toLowerCase();
  const parts = text === "24/7" ? ["mon-sun 00:00-24:00"] : text.split(",");
  const spans = parts.map((part) => parseSpans(part.trim().replace(/\s+/g, " ")));
  if (spans.includes(null)) {
    reader.report("BUSINESS_HOURS", "it is not a list of days and hours.", HOURS_FIX);
    return [];
  }
  const all = spans.flatMap((some) => some ?? []);
  if (hasOverlap(all)) reader.report("BUSINESS_HOURS", "two of its openings overlap.", HOURS_FIX);
  return all;
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

function readHolidays(reader: SettingsReader): string[] {
  const dates = reader.list("BUSINESS_HOLIDAYS");
  const wrong = dates.find((date) => !isDate(date));
  if (wrong !== undefined) {
    reader.report("BUSINESS_HOLIDAYS", `${wrong} is not a date.`, "Example: 2026-12-25, 2026-12-26");
  }
  return dates;
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
  );
}
