/** The report of triage over a time. */
import { AppError } from "../core/errors.ts";
import { buildSkillFigures, type SkillFigures } from "../core/skill-figures.ts";
import type { TriageSource } from "../core/triage.ts";
import { buildTriageReport, type TriageReport } from "../core/triage-report.ts";
import type { Sql } from "../db/client.ts";
import { readReportCells, readSkillCells } from "../db/triage-report.ts";

const DAY_MS = 86_400_000;
const DAYS = 84;
const DAYS_MAX = 366;

export interface ReportRange {
  /** Null: twelve weeks before `to`. */
  from: Date | null;
  /** Not included. Null: now. */
  to: Date | null;
  source: TriageSource | null;
}

/** Rejects with `invalid` where the time is none, or longer than a year. */
export async function readTriageReport(
  sql: Sql,
  range: ReportRange,
  now: Date,
): Promise<TriageReport & { from: Date; to: Date; skills: SkillFigures }> {
  const to = range.to ?? now;
  const from = range.from ?? new Date(to.getTime() - DAYS * DAY_MS);
  if (from >= to)
    throw new AppError("invalid", "The report's time ends before it begins: from must lie before to.");
  if (to.getTime() - from.getTime() > DAYS_MAX * DAY_MS) {
    throw new AppError("invalid", `A report covers ${DAYS_MAX} days at most: ask for a part.`);
  }
  const time = { from, to, source: range.source };
  const report = buildTriageReport(await readReportCells(sql, time));
  return { from, to, ...report, skills: buildSkillFigures(await readSkillCells(sql, time)) };
}
