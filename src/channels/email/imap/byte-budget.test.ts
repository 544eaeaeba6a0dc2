import { describe, expect, it } from "vitest";
import { createByteBudget } from "./byte-budget.ts";

/** Who has got room so far, in the order of getting it. */
function watch(budget: ReturnType<typeof createByteBudget>) {
  const got: string[] = [];
  const giveBacks = new Map<string, () => void>();
  return {
    got,
    ask(name: string, sizeBytes: number) {
      void budget.take(sizeBytes).then((giveBack) => {
        got.push(name);
        giveBacks.set(name, giveBack);
      });
    },
    giveBack: (name: string) => giveBacks.get(name)?.(),
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

describe("createByteBudget", () => {
  it("lets in what fits, and the rest in the order of asking", async () => {
    const { got, ask, giveBack, settle } = watch(createByteBudget(10));
    ask("a", 6);
    ask("b", 4);
    ask("c", 5);
    ask("d", 1);
    await settle();
    expect(got).toEqual(["a", "b"]);
    giveBack("b");
    await settle();
    expect(got).toEqual(["a", "b"]);
    giveBack("a");
    await settle();
    expect(got).toEqual(["a", "b", "c", "d"]);
  });

  it("gives more than there is to one that has it alone", async () => {
    const { got, ask, giveBack, settle } = watch(createByteBudget(10));
    ask("small", 1);
    ask("huge", 50);
    ask("another", 1);
    await settle();
    expect(got).toEqual(["small"]);
    giveBack("small");
    await settle();
    expect(got).toEqual(["small", "huge"]);
    giveBack("huge");
    await settle();
    expect(got).toEqual(["small", "huge", "another"]);
  });

  it("takes room back once, however often it is given", async () => {
    const { got, ask, giveBack, settle } = watch(createByteBudget(10));
    ask("a", 5);
    ask("b", 5);
    await settle();
    giveBack("a");
    giveBack("a");
    ask("c", 5);
    ask("d", 5);
    await settle();
    expect(got).toEqual(["a", "b", "c"]);
  });

  it("gives room at once only where there is some and nobody waits for it", async () => {
    const budget = createByteBudget(10);
    const giveBack = budget.tryTake(6);
    expect(budget.tryTake(5)).toBeNull();
    void budget.take(8);
    expect(budget.tryTake(1)).toBeNull();
    giveBack?.();
    expect(budget.tryTake(3)).toBeNull();
    expect(budget.tryTake(2)).not.toBeNull();
  });
});
