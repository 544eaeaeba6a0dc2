import type { BusinessHours, WorkingSpan } from "../core/business-hours.ts";
import { beginsWithRealDay } from "../core/real-day.ts";
import { canonicalTimeZone, parseWorkingSpans } from "../core/working-hours.ts";
import { quote, type SettingsReader } from "./settings-reader.ts";

const DEFAULT_HOURS = "Mon-Fri 09:00-18:00";
const HOURS_FIX = "Example: Mon-Thu 09:00-12:00, Mon-Thu 13:00-18:00, Fri 09:00-15:00; or 24/7.";

/** When somebody is at work: what service levels and the morning digest go by. */
export function readBusinessHours(reader: SettingsReader): BusinessHours {
  return {
    timeZone: readTimeZone(reader),
    spans: readSpans(reader),
    holidays: new Set(readHolidays(reader)),
  };
}

function readTimeZone(reader: SettingsReader): string {
  const name = reader.textOr("BUSINESS_TIME_ZONE", "UTC");
  const timeZone = canonicalTimeZone(name);
  if (timeZone !== null) return timeZone;
  reader.report(
    "BUSINESS_TIME_ZONE",
    `${quote(name)} is not the name of a time zone.`,
    "Example: Europe/Berlin",
  );
  return "UTC";
}

function readSpans(reader: SettingsReader): WorkingSpan[] {
  const text = reader.textOr("BUSINESS_HOURS", DEFAULT_HOURS);
  const spans = parseWorkingSpans(text);
  if (typeof spans !== "string") return spans;
  const why =
    spans === "malformed"
      ? `${quote(text)} is not a list of days and hours.`
      : "two of its openings overlap.";
  reader.report("BUSINESS_HOURS", why, HOURS_FIX);
  return [];
}

function readHolidays(reader: SettingsReader): string[] {
  const dates = reader.list("BUSINESS_HOLIDAYS");
  const wrong = dates.find((date) => date.length !== 10 || !beginsWithRealDay(date));
  if (wrong !== undefined) {
    reader.report(
      "BUSINESS_HOLIDAYS",
      `${quote(wrong)} is not a date that exists.`,
      "Example: 2026-12-25, 2026-12-26",
    );
  }
  return dates;
}
