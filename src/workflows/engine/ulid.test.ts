import { expect, it } from "vitest";
import { createSeededUlids, createUlid, encodeUlid } from "./ulid.ts";

it("encodes the specification's example time, and all of the entropy", () => {
  expect(encodeUlid(1469918176385, new Uint8Array(10))).toBe(`01ARYZ6S41${"0".repeat(16)}`);
  expect(encodeUlid(0, new Uint8Array(10).fill(255))).toBe(`${"0".repeat(10)}${"Z".repeat(16)}`);
});

it("sorts by time and does not repeat", () => {
  const ids = [1000, 2000, 3000].map((time) => createUlid(time));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(Array.from({ length: 1000 }, () => createUlid(5))).size).toBe(1000);
});

it("a seed gives the same ids again, a different one for each index", () => {
  const seed = `1469922850259,${btoa("0123456789")}`;
  const first = createSeededUlids(seed);
  const again = createSeededUlids(seed);
  expect(first?.(0)).toBe(again?.(0));
  expect(new Set([0, 1, 2, 255, 256].map((index) => first?.(index))).size).toBe(5);
});

it.each([null, undefined, "", "abc", "1,", `1,${btoa("short")}`, "1,%%%"])(
  "no ids from the seed %j",
  (seed) => {
    expect(createSeededUlids(seed)).toBeUndefined();
  },
);
