import { describe, expect, it } from "vitest";
import { blend, findShares, type Judged } from "./blend.ts";

const judge = (rows: number, say: (label: number, row: number) => number[]): Judged[] =>
  Array.from({ length: rows }, (_, row) => {
    const label = row % 2;
    return { label, scores: Float32Array.from(say(label, row)) };
  });
const right = (label: number) => (label === 0 ? [2, 0] : [0, 2]);
/** Right in every other pair of rows. */
const chance = (label: number, row: number) => right(row % 4 < 2 ? label : 1 - label);

describe("the shares of several classifiers", () => {
  it("go to the one that is right, and never below nothing", () => {
    const wrong = (label: number) => right(1 - label);
    const [good = 0, idle = 0, bad = 0] = findShares([
      judge(400, right),
      judge(400, chance),
      judge(400, wrong),
    ]);
    expect(good).toBeGreaterThan(idle * 5);
    expect(idle).toBeGreaterThanOrEqual(0);
    expect(bad).toBeGreaterThanOrEqual(0);
  });

  it("do not depend on how loud each speaks", () => {
    const loud = judge(100, (label, row) => chance(label, row).map((score) => score * 50));
    const [quietShare = 0, loudShare = 0] = findShares([judge(100, chance), loud]);
    expect(loudShare * 50).toBeCloseTo(quietShare, 1);
  });

  it("are equal where there is nothing to judge by", () => {
    expect(findShares([[], []])).toEqual([0.5, 0.5]);
  });

  it("add up what each says", () => {
    const [first] = blend([judge(2, right), judge(2, () => [1, 3])], [2, 0.5]);
    expect([...(first?.scores ?? [])]).toEqual([4.5, 1.5]);
  });
});
