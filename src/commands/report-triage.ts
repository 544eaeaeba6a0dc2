import type { SkillCounts, SkillFigures } from "../core/skill-figures.ts";
import type { TriageSource } from "../core/triage.ts";
import type { Accuracy, TriageReport } from "../core/triage-report.ts";
import { readTriageReport } from "../desk/read-triage-report.ts";
import { openDatabase } from "../runtime/open-database.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";

export interface ReportOptions {
  json: boolean;
  from: Date | null;
  to: Date | null;
  source: TriageSource | null;
}

/** `deskhand report triage`: accuracy by week, category and source, what was taken for what, and calibration. */
export async function reportTriage(context: CommandContext, options: ReportOptions): Promise<number> {
  const { json, ...range } = options;
  const config = readConfig(context);
  const log = createCommandLog(context);
  const database = await openDatabase(config, { role: "command", log, connectionsMax: 2 });
  try {
    const report = await readTriageReport(database.sql, range, new Date());
    context.print(json ? JSON.stringify(report) : describeReport(report));
    return EXIT.done;
  } finally {
    await database.close();
  }
}

const BAR_WIDTH = 30;
const NAME_WIDTH = 26;
const CONFUSIONS_SHOWN = 10;
const SKILLS_SHOWN = 20;

/** For a terminal of 80 columns: one line each, a bar as long as the share that was right. */
export function describeReport(
  report: TriageReport & { from: Date; to: Date; skills: SkillFigures },
): string {
  const { from, to, totals, weeks, labels, confusions, calibration, skills } = report;
  const span = `${from.toISOString().slice(0, 10)} to ${to.toISOString().slice(0, 10)}`;
  if (totals.length === 0) {
    return `Triage, ${span}: nothing to judge by. A label counts once somebody claimed, answered or resolved its ticket.`;
  }
  const sections = [
    section(`Triage, ${span}`, totals, ({ field, source }) => `${field} by ${source}`),
    section("By week", weeks, ({ week, field, source }) => `${week} ${field} ${source}`),
    section("By label", labels, ({ label, source }) => `${label} (${source})`),
    section(
      "Categories by confidence",
      calibration,
      ({ source, from: low, to: high }) => `${low.toFixed(1)} to ${high.toFixed(1)} (${source})`,
    ),
  ];
  sections.push(describeSkills(skills));
  if (confusions.length > 0) {
    const lines = confusions
      .slice(0, CONFUSIONS_SHOWN)
      .map(
        ({ n, said, is, source }) =>
          `  ${String(n).padStart(5)}  ${oneLine(said)}, which is ${oneLine(is)} (${source})`,
      );
    sections.push(["Said, and corrected", ...lines].join("\n"));
  }
  return sections.filter((text) => text !== "").join("\n\n");
}

function describeSkills({ totals, perSkill }: SkillFigures): string {
  const line = (name: string, { given, kept, added, precision, recall }: SkillCounts) =>
    `  ${cut(oneLine(name))} ${percent(precision)} of ${given} given stand, ${percent(recall)} of ${kept + added} needed were given`;
  const known = totals.filter(({ given, added }) => given + added > 0);
  if (known.length === 0) return "";
  const lines = [
    ...known.map((one) => line(`all, by ${one.source}`, one)),
    ...perSkill.slice(0, SKILLS_SHOWN).map((one) => line(`${one.skill} (${one.source})`, one)),
  ];
  return ["Skills", ...lines].join("\n");
}

function percent(share: number | null): string {
  return (share === null ? "–" : `${(share * 100).toFixed(0)}%`).padStart(4);
}

function section<One extends Accuracy>(
  title: string,
  rows: readonly One[],
  name: (row: One) => string,
): string {
  if (rows.length === 0) return "";
  const lines = rows.map((row) => {
    return `  ${cut(oneLine(name(row)))} ${bar(row.accuracy)} ${percent(row.accuracy)}  ${row.right} of ${row.n}`;
  });
  return [title, ...lines].join("\n");
}

function bar(share: number): string {
  const filled = Math.round(share * BAR_WIDTH);
  return `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)}`;
}

/** Names come from the desk's lists: whatever they hold, a line stays a line. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
}

function cut(text: string): string {
  const characters = Array.from(text);
  const shown = characters.length > NAME_WIDTH ? [...characters.slice(0, NAME_WIDTH - 1), "…"] : characters;
  return shown.join("").padEnd(NAME_WIDTH);
}
