import { expect, it } from "vitest";
import { retryDelayMs } from "./backoff.ts";

it("waits longer after each attempt, up to a bound", () => {
  const delays = Array.from({ length: 25 }, (_, attempt) => retryDelayMs(attempt, 0));
  expect(delays.every((delay, i) => i === 0 || delay >= (delays[i - 1] ?? 0))).toBe(true);
  expect(delays[0]).toBe(5000);
  expect(delays.at(-1)).toBe(2 * 3_600_000);
});

it("adds up to a quarter at random", () => {
  expect(retryDelayMs(1, 0)).toBe(20_000);
  expect(retryDelayMs(1, 0.999)).toBeGreaterThan(24_900);
  expect(retryDelayMs(1, 0.999)).toBeLessThanOrEqual(25_000);
});
