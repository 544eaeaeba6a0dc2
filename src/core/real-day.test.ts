import { expect, test } from "vitest";
import { beginsWithRealDay } from "./real-day.ts";

test("days that exist are told from those that do not", () => {
  for (const day of ["2026-11-22", "2024-02-29", "2026-11-22T10:00:00Z"])
    expect([day, beginsWithRealDay(day)]).toEqual([day, true]);
  for (const day of [
    "2026-02-30",
    "2026-02-29",
    "2026-13-01",
    "2026-00-10",
    "2026-11-221",
    "22.11.2026",
    "yesterday",
    "",
  ])
    expect([day, beginsWithRealDay(day)]).toEqual([day, false]);
});
