import { expect, it } from "vitest";
import { createBatcher } from "./batcher.ts";

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

it("writes together what comes in one turn, and what comes during a write, each with its own answer", async () => {
  const batches: number[][] = [];
  const first = gate();
  const batcher = createBatcher<number, number>(async (items) => {
    batches.push([...items]);
    if (batches.length === 1) await first.opened;
    return items.map((item) => item * 10);
  });
  const answers = [1, 2].map((item) => batcher.add(item));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(batches).toEqual([[1, 2]]);
  answers.push(batcher.add(3), batcher.add(4));
  first.open();
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

it("one bad item fails alone", async () => {
  const batcher = createBatcher<string, string>(async (items) => {
    if (items.includes("bad")) throw new Error("poison");
    return items;
  });
  const settled = Promise.allSettled(["first", "good", "bad", "fine"].map((item) => batcher.add(item)));
  expect((await settled).map((result) => result.status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(await batcher.add("later")).toBe("later");
});

it("fills a second lane while the first is written, and no third", async () => {
  const batches: number[][] = [];
  const gates = [gate(), gate()];
  const batcher = createBatcher<number, number>(
    async (items) => {
      batches.push([...items]);
      await gates[batches.length - 1]?.opened;
      return items;
    },
    { size: 2, lanes: 2 },
  );
  const answers = [1, 2, 3, 4, 5].map((item) => batcher.add(item));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  gates[1]?.open();
  expect(await Promise.all(answers.slice(2))).toEqual([3, 4, 5]);
  gates[0]?.open();
  expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5]);
  expect(await batcher.add(6)).toBe(6);
});
