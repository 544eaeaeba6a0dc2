import { describe, expect, it } from "vitest";
import { createPostPace } from "./post-pace.ts";

/** A clock that only sleeping moves. */
function createClock() {
  const clock = { now: 0 };
  const pace = createPostPace(
    { intervalMs: 1_000, burst: 3 },
    () => clock.now,
    async (ms) => {
      clock.now += ms;
    },
  );
  return { clock, pace };
}

describe("the pace of a channel", () => {
  it("lets a burst through at once, and one message a second after it", async () => {
    const { clock, pace } = createClock();
    const at: number[] = [];
    await Promise.all(Array.from({ length: 6 }, () => pace.run("C1", async () => at.push(clock.now))));
    expect(at).toEqual([0, 0, 0, 1_000, 2_000, 3_000]);
  });

  it("keeps the order of the calls, also past one that failed", async () => {
    const { pace } = createClock();
    const said: string[] = [];
    const post = (word: string) => pace.run("C1", async () => void said.push(word));
    const failing = pace.run("C1", () => Promise.reject(new Error("no")));
    const rest = [post("a"), post("b"), post("c"), post("d")];
    await expect(failing).rejects.toThrow("no");
    await Promise.all(rest);
    expect(said).toEqual(["a", "b", "c", "d"]);
  });

  it("holds no channel up for another", async () => {
    const { clock, pace } = createClock();
    await Promise.all(Array.from({ length: 5 }, () => pace.run("C1", async () => {})));
    const busyUntil = clock.now;
    await pace.run("C2", async () => expect(clock.now).toBe(busyUntil));
  });
});
