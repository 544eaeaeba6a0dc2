import { expect, it } from "vitest";
import { nextFiring } from "./cron-times.ts";

const at = (iso: string) => new Date(iso);

it("without a zone, times are UTC", () => {
  expect(nextFiring("30 8 * * *", at("2026-11-22T08:30:00Z"))).toEqual(at("2026-11-23T08:30:00Z"));
});

it("a zone follows its daylight saving time", () => {
  const cron = "TZ=Europe/Berlin 0 9 * * 1";
  expect(nextFiring(cron, at("2026-10-19T12:00:00Z"))).toEqual(at("2026-10-26T08:00:00Z"));
  expect(nextFiring(cron, at("2026-03-23T12:00:00Z"))).toEqual(at("2026-03-30T07:00:00Z"));
});

it("each firing leads to the next, without a gap or a repeat, over a change of the clocks", () => {
  let time = at("2026-10-24T22:00:00Z");
  const hours = new Set<string>();
  for (let i = 0; i < 8; i++) {
    time = nextFiring("TZ=Europe/Berlin 0 * * * *", time) ?? time;
    hours.add(time.toISOString());
  }
  expect(hours.size).toBe(8);
  expect(time).toEqual(at("2026-10-25T06:00:00Z"));
});

it.each(["nonsense", "* * * *", "61 * * * *", "TZ=Mars/Olympus 0 9 * * *", "* * * * * *"])(
  "refuses %s",
  (cron) => {
    expect(() => nextFiring(cron, new Date(0))).toThrow();
  },
);
