import { describe, expect, it } from "vitest";
import { predict } from "./model.ts";
import { packDeskModel, unpackDeskModel } from "./stored-model.ts";
import { trainModel } from "./train.ts";

const EXAMPLES = [
  ["fruit", "a ripe apple and a pear"],
  ["fruit", "apple juice"],
  ["fruit", "the pear is sweet"],
  ["tool", "a hammer and a nail"],
  ["tool", "the hammer is heavy"],
  ["tool", "screws and a nail"],
].map(([label = "", text = ""]) => ({ title: "", text, label }));

const categories = trainModel(EXAMPLES);
const priorities = trainModel(
  EXAMPLES.map((example) => ({ ...example, label: example.label === "fruit" ? "low" : "high" })),
);
const packed = packDeskModel({ categories, priorities });

describe("a stored model", () => {
  it("answers the same after it was read back, with and without priorities", () => {
    for (const stored of [packed, packDeskModel({ categories, priorities: null })]) {
      const read = unpackDeskModel(stored);
      for (const text of ["pear", "a heavy nail", "unknown"]) {
        const before = predict(categories, { title: "", text });
        const after = predict(read.categories, { title: "", text });
        expect(after.map(({ label }) => label)).toEqual(before.map(({ label }) => label));
        after.forEach(({ probability }, i) => {
          expect(probability).toBeCloseTo(before[i]?.probability ?? 0, 3);
        });
      }
    }
    expect(unpackDeskModel(packed).priorities?.labels).toEqual(["low", "high"]);
    expect(unpackDeskModel(packDeskModel({ categories, priorities: null })).priorities).toBeNull();
  });

  it("is byte for byte the same for the same examples", () => {
    expect(packDeskModel({ categories: trainModel(EXAMPLES), priorities })).toEqual(packed);
  });

  it("is read from the middle of a larger buffer, as a database driver hands it over", () => {
    const larger = new Uint8Array(packed.length + 3);
    larger.set(packed, 3);
    for (const view of [larger.subarray(3), Buffer.from(larger.buffer).subarray(3)]) {
      const read = unpackDeskModel(view);
      expect(predict(read.categories, { title: "", text: "apple" })[0]?.label).toBe("fruit");
    }
  });

  it("keeps no word of a ticket", () => {
    expect(new TextDecoder("latin1").decode(packed)).not.toMatch(/apple|hammer|pear/);
  });

  it("is refused wherever it was cut off", () => {
    for (let length = 0; length < packed.length; length += 7) {
      expect(() => unpackDeskModel(packed.subarray(0, length)), String(length)).toThrow(/train it again/);
    }
  });

  it.each([
    ["nothing", new Uint8Array()],
    ["other bytes", new TextEncoder().encode("not a model at all")],
    ["zeros", new Uint8Array(packed.length)],
    ["more than there should be", new Uint8Array([...packed, 0, 0, 0, 0])],
    ["another format", withHeader((header) => header.replace(/"format":\d+/, '"format":999'))],
    ["a header that is no JSON", withHeader((header) => header.replace("{", "["))],
    ["other counts", withHeader((header) => header.replace(/"features":\d/, '"features":9'))],
    [
      "a temperature of zero",
      withHeader((header) => header.replace(/"temperature":[\d.]/, '"temperature":-')),
    ],
  ])("is refused where it is %s", (_what, bytes) => {
    expect(() => unpackDeskModel(bytes)).toThrow(/train it again/);
  });
});

/** The same model with its header changed, of the same length. */
function withHeader(change: (header: string) => string): Uint8Array {
  const length = new DataView(packed.buffer).getUint32(4, true);
  const header = new TextDecoder().decode(packed.subarray(8, 8 + length));
  const changed = new Uint8Array(packed);
  changed.set(new TextEncoder().encode(change(header)).subarray(0, length), 8);
  return changed;
}
