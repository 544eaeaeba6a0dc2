import { expect, it } from "vitest";
import { createGathering } from "./gathering.ts";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it("lets those go on together who come in turns that follow each other", async () => {
  const gather = createGathering();
  const order: string[] = [];
  const arrivals: Promise<unknown>[] = [];
  for (const name of ["first", "second", "third"]) {
    arrivals.push(gather().then(() => order.push(name)));
    order.push(`${name} is here`);
    await nextTurn();
  }
  await Promise.all(arrivals);
  expect(order).toEqual(["first is here", "second is here", "third is here", "first", "second", "third"]);
});

it("keeps nobody for long where arrivals never cease, and gathers anew after that", async () => {
  const gather = createGathering();
  let isOver = false;
  const first = gather().then(() => {
    isOver = true;
  });
  const others: Promise<void>[] = [];
  while (!isOver) {
    others.push(gather());
    await nextTurn();
  }
  await Promise.all([first, ...others, gather()]);
});
