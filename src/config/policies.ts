import type { BusinessHours } from "../core/business-hours.ts";
import type { ServiceLevels } from "../core/sla.ts";
import { PRIORITIES } from "../core/ticket.ts";
import type { Policies } from "../workflows/policies.ts";
import { readBusinessHours } from "./business-hours.ts";
import { quote, type SettingsReader } from "./settings-reader.ts";

const UNIT_MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60 };
const DURATION = /^(\d{1,5})(m|h)$/;
const TARGETS_FIX = "Working time for each priority. Example: high 1h, medium 4h, low 12h";

/** What the desk does by itself as time passes. Nothing of it is on until it is set, but closing what is resolved. */
export function readPolicies(reader: SettingsReader): Policies {
  const hours = readBusinessHours(reader);
  return {
    hours,
    serviceLevels: readServiceLevels(reader, hours),
    closing: readClosing(reader),
    retention: {
      rawDays: reader.integer("RETENTION_RAW_DAYS", { fallback: 0, min: 0, max: 36_500 }),
      runDays: reader.integer("RETENTION_RUN_DAYS", { fallback: 30, min: 1, max: 3650 }),
    },
    retriagePerMinute: reader.integer("GEMINI_RETRIAGE_PER_MINUTE", { fallback: 120, min: 1, max: 6000 }),
    awayHandoverHours: reader.integer("AWAY_HANDOVER_HOURS", { fallback: 0, min: 0, max: 8760 }),
    digestAt: readDigestTime(reader),
  };
}

function readClosing(reader: SettingsReader): Policies["closing"] {
  const waitingDays = reader.integer("CLOSE_WAITING_DAYS", { fallback: 0, min: 0, max: 3650 });
  const warningDays = reader.integer("CLOSE_WARNING_DAYS", { fallback: 3, min: 1, max: 365 });
  const resolvedDays = reader.integer("CLOSE_RESOLVED_DAYS", { fallback: 14, min: 0, max: 3650 });
  if (waitingDays > 0 && warningDays >= waitingDays) {
    reader.report(
      "CLOSE_WARNING_DAYS",
      `a warning ${warningDays} days before cannot come within the ${waitingDays} days of CLOSE_WAITING_DAYS.`,
      "Set it below CLOSE_WAITING_DAYS.",
    );
  }
  return { waitingDays, warningDays, resolvedDays };
}

function readServiceLevels(reader: SettingsReader, hours: BusinessHours): ServiceLevels | null {
  const answer = readTargets(reader, "SLA_ANSWER");
  const resolve = readTargets(reader, "SLA_RESOLVE");
  const remindBefore = reader.textOr("SLA_REMIND_BEFORE", "30m");
  const remindBeforeMinutes = parseDuration(remindBefore);
  if (remindBeforeMinutes === null) {
    reader.report(
      "SLA_REMIND_BEFORE",
      `${quote(remindBefore)} is not a time in minutes or hours.`,
      "Example: 30m",
    );
  }
  if (answer === null && resolve === null) return null;
  return {
    hours,
    answer: answer ?? {},
    resolve: resolve ?? {},
    remindBeforeMinutes: remindBeforeMinutes ?? 0,
  };
}

function readTargets(reader: SettingsReader, key: string): ServiceLevels["answer"] | null {
  const text = reader.text(key);
  if (text === null) return null;
  const targets: ServiceLevels["answer"] = {};
  for (const part of text.toLowerCase().split(",")) {
    const [name, duration = "", ...more] = part.trim().split(/[\s=:]+/);
    const priority = PRIORITIES.find((one) => one === name);
    const minutes = parseDuration(duration);
    if (priority === undefined || minutes === null || minutes === 0 || more.length > 0) {
      reader.report(key, `${quote(part.trim())} is not a priority with a time.`, TARGETS_FIX);
      return null;
    }
    if (targets[priority] !== undefined) {
      reader.report(key, `it has two times for ${priority}.`, TARGETS_FIX);
      return null;
    }
    targets[priority] = minutes;
  }
  return targets;
}

function parseDuration(text: string): number | null {
  const [, amount, unit = ""] = DURATION.exec(text) ?? [];
  const minutes = UNIT_MINUTES[unit];
  return amount === undefined || minutes === undefined ? null : Number(amount) * minutes;
}

function readDigestTime(reader: SettingsReader): { hour: number; minute: number } | null {
  const text = reader.text("DIGEST_AT");
  if (text === null) return null;
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour !== undefined && minute !== undefined) return { hour: Number(hour), minute: Number(minute) };
  reader.report("DIGEST_AT", `${quote(text)} is not a time of the day.`, "Example: 08:30");
  return null;
}
