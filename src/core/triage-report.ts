/**
 * How right triage was, by what people made of it. A label counts as judged once a moderator or admin claimed, answered,
 * resolved or closed the ticket, or corrected one of its labels; it was right where it still stands.
 */
import type { TriageSource } from "./triage.ts";

export const REPORTED_FIELDS = ["category", "priority"] as const;
export type ReportedField = (typeof REPORTED_FIELDS)[number];

/** So many judged labels that are alike. */
export interface ReportCell {
  /** Monday of the week of the triage, as `2026-11-16`, UTC. */
  week: string;
  field: ReportedField;
  source: TriageSource;
  /** What triage said. */
  said: string;
  /** What stands now. */
  is: string;
  /** The tenth that the confidence lies in, 0 to 9; null where it said none. */
  tenth: number | null;
  count: number;
  /** Sum of the confidences. */
  confidence: number;
}

export interface Accuracy {
  n: number;
  right: number;
  /** 0 to 1. */
  accuracy: number;
}

export interface TriageReport {
  totals: (Accuracy & { field: ReportedField; source: TriageSource })[];
  /** Oldest first. */
  weeks: (Accuracy & { week: string; field: ReportedField; source: TriageSource })[];
  labels: (Accuracy & {
    field: ReportedField;
    label: string;
    source: TriageSource;
    /** Tickets that are of this label and were said to be of another. */
    missed: number;
    /** Oldest first; weeks in which it was not said are left out. */
    weeks: (Accuracy & { week: string })[];
  })[];
  /** The most frequent first. */
  confusions: { field: ReportedField; source: TriageSource; said: string; is: string; n: number }[];
  /** How often a category was right, by how sure the triage was of it. */
  calibration: (Accuracy & { source: TriageSource; from: number; to: number; meanConfidence: number })[];
}

const CONFUSIONS_MAX = 50;

export function buildTriageReport(cells: readonly ReportCell[]): TriageReport {
  return {
    totals: tally(cells, ({ field, source }) => ({ field, source })),
    weeks: tally(cells, ({ week, field, source }) => ({ week, field, source })).sort((a, b) =>
      compare(a.week, b.week),
    ),
    labels: listLabels(cells),
    confusions: listConfusions(cells),
    calibration: listCalibration(cells),
  };
}

function listLabels(cells: readonly ReportCell[]): TriageReport["labels"] {
  const missed = new Map<string, number>();
  for (const { field, source, said, is, count } of cells) {
    const key = `${field}\n${source}\n${is}`;
    if (said !== is) missed.set(key, (missed.get(key) ?? 0) + count);
  }
  const weekly = groupBy(cells, ({ field, source, said }) => `${field}\n${source}\n${said}`);
  const said = tally(cells, ({ field, source, said: label }) => ({ field, label, source }));
  return said
    .map((one) => {
      const key = `${one.field}\n${one.source}\n${one.label}`;
      const weeks = tally(weekly.get(key) ?? [], ({ week }) => ({ week }));
      return {
        ...one,
        missed: missed.get(key) ?? 0,
        weeks: weeks.sort((a, b) => compare(a.week, b.week)),
      };
    })
    .sort((a, b) => compare(a.field, b.field) || b.n - a.n || compare(a.label, b.label));
}

function listConfusions(cells: readonly ReportCell[]): TriageReport["confusions"] {
  const wrong = cells.filter(({ said, is }) => said !== is);
  return tally(wrong, ({ field, source, said, is }) => ({ field, source, said, is }))
    .map(({ field, source, said, is, n }) => ({ field, source, said, is, n }))
    .sort((a, b) => b.n - a.n || compare(a.said, b.said) || compare(a.is, b.is))
    .slice(0, CONFUSIONS_MAX);
}

function listCalibration(cells: readonly ReportCell[]): TriageReport["calibration"] {
  const sure = cells.filter(({ field, tenth }) => field === "category" && tenth !== null);
  const sums = new Map<string, number>();
  for (const { source, tenth, confidence } of sure) {
    const key = `${source}\n${tenth}`;
    sums.set(key, (sums.get(key) ?? 0) + confidence);
  }
  return tally(sure, ({ source, tenth }) => ({ source, tenth: tenth ?? 0 }))
    .sort((a, b) => compare(a.source, b.source) || a.tenth - b.tenth)
    .map(({ source, tenth, n, right, accuracy }) => ({
      source,
      from: tenth / 10,
      to: (tenth + 1) / 10,
      n,
      right,
      accuracy,
      meanConfidence: toFourPlaces((sums.get(`${source}\n${tenth}`) ?? 0) / n),
    }));
}

/** Confidences are stored in four bytes: what lies behind is noise. */
function toFourPlaces(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

/** Accuracy of the cells of each kind, in the order in which the kinds first come. */
function tally<Kind extends object>(
  cells: readonly ReportCell[],
  kindOf: (cell: ReportCell) => Kind,
): (Kind & Accuracy)[] {
  const groups = groupBy(cells, (cell) => JSON.stringify(kindOf(cell)));
  return [...groups].map(([key, some]) => {
    const n = some.reduce((sum, { count }) => sum + count, 0);
    const right = some.reduce((sum, { said, is, count }) => sum + (said === is ? count : 0), 0);
    return { ...(JSON.parse(key) as Kind), n, right, accuracy: right / n };
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
