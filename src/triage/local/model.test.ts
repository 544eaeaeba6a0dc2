import { describe, expect, it } from "vitest";
import { findSpeakingWords, predict } from "./model.ts";
import { trainModel } from "./train.ts";

const EXAMPLES = [
  ["fruit", "a ripe apple and a pear"],
  ["fruit", "apple juice"],
  ["fruit", "the pear is sweet"],
  ["tool", "a hammer and a nail"],
  ["tool", "the hammer is heavy"],
  ["tool", "screws and a nail"],
].map(([label = "", text = ""]) => ({ title: "", text, label }));

describe("a model", () => {
  const model = trainModel(EXAMPLES);

  it("answers with all labels, most probable first, adding up to 1", () => {
    const predictions = predict(model, { title: "", text: "an apple" });
    expect(predictions.map(({ label }) => label)).toEqual(["fruit", "tool"]);
    expect(predictions.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
  });

  it("explains itself by words that stand in the text", () => {
    const [first] = findSpeakingWords(model, { title: "", text: "The big Hammer is here" }, "tool");
    expect(first?.quote).toBe("Hammer");
  });

  it("is the same for the same examples", () => {
    expect(trainModel(EXAMPLES)).toEqual(model);
  });

  it("with one label answers it, with none answers nothing", () => {
    expect(predict(trainModel(EXAMPLES.slice(0, 2)), { title: "", text: "x" })[0]?.label).toBe("fruit");
    expect(predict(trainModel([]), { title: "", text: "x" })).toEqual([]);
  });

  it("is unsure where it knows no word", () => {
    expect(predict(model, { title: "", text: "zzz" })[0]?.probability).toBeLessThan(0.7);
  });

  it("gives titles the weight that they earn", () => {
    const words = ["amber", "birch", "cedar", "delta", "ember", "flint", "grove", "hazel", "iris", "jade"];
    const noise = (i: number) =>
      [0, 1, 2, 3].map((k) => words[(Math.imul(i + 1, 2654435761) >>> (5 * k + 3)) % words.length]).join(" ");
    const word = (isPrint: boolean) => (isPrint ? "printer" : "invoice");
    const isPrint = (i: number) => i % 2 === 0;
    const label = (i: number) => (isPrint(i) ? "print" : "bill");
    const told = (i: number) => word(isPrint(i));
    // As often wrong as right.
    const chance = (i: number) => word(i % 4 < 2);
    const rows = Array.from({ length: 60 }, (_, i) => i);
    const write = (title: string, text: string, i: number) => ({
      title,
      text: `${text} ${noise(i)}`,
      label: label(i),
    });
    const telling = rows.map((i) => write(told(i), chance(i), i));
    const misleading = rows.map((i) => write(chance(i), told(i), i));
    expect(trainModel(telling).vocabulary.settings.titleWeight).toBe(2);
    expect(trainModel(misleading).vocabulary.settings.titleWeight).toBe(1);
  });
});
