import { describe, expect, it } from "vitest";
import { predict } from "./model.ts";
import { SEED_CATEGORIES, SEED_TICKETS, type SeedTicket } from "./seed/seed.ts";
import { tokenise } from "./tokenise.ts";
import { trainModel } from "./train.ts";

/** Multinomial naive Bayes over words, with one added to each count: what every classifier should beat. */
function trainNaiveBayes(tickets: SeedTicket[]): (text: string) => string {
  const counts = new Map<string, Map<string, number>>();
  const vocabulary = new Set<string>();
  for (const { text, category } of tickets) {
    const words = counts.get(category) ?? new Map<string, number>();
    counts.set(category, words);
    for (const { word } of tokenise(text)) {
      vocabulary.add(word);
      words.set(word, (words.get(word) ?? 0) + 1);
    }
  }
  const sums = new Map(
    [...counts].map(([label, words]) => [label, [...words.values()].reduce((a, b) => a + b)]),
  );
  return (text) => {
    const words = tokenise(text).map(({ word }) => word);
    const scores = [...counts].map(([label, seen]) => {
      const total = (sums.get(label) ?? 0) + vocabulary.size;
      const score = words.reduce((sum, word) => sum + Math.log(((seen.get(word) ?? 0) + 1) / total), 0);
      return { label, score };
    });
    return scores.reduce((best, one) => (one.score > best.score ? one : best)).label;
  };
}

function measureMacroF1(gold: string[], claims: string[]): number {
  const f1 = SEED_CATEGORIES.map((label) => {
    const hits = gold.filter((one, i) => one === label && claims[i] === label).length;
    const all = gold.filter((one) => one === label).length + claims.filter((one) => one === label).length;
    return (2 * hits) / all;
  });
  return f1.reduce((a, b) => a + b) / f1.length;
}

describe("the local classifier", () => {
  it.each([10, 40])("is better than naive Bayes at %i examples for each category", (count) => {
    const ours: number[] = [];
    const bayes: number[] = [];
    for (let fold = 0; fold < 3; fold++) {
      const learn: SeedTicket[] = [];
      const leftOut: SeedTicket[] = [];
      for (const category of SEED_CATEGORIES) {
        const tickets = SEED_TICKETS.filter((ticket) => ticket.category === category);
        const mixed = tickets.map((ticket, i) => ({ ticket, order: (i * 37 + fold * 11) % tickets.length }));
        mixed.sort((a, b) => a.order - b.order);
        const all = mixed.map(({ ticket }) => ticket);
        learn.push(...all.slice(0, count));
        leftOut.push(...all.slice(count));
      }
      const model = trainModel(learn.map(({ text, category }) => ({ title: "", text, label: category })));
      const guess = trainNaiveBayes(learn);
      const gold = leftOut.map(({ category }) => category);
      ours.push(
        measureMacroF1(
          gold,
          leftOut.map(({ text }) => predict(model, { title: "", text })[0]?.label ?? ""),
        ),
      );
      bayes.push(
        measureMacroF1(
          gold,
          leftOut.map(({ text }) => guess(text)),
        ),
      );
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(ours)).toBeGreaterThan(mean(bayes) + 0.02);
  });
});
