import { describe, expect, it } from "vitest";
import { countFeatures } from "./features.ts";
import { addMember, MEMBERS, viewRows } from "./members.ts";
import { predict } from "./model.ts";
import { createRandom, descend, type Fit, type Row, score } from "./softmax.ts";
import { trainModel } from "./train.ts";
import { buildVocabulary, toVector } from "./vectors.ts";

const document = (text: string) => ({ title: "", text });

describe("the members of a model", () => {
  it("are one table of weights, which says what they say together", () => {
    const texts = [
      "the printer jams",
      "paper jams again",
      "请重置密码 VPN",
      "password forgotten",
      "neues Passwort nötig",
    ];
    const counted = texts.map((text) => countFeatures(document(text)));
    const vocabulary = buildVocabulary(counted, 10_000, { titleWeight: 2, rarity: 1 });
    const rows = counted.map((counts, i): Row => {
      return { vector: toVector(counts, vocabulary), label: i < 2 ? 0 : 1, weight: 1 };
    });
    const shape = { features: vocabulary.keys.length, labels: 2 };
    const whole: Fit = { weights: new Float32Array(shape.features * 2), bias: new Float32Array(2) };
    const wanted = rows.map(() => [0, 0]);
    for (const [m, member] of MEMBERS.entries()) {
      const viewed = viewRows(rows, member, vocabulary);
      const fit = descend(viewed, shape, { cost: member.cost });
      addMember(whole, fit, member, m + 1, vocabulary);
      viewed.forEach(({ vector }, i) => {
        const own = new Float32Array(2);
        score(vector, fit.weights, fit.bias, 1, own);
        wanted[i] = (wanted[i] ?? []).map((sum, c) => sum + (m + 1) * (own[c] as number));
      });
    }
    rows.forEach(({ vector }, i) => {
      const together = new Float32Array(2);
      score(vector, whole.weights, whole.bias, 1, together);
      expect(together[0]).toBeCloseTo(wanted[i]?.[0] ?? 0, 3);
      expect(together[1]).toBeCloseTo(wanted[i]?.[1] ?? 0, 3);
    });
  });

  it("believe a lone example without letting its numbers run away", () => {
    const examples = ["apple fruit", "pear fruit", "hammer tool", "nail tool"].map((words) => {
      const [text = "", label = ""] = words.split(" ");
      return { ...document(text), label };
    });
    const model = trainModel(examples);
    expect(model.weights.every(Number.isFinite)).toBe(true);
    expect(predict(model, document("apple"))[0]?.label).toBe("fruit");
  });
});

/** Half of the rows to learn from, half to test on; the share that is right. */
function measure(
  write: (label: number, random: () => number) => string,
  labels: number,
  rows: number,
): number {
  const random = createRandom(11);
  const all = Array.from({ length: rows }, (_, i) => {
    const label = i % labels;
    return { ...document(write(label, random)), label: String(label) };
  });
  const model = trainModel(all.slice(0, rows / 2));
  const tested = all.slice(rows / 2);
  return tested.filter((one) => predict(model, one)[0]?.label === one.label).length / tested.length;
}

const SYLLABLES = ["ba", "co", "di", "fu", "ge", "ha", "ki", "lo", "mu", "na", "pe", "ri"];
const pick = (random: () => number) => SYLLABLES[Math.floor(random() * SYLLABLES.length)] as string;

describe("a model tells apart", () => {
  it("what only pairs of words tell apart, as in languages that write each syllable by itself", () => {
    const PAIRS = ["ba co", "co ba", "di fu", "fu di"];
    const write = (label: number, random: () => number) =>
      `${pick(random)} ${pick(random)} ${PAIRS[label]} ${pick(random)}`;
    expect(measure(write, 4, 240)).toBeGreaterThan(0.8);
  });

  it("what only parts of long words tell apart", () => {
    const STEMS = ["drucker", "netzwerk", "rechnung", "passwort"];
    const write = (label: number, random: () => number) =>
      `${pick(random)}${pick(random)}${STEMS[label]}${pick(random)}${pick(random)} ${pick(random)}${pick(random)}${pick(random)}`;
    expect(measure(write, 4, 80)).toBeGreaterThan(0.9);
  });

  it("Chinese texts by their characters, whatever product names stand in them", () => {
    const SUBJECTS = ["退款", "密码", "网络", "打印"];
    const FILL = "我你他们的是在有不了人这中大来上个国到说时要就出会可也对生能而子那得于着下自之年";
    const PRODUCTS = ["Phone", "Windows", "Outlook", "Teams", "Router"];
    const character = (random: () => number) => FILL[Math.floor(random() * FILL.length)] as string;
    const some = (count: number, random: () => number) =>
      Array.from({ length: count }, () => character(random)).join("");
    const write = (label: number, random: () => number) =>
      `${some(4, random)}${SUBJECTS[label]}${some(4, random)} ${PRODUCTS[Math.floor(random() * 5)]} ${PRODUCTS[Math.floor(random() * 5)]}`;
    expect(measure(write, 4, 160)).toBeGreaterThan(0.9);
  });

  it("words that differ by an accent", () => {
    const WORDS = ["ma", "má", "mà", "mã"];
    const write = (label: number, random: () => number) => `${pick(random)} ${WORDS[label]} ${pick(random)}`;
    expect(measure(write, 4, 160)).toBeGreaterThan(0.8);
  });
});
