import { expect, it } from "vitest";
import { createBatcher } from "./batcher.ts";

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

it("writes the first item at once, and what comes meanwhile together, each with its own answer", async () => {
  const batches: number[][] = [];
  const first = gate();
  const batcher = createBatcher<number, number>(async (items) => {
    batches.push([...items]);
    if (batches.length === 1) await first.opened;
    return items.map((item) => item * 10);
  });
  const answers = [1, 2, 3].map((item) => batcher.add(item));
  expect(batches).toEqual([[1]]);
  first.open();
  expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  expect(batches).toEqual([[1], [2, 3]]);
});

it("one bad item fails alone", async () => {
  const first = gate();
  const batcher = createBatcher<string, string>(async (items) => {
    if (items.includes("first")) await first.opened;
    if (items.includes("bad")) throw new Error("poison");
    return items;
  });
  const settled = Promise.allSettled(["first", "good", "bad", "fine"].map((item) => batcher.add(item)));
  first.open();
  expect((await settled).map((result) => result.status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(await batcher.add("later")).toBe("later");
});
