import { describe, expect, it } from "vitest";
import { loadConfig } from "../config.ts";
import { ConfigError, type Environment } from "./settings-reader.ts";

function problemsOf(env: Environment): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key }) => key);
  }
}

describe("business hours", () => {
  it("are Monday to Friday, nine to six, in UTC unless they are set", () => {
    const { hours } = loadConfig({}).policies;
    expect(hours.timeZone).toBe("UTC");
    expect(hours.spans).toHaveLength(5);
    expect(hours.spans[0]).toEqual({ weekday: 1, fromMinute: 540, toMinute: 1080 });
  });

  it("can be several a day, over the end of the week, and around the clock", () => {
    const read = (text: string) => loadConfig({ BUSINESS_HOURS: text }).policies.hours.spans;
    expect(read("Mon 09:00-12:00, mon  13:00-17:30")).toEqual([
      { weekday: 1, fromMinute: 540, toMinute: 720 },
      { weekday: 1, fromMinute: 780, toMinute: 1050 },
    ]);
    expect(read("Sat-Mon 22:00-24:00").map(({ weekday }) => weekday)).toEqual([6, 7, 1]);
    expect(read("24/7")).toHaveLength(7);
  });

  it.each([
    "Mon",
    "Mon 9-17",
    "Mon 18:00-09:00",
    "Mon 09:00-25:00",
    "Mon 09:60-10:00",
    "Xyz 09:00-10:00",
    "Mon 09:00-12:00, Mon 11:00-13:00",
  ])("are refused as %s", (text) => expect(problemsOf({ BUSINESS_HOURS: text })).toEqual(["BUSINESS_HOURS"]));

  it("name a time zone and holidays that exist", () => {
    expect(problemsOf({ BUSINESS_TIME_ZONE: "Europe/Nowhere", BUSINESS_HOLIDAYS: "2026-02-30" })).toEqual([
      "BUSINESS_TIME_ZONE",
      "BUSINESS_HOLIDAYS",
    ]);
    const { hours } = loadConfig({
      BUSINESS_TIME_ZONE: "Europe/Berlin",
      BUSINESS_HOLIDAYS: "2026-12-25, 2026-12-26",
    }).policies;
    expect(hours.timeZone).toBe("Europe/Berlin");
    expect([...hours.holidays]).toEqual(["2026-12-25", "2026-12-26"]);
  });
});

describe("service levels", () => {
  it("are off until a target is set", () => {
    expect(loadConfig({}).policies.serviceLevels).toBeNull();
    expect(loadConfig({ SLA_ANSWER: "high 1h, medium 90m" }).policies.serviceLevels).toMatchObject({
      answer: { high: 60, medium: 90 },
      resolve: {},
      remindBeforeMinutes: 30,
    });
  });

  it.each(["urgent 1h", "high", "high 1d", "high 0m", "high 1h 2h", "high 1h, high 2h"])(
    "are refused as %s",
    (text) => expect(problemsOf({ SLA_RESOLVE: text })).toEqual(["SLA_RESOLVE"]),
  );
});

describe("the other policies", () => {
  it("warn before they close", () => {
    expect(problemsOf({ CLOSE_WAITING_DAYS: "3", CLOSE_WARNING_DAYS: "3" })).toEqual(["CLOSE_WARNING_DAYS"]);
    expect(problemsOf({ CLOSE_WAITING_DAYS: "4", CLOSE_WARNING_DAYS: "3" })).toEqual([]);
  });

  it("close what is resolved after two weeks, and do nothing else unless they are set", () => {
    expect(loadConfig({}).policies).toMatchObject({
      closing: { waitingDays: 0, warningDays: 3, resolvedDays: 14 },
      retention: { rawDays: 0, runDays: 30 },
      digestAt: null,
    });
    expect(loadConfig({ DIGEST_AT: "08:05" }).policies.digestAt).toEqual({ hour: 8, minute: 5 });
    expect(
      problemsOf({ DIGEST_AT: "8 o'clock", CLOSE_WAITING_DAYS: "-1", SLA_REMIND_BEFORE: "soon" }).sort(),
    ).toEqual(["CLOSE_WAITING_DAYS", "DIGEST_AT", "SLA_REMIND_BEFORE"]);
  });
});
