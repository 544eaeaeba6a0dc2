import { InvalidArgumentError } from "commander";
import { beginsWithRealDay } from "../core/real-day.ts";

const FIX = "Give a day such as 2026-11-01, or a time with its zone such as 2026-11-01T09:00:00Z.";

/** A day (from midnight UTC on) or a time, as an option of a command. Throws InvalidArgumentError with what to give. */
export function parseDateOption(value: string): Date {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(value))
    throw new InvalidArgumentError(`It is no date. ${FIX}`);
  if (!beginsWithRealDay(value)) throw new InvalidArgumentError(`That day does not exist. ${FIX}`);
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError(`That time does not exist. ${FIX}`);
  return date;
}
