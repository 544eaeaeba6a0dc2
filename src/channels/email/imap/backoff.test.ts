import { describe, expect, it } from "vitest";
import { createBackoff } from "./backoff.ts";

const OPTIONS = { baseMs: 100, maxMs: 1_000, stableAfterMs: 5_000 };

describe("createBackoff", () => {
  it("doubles up to the maximum", () => {
    const backoff = createBackoff(OPTIONS, () => 1);
    expect(Array.from({ length: 6 }, () => backoff.nextMs())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it("spreads over the upper half", () => {
    expect(createBackoff(OPTIONS, () => 0).nextMs()).toBe(50);
    expect(createBackoff(OPTIONS, () => 0.5).nextMs()).toBe(75);
  });

  it("starts again only after a connection that held long enough", () => {
    const backoff = createBackoff(OPTIONS, () => 1);
    backoff.nextMs();
    backoff.heldFor(4_999);
    expect(backoff.nextMs()).toBe(200);
    backoff.heldFor(5_000);
    expect(backoff.nextMs()).toBe(100);
  });
});
