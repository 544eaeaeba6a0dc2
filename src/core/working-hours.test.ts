import { describe, expect, it } from "vitest";
import { canonicalTimeZone, isWithinHours, parseWorkingHours, parseWorkingSpans } from "./working-hours.ts";

describe("parseWorkingSpans", () => {
  it("reads days, ranges over the end of the week, and 24/7", () => {
    expect(parseWorkingSpans("Fri-Mon 22:00-24:00")).toEqual(
      [5, 6, 7, 1].map((weekday) => ({ weekday, fromMinute: 1320, toMinute: 1440 })),
    );
    expect(parseWorkingSpans(" 24/7 ")).toHaveLength(7);
  });

  it.each([
    "",
    "9-5",
    "Mon 17:00-09:00",
    "Mon 09:00-25:00",
    "Mon 09:60-10:00",
    "Mon 09:00-17:00;Tue 09:00-17:00",
  ])("refuses «%s»", (text) => {
    expect(parseWorkingSpans(text)).toBe("malformed");
  });

  it("refuses openings that overlap", () => {
    expect(parseWorkingSpans("Mon-Fri 09:00-12:00, Wed 11:00-13:00")).toBe("overlapping");
  });
});

describe("isWithinHours", () => {
  const berlin = parseWorkingHours("Europe/Berlin", "Mon-Fri 09:00-17:00");
  const at = (time: string) => berlin !== null && isWithinHours(new Date(time), berlin);

  it("goes by the person's own clock, from the first moment up to the last, which is out", () => {
    expect(at("2026-11-23T07:59:59.999Z")).toBe(false);
    expect(at("2026-11-23T08:00:00.000Z")).toBe(true);
    expect(at("2026-11-23T15:59:59.999Z")).toBe(true);
    expect(at("2026-11-23T16:00:00.000Z")).toBe(false);
    expect(at("2026-11-22T10:00:00.000Z")).toBe(false);
  });

  it("moves with daylight-saving time", () => {
    expect(at("2026-07-06T07:00:00.000Z")).toBe(true);
    expect(at("2026-07-06T15:00:00.000Z")).toBe(false);
  });

  it("knows a night shift of two days", () => {
    const night = parseWorkingHours("America/New_York", "Mon 22:00-24:00, Tue 00:00-06:00");
    expect(night && isWithinHours(new Date("2026-11-24T04:59:59Z"), night)).toBe(true);
    expect(night && isWithinHours(new Date("2026-11-24T05:00:00Z"), night)).toBe(true);
    expect(night && isWithinHours(new Date("2026-11-24T11:00:00Z"), night)).toBe(false);
  });
});

it("knows which time zones there are", () => {
  expect(canonicalTimeZone("europe/berlin")).toBe("Europe/Berlin");
  expect(canonicalTimeZone("Middle/Earth")).toBeNull();
  expect(parseWorkingHours("Middle/Earth", "24/7")).toBeNull();
});
