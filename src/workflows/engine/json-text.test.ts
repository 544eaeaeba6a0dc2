import { expect, it } from "vitest";
import { toJsonText } from "./json-text.ts";

it("writes what JSON can hold as JSON.stringify does", () => {
  const value = { a: [1, "b\ud800", null], at: new Date(0), left: undefined };
  expect(toJsonText(value)).toBe(JSON.stringify(value));
});

it("writes null for what is nothing in JSON", () => {
  expect(toJsonText(undefined)).toBe("null");
  expect(toJsonText(() => 1)).toBe("null");
});

it("leaves bigints out", () => {
  expect(toJsonText({ a: 1n, b: 2 })).toBe('{"b":2}');
  expect(toJsonText(1n)).toBe("null");
});

it("cuts a circle, and keeps what merely stands twice", () => {
  const twice = { x: 1 };
  const value: Record<string, unknown> = { twice, list: [twice, twice], n: 1n };
  value.self = value;
  expect(JSON.parse(toJsonText(value))).toEqual({ twice, list: [twice, twice], self: "[Circular]" });
});
