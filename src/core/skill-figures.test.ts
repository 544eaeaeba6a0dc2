import { describe, expect, it } from "vitest";
import { buildSkillFigures, type SkillCell } from "./skill-figures.ts";

const cell = (said: string[], is: string[], over: Partial<SkillCell> = {}): SkillCell => ({
  source: "local",
  said,
  is,
  count: 1,
  ...over,
});

describe("buildSkillFigures", () => {
  it("counts what stands of what was given, and what was missing, by source and skill", () => {
    const { totals, perSkill } = buildSkillFigures([
      cell(["VPN"], ["VPN"], { count: 6 }),
      cell(["VPN", "Linux"], ["Linux"], { count: 2 }),
      cell([], ["SQL"]),
      cell([], []),
      cell(["VPN"], ["VPN"], { source: "gemini", count: 3 }),
    ]);
    expect(totals).toEqual([
      { source: "local", tickets: 10, right: 7, given: 10, kept: 8, added: 1, precision: 0.8, recall: 8 / 9 },
      { source: "gemini", tickets: 3, right: 3, given: 3, kept: 3, added: 0, precision: 1, recall: 1 },
    ]);
    expect(perSkill).toEqual([
      { source: "local", skill: "VPN", given: 8, kept: 6, added: 0, precision: 0.75, recall: 1 },
      { source: "gemini", skill: "VPN", given: 3, kept: 3, added: 0, precision: 1, recall: 1 },
      { source: "local", skill: "Linux", given: 2, kept: 2, added: 0, precision: 1, recall: 1 },
      { source: "local", skill: "SQL", given: 0, kept: 0, added: 1, precision: null, recall: 0 },
    ]);
  });

  it("says nothing where there is nothing: no share of none", () => {
    expect(buildSkillFigures([])).toEqual({ totals: [], perSkill: [] });
    expect(buildSkillFigures([cell([], [])]).totals).toMatchObject([
      { right: 1, precision: null, recall: null },
    ]);
    expect(buildSkillFigures([cell(["VPN"], [])]).totals).toMatchObject([{ precision: 0, recall: null }]);
  });

  it("takes spellings of one skill for one, and C for no C++", () => {
    const { totals } = buildSkillFigures([cell(["React.js", "C++"], ["ReactJS", "C"])]);
    expect(totals).toMatchObject([{ given: 2, kept: 1, added: 1, right: 0 }]);
  });
});
