import { describe, expect, it } from "vitest";
import { buildTriageReport, type ReportCell } from "./triage-report.ts";

const cell = (over: Partial<ReportCell>): ReportCell => ({
  week: "2026-11-16",
  field: "category",
  source: "local",
  said: "Network",
  is: "Network",
  tenth: 8,
  count: 1,
  confidence: 0.85 * (over.count ?? 1),
  ...over,
});

describe("buildTriageReport", () => {
  const report = buildTriageReport([
    cell({ count: 6 }),
    cell({ is: "Hardware", count: 2, tenth: 3, confidence: 0.7 }),
    cell({ week: "2026-11-09", count: 1 }),
    cell({ said: "Hardware", is: "Hardware", count: 1, tenth: null, confidence: 0 }),
    cell({ source: "gemini", count: 10 }),
    cell({ field: "priority", said: "low", is: "high", count: 4 }),
  ]);

  it("gives accuracy by field and source, never one mixed with another", () => {
    expect(report.totals).toEqual([
      { field: "category", source: "local", n: 10, right: 8, accuracy: 0.8 },
      { field: "category", source: "gemini", n: 10, right: 10, accuracy: 1 },
      { field: "priority", source: "local", n: 4, right: 0, accuracy: 0 },
    ]);
  });

  it("gives it by week, the oldest first, and for each label what was missed of it", () => {
    const local = report.weeks.filter(({ field, source }) => field === "category" && source === "local");
    expect(local.map(({ week, n, right }) => [week, n, right])).toEqual([
      ["2026-11-09", 1, 1],
      ["2026-11-16", 9, 7],
    ]);
    expect(
      report.labels.find(({ label, source }) => label === "Network" && source === "local"),
    ).toMatchObject({
      n: 9,
      right: 7,
      missed: 0,
      weeks: [
        { week: "2026-11-09", n: 1, right: 1 },
        { week: "2026-11-16", n: 8, right: 6 },
      ],
    });
    expect(report.labels.find(({ label }) => label === "Hardware")).toMatchObject({
      n: 1,
      right: 1,
      missed: 2,
    });
  });

  it("names what was taken for what, the most frequent first", () => {
    expect(report.confusions).toEqual([
      { field: "priority", source: "local", said: "low", is: "high", n: 4 },
      { field: "category", source: "local", said: "Network", is: "Hardware", n: 2 },
    ]);
  });

  it("sets confidence beside accuracy, of categories that had one", () => {
    const local = report.calibration.filter(({ source }) => source === "local");
    expect(local).toMatchObject([
      { from: 0.3, to: 0.4, n: 2, right: 0, accuracy: 0 },
      { from: 0.8, to: 0.9, n: 7, right: 7, accuracy: 1 },
    ]);
    expect(local[0]?.meanConfidence).toBeCloseTo(0.35);
    expect(local[1]?.meanConfidence).toBeCloseTo(0.85);
  });

  it("of nothing is empty", () => {
    expect(buildTriageReport([])).toEqual({
      totals: [],
      weeks: [],
      labels: [],
      confusions: [],
      calibration: [],
    });
  });
});
