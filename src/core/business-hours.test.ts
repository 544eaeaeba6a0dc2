import { describe, expect, it } from "vitest";
import {
  addWorkingMinutes,
  type BusinessHours,
  countWorkingMinutes,
  isWorkingDay,
  localDate,
} from "./business-hours.ts";

function officeHours(timeZone: string, holidays: string[] = []): BusinessHours {
  const spans = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 9 * 60, toMinute: 18 * 60 }));
  return { timeZone, spans, holidays: new Set(holidays) };
}
const ALWAYS: BusinessHours = {
  timeZone: "Europe/Berlin",
  spans: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMinute: 0, toMinute: 1440 })),
  holidays: new Set(),
};

describe("addWorkingMinutes", () => {
  // [what, time zone, from, minutes, due]
  it.each([
    ["within one day", "UTC", "2026-11-23T10:00:00Z", 90, "2026-11-23T11:30:00Z"],
    ["up to the closing", "UTC", "2026-11-23T17:00:00Z", 60, "2026-11-23T18:00:00Z"],
    ["over a night", "UTC", "2026-11-23T17:30:00Z", 60, "2026-11-24T09:30:00Z"],
    ["from before the opening", "UTC", "2026-11-23T03:00:00Z", 30, "2026-11-23T09:30:00Z"],
    ["from a Sunday", "UTC", "2026-11-22T12:00:00Z", 1, "2026-11-23T09:01:00Z"],
    ["over a weekend", "UTC", "2026-11-20T17:50:00Z", 60, "2026-11-23T09:50:00Z"],
    ["over two weeks", "UTC", "2026-11-20T17:50:00Z", 10 + 10 * 540 + 1, "2026-12-07T09:01:00Z"],
    // Friday 17:50 in Berlin is 15:50 UTC in summer; Monday 09:50 there is 08:50 UTC in winter.
    ["into winter time", "Europe/Berlin", "2026-10-23T15:50:00Z", 60, "2026-10-26T08:50:00Z"],
    ["into summer time", "Europe/Berlin", "2026-03-27T16:50:00Z", 60, "2026-03-30T07:50:00Z"],
    ["into winter time in New York", "America/New_York", "2026-10-30T21:50:00Z", 60, "2026-11-02T14:50:00Z"],
    [
      "half an hour's change at Lord Howe",
      "Australia/Lord_Howe",
      "2026-04-03T06:50:00Z",
      60,
      "2026-04-05T23:20:00Z",
    ],
    [
      "ahead of UTC, on another date there",
      "Pacific/Auckland",
      "2026-11-22T19:00:00Z",
      60,
      "2026-11-22T21:00:00Z",
    ],
  ])("counts %s", (_what, timeZone, from, minutes, due) => {
    expect(addWorkingMinutes(new Date(from), minutes, officeHours(timeZone)).toISOString()).toBe(
      new Date(due).toISOString(),
    );
  });

  it("takes Friday 17:50 with an hour to go to Monday 09:50 on every weekend of ten years and in every zone", () => {
    for (const timeZone of ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo"]) {
      const hours = officeHours(timeZone);
      for (let week = 0; week < 520; week++) {
        // Somewhere on a Friday; 17:50 local is found by counting back from the closing.
        const noon = Date.UTC(2020, 0, 3, 12) + week * 7 * 86_400_000;
        const closing = addWorkingMinutes(
          new Date(noon),
          countWorkingMinutes(new Date(noon), new Date(noon + 43_200_000), hours),
          hours,
        );
        const due = addWorkingMinutes(new Date(closing.getTime() - 600_000), 60, hours);
        const shown = new Intl.DateTimeFormat("en-GB", {
          timeZone,
          weekday: "short",
          hour: "2-digit",
          minute: "2-digit",
        });
        expect(shown.format(due)).toBe("Mon 09:50");
      }
    }
  });

  it("leaves out holidays and pauses at noon", () => {
    const hours = officeHours("UTC", ["2026-12-25"]);
    expect(addWorkingMinutes(new Date("2026-12-24T17:30:00Z"), 60, hours).toISOString()).toBe(
      "2026-12-28T09:30:00.000Z",
    );
    const noon = {
      ...hours,
      spans: [
        { weekday: 1, fromMinute: 780, toMinute: 1020 },
        { weekday: 1, fromMinute: 540, toMinute: 720 },
      ],
    };
    expect(addWorkingMinutes(new Date("2026-11-23T11:30:00Z"), 60, noon).toISOString()).toBe(
      "2026-11-23T13:30:00.000Z",
    );
  });

  it("counts every minute of a day of 23 and of 25 hours where the desk never closes", () => {
    for (const from of ["2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"]) {
      const due = addWorkingMinutes(new Date(from), 48 * 60, ALWAYS);
      expect(due.getTime() - Date.parse(from)).toBe(48 * 3_600_000);
    }
  });

  it("is the start where nothing is to be counted and somebody works, else the next opening", () => {
    expect(addWorkingMinutes(new Date("2026-11-23T10:00:00Z"), 0, officeHours("UTC"))).toEqual(
      new Date("2026-11-23T10:00:00Z"),
    );
    expect(addWorkingMinutes(new Date("2026-11-22T10:00:00Z"), 0, officeHours("UTC"))).toEqual(
      new Date("2026-11-23T09:00:00Z"),
    );
  });

  it("refuses hours without an opening", () => {
    expect(() => addWorkingMinutes(new Date(0), 1, { ...ALWAYS, spans: [] })).toThrow(RangeError);
  });
});

describe("countWorkingMinutes", () => {
  it("is what addWorkingMinutes added, wherever it begins", () => {
    const hours = officeHours("Europe/Berlin", ["2026-10-28"]);
    for (let hour = 0; hour < 24 * 14; hour += 5) {
      const start = new Date(Date.UTC(2026, 9, 18, hour));
      for (const minutes of [1, 59, 540, 541, 3000]) {
        expect(countWorkingMinutes(start, addWorkingMinutes(start, minutes, hours), hours)).toBeCloseTo(
          minutes,
          6,
        );
      }
    }
  });

  it("is nothing over a weekend, and where the end is not after the start", () => {
    const hours = officeHours("UTC");
    expect(
      countWorkingMinutes(new Date("2026-11-20T18:00:00Z"), new Date("2026-11-23T09:00:00Z"), hours),
    ).toBe(0);
    expect(
      countWorkingMinutes(new Date("2026-11-23T12:00:00Z"), new Date("2026-11-23T12:00:00Z"), hours),
    ).toBe(0);
    expect(
      countWorkingMinutes(new Date("2026-11-24T12:00:00Z"), new Date("2026-11-23T12:00:00Z"), hours),
    ).toBe(0);
  });
});

describe("days", () => {
  it("are those of the desk's own time zone", () => {
    expect(localDate(new Date("2026-11-22T23:30:00Z"), "Europe/Berlin")).toBe("2026-11-23");
    expect(localDate(new Date("2026-11-22T00:30:00Z"), "America/New_York")).toBe("2026-11-21");
    expect(isWorkingDay(new Date("2026-11-22T23:30:00Z"), officeHours("Europe/Berlin"))).toBe(true);
    expect(isWorkingDay(new Date("2026-11-22T23:30:00Z"), officeHours("UTC"))).toBe(false);
    expect(isWorkingDay(new Date("2026-11-23T12:00:00Z"), officeHours("UTC", ["2026-11-23"]))).toBe(false);
  });
});
