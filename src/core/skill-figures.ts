/**
 * How right triage was about skills: of those that it gave, how many stand (precision); of those that stand, how many it
 * had given (recall). A ticket counts as for the other labels: once somebody acted on it.
 */
import { normaliseSkill } from "./skills.ts";
import type { TriageSource } from "./triage.ts";

/** So many judged tickets that are alike. */
export interface SkillCell {
  source: TriageSource;
  /** What triage said. */
  said: readonly string[];
  /** What stands now. */
  is: readonly string[];
  count: number;
}

export interface SkillCounts {
  /** How often triage gave it. */
  given: number;
  /** Of these, how often it stands. */
  kept: number;
  /** How often it stands and triage had not given it. */
  added: number;
  /** kept ÷ given, 0 to 1; null where none was given. */
  precision: number | null;
  /** kept ÷ (kept + added), 0 to 1; null where none stands. */
  recall: number | null;
}

export interface SkillFigures {
  totals: (SkillCounts & {
    source: TriageSource;
    /** Judged tickets, and those of them whose skills stand exactly as triage gave them. */
    tickets: number;
    right: number;
  })[];
  /** By source, the most frequent first. */
  perSkill: (SkillCounts & { source: TriageSource; skill: string })[];
}

const SKILLS_MAX = 200;

interface Tally {
  given: number;
  kept: number;
  added: number;
}

export function buildSkillFigures(cells: readonly SkillCell[]): SkillFigures {
  const totals = new Map<TriageSource, Tally & { tickets: number; right: number }>();
  const perSkill = new Map<string, Tally & { source: TriageSource; skill: string }>();
  for (const { source, said, is, count } of cells) {
    const total = totals.get(source) ?? { tickets: 0, right: 0, given: 0, kept: 0, added: 0 };
    totals.set(source, total);
    const [before, now] = [indexSkills(said), indexSkills(is)];
    for (const [key, skill] of new Map([...before, ...now])) {
      const id = `${source} ${key}`;
      const one = perSkill.get(id) ?? { source, skill, given: 0, kept: 0, added: 0 };
      perSkill.set(id, one);
      for (const tally of [total, one]) {
        if (before.has(key)) tally.given += count;
        if (before.has(key) && now.has(key)) tally.kept += count;
        if (!before.has(key)) tally.added += count;
      }
    }
    total.tickets += count;
    if (before.size === now.size && [...before.keys()].every((key) => now.has(key))) total.right += count;
  }
  return {
    totals: [...totals].map(([source, tally]) => ({ source, ...tally, ...rate(tally) })),
    perSkill: [...perSkill.values()]
      .map((tally) => ({ ...tally, ...rate(tally) }))
      .sort((a, b) => weigh(b) - weigh(a) || compare(a.skill, b.skill) || compare(a.source, b.source))
      .slice(0, SKILLS_MAX),
  };
}

/** Each skill once, by the name that it is compared by. */
function indexSkills(names: readonly string[]): Map<string, string> {
  return new Map(
    names.map((name): [string, string] => [normaliseSkill(name), name]).filter(([key]) => key !== ""),
  );
}

function rate({ given, kept, added }: Tally): Pick<SkillCounts, "precision" | "recall"> {
  return {
    precision: given === 0 ? null : kept / given,
    recall: kept + added === 0 ? null : kept / (kept + added),
  };
}

function weigh({ given, added }: Tally): number {
  return given + added;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
