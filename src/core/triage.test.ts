import { expect, it } from "vitest";
import { toPercentSure } from "./triage.ts";

it("shows a classifier's confidence as one that may be wrong, and never as none at all", () => {
  expect([1, 0.997, 0.985, 0.564, 0.004, 0].map(toPercentSure)).toEqual([99, 99, 99, 56, 1, 1]);
});
