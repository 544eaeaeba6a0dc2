import { describe, expect, it } from "vitest";
import { IntTable } from "./int-table.ts";

describe("IntTable", () => {
  it("counts like a Map, through growth, collisions, negative keys and zero", () => {
    const table = new IntTable();
    const map = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const key = Math.imul(i % 7000, 0x01000193) | 0;
      table.add(key, i % 3);
      map.set(key, (map.get(key) ?? 0) + (i % 3));
    }
    expect(table.size).toBe(map.size);
    expect([...table.keys()]).toEqual([...map.keys()]);
    expect([...table.values()]).toEqual([...map.values()]);
    expect([...table.keys()].every((key, place) => table.find(key) === place)).toBe(true);
    expect(table.find(123_456_789)).toBe(-1);
  });

  it("is empty after it was cleared", () => {
    const table = new IntTable();
    table.add(5, 1);
    table.clear();
    expect(table.find(5)).toBe(-1);
    table.add(6, 2);
    expect([...table.keys(), ...table.values()]).toEqual([6, 2]);
  });
});
