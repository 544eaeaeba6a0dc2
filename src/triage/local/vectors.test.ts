import { describe, expect, it } from "vitest";
import { countFeatures, GROUP_CHARACTER, GROUP_LETTERS, groupOf } from "./features.ts";
import { buildVocabulary, toVector } from "./vectors.ts";

/** How much of the squared length of a text's vector is of one group. */
function readShare(text: string, group: number): number {
  const counts = countFeatures({ title: "", text });
  const vocabulary = buildVocabulary([counts], 10_000, { titleWeight: 1, rarity: 1 });
  const { ids, values } = toVector(counts, vocabulary);
  const square = (isWanted: (key: number) => boolean) =>
    ids.reduce((sum, id, i) => {
      return isWanted(vocabulary.keys[id] as number) ? sum + (values[i] as number) ** 2 : sum;
    }, 0);
  return square((key) => groupOf(key) === group) / square(() => true);
}

describe("a vector", () => {
  it("gives a product name in a Chinese text no more say than it has room there", () => {
    const text = "我昨天收到的发票金额不对请帮我检查一下谢谢 VPN";
    expect(readShare(text, GROUP_LETTERS)).toBeLessThan(0.1);
    expect(readShare(text, GROUP_CHARACTER)).toBeGreaterThan(0.3);
    expect(readShare("the invoice is wrong", GROUP_LETTERS)).toBeGreaterThan(0.3);
  });
});
