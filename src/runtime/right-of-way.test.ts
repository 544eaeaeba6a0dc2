import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createRightOfWay } from "./right-of-way.ts";

describe("createRightOfWay", () => {
  it("keeps nobody where no request is in hand", async () => {
    const order: string[] = [];
    const given = createRightOfWay()
      .give()
      .then(() => order.push("given"));
    setImmediate(() => order.push("next turn"));
    await given;
    await sleep(5);
    expect(order).toEqual(["given", "next turn"]);
  });

  it("lets requests pass, and those that come close behind", async () => {
    const way = createRightOfWay();
    const order: string[] = [];
    const request = (name: string) =>
      way.take(async () => {
        await sleep(5);
        order.push(name);
      });
    const first = request("first");
    const given = way.give().then(() => order.push("given"));
    await first;
    await request("second");
    await given;
    expect(order).toEqual(["first", "second", "given"]);
  });

  it("lets those who gave way go on one by one: what comes meanwhile goes before the next", async () => {
    const way = createRightOfWay();
    const order: string[] = [];
    let request = Promise.resolve();
    const first = way.take(() => sleep(5));
    const one = way.give().then(() => {
      order.push("one");
      request = way.take(() => sleep(5)).then(() => void order.push("request"));
    });
    const two = way.give().then(() => order.push("two"));
    await Promise.all([first, one, two]);
    await request;
    expect(order).toEqual(["one", "request", "two"]);
  });

  it("gives everything else its turn where a request does not end, and hands failures on", async () => {
    const way = createRightOfWay();
    const failure = new Error("refused");
    await expect(way.take(() => Promise.reject(failure))).rejects.toBe(failure);
    let end = () => {};
    const endless = way.take(() => new Promise<void>((resolve) => (end = resolve)));
    await way.give();
    end();
    await endless;
  });
});
