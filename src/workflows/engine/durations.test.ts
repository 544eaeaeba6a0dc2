import { expect, it } from "vitest";
import { END_OF_TIME, parseTimeString, resolveDueAt, resolveRetryAfter } from "./durations.ts";

const now = new Date("2026-11-22T10:00:00Z");

it.each([
  ["500ms", 500],
  ["1s", 1000],
  ["2h45m", 9_900_000],
  ["1.5h", 5_400_000],
  ["1w2d3h4m5s", 604_800_000 + 2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5000],
  ["250us", 0.25],
])("%s is %d ms", (text, ms) => expect(parseTimeString(text)).toBeCloseTo(ms, 6));

it.each(["", "5", "h", "1x", "1h ", "1h garbage", "-1h"])("%j is not a time string", (text) => {
  expect(parseTimeString(text)).toBeUndefined();
});

it("a due time is a time string from now, or an ISO date, or nothing", () => {
  expect(resolveDueAt("1h", now)).toEqual(new Date("2026-11-22T11:00:00Z"));
  expect(resolveDueAt("2027-01-01T00:00:00.000Z", now)).toEqual(new Date("2027-01-01T00:00:00Z"));
  expect(resolveDueAt("", now)).toEqual(now);
  expect(resolveDueAt("soon", now)).toBeUndefined();
});

it("a time beyond what the database holds is the end of time", () => {
  expect(resolveDueAt("999999999999w", now)).toEqual(END_OF_TIME);
  expect(resolveDueAt("+020000-01-01T00:00:00.000Z", now)).toEqual(END_OF_TIME);
});

it("Retry-After is seconds, an ISO date or an HTTP date", () => {
  expect(resolveRetryAfter("90", now)).toEqual(new Date("2026-11-22T10:01:30Z"));
  expect(resolveRetryAfter("2026-11-22T12:00:00.000Z", now)).toEqual(new Date("2026-11-22T12:00:00Z"));
  expect(resolveRetryAfter("Sun, 22 Nov 2026 12:00:00 GMT", now)).toEqual(new Date("2026-11-22T12:00:00Z"));
  expect(resolveRetryAfter("whenever", now)).toBeUndefined();
});
