import { describe, expect, it } from "vitest";
import {
  canonicalText,
  ExpressionError,
  evaluate,
  evaluateCondition,
  parseExpression,
} from "./expressions.ts";

const event = { data: { id: "t1", n: 5, yes: true, none: null, tags: ["a", "b"], "odd key": 1 } };
const async = { data: { id: "t1", n: 6 } };
const holds = (source: string) => evaluateCondition(parseExpression(source), { event, async });

describe("what the expressions mean", () => {
  it.each([
    "event.data.id == async.data.id",
    "event.data.id == 't1' && event.data.n < async.data.n",
    'event.data.id == "t1"',
    "event.data.n != async.data.n",
    "!(event.data.n > 5) && event.data.n >= 5 && event.data.n <= 5.0",
    "event.data.yes == true",
    "event.data.yes",
    "event.data.none == null",
    "event.data.missing == null",
    "event.data.missing.deeper == null",
    "event.data.tags[1] == 'b'",
    "event.data['odd key'] == 1",
    "event.data.id + '-' + event.data.n == 't1-5'",
    "event.data.n == 1 || event.data.n == 5 && event.data.id == 't1'",
    "'it\\'s' != \"it's not\"",
  ])("%s holds", (source) => expect(holds(source)).toBe(true));

  it.each([
    "event.data.n == '5'",
    "event.data.missing == async.data.missing",
    "event.data.missing != null",
    "event.data.id < 5",
    "event.data.missing > 1",
    "event.data.constructor == null && false",
    "event.data.id",
    "!event.data.yes",
  ])("%s does not hold", (source) => expect(holds(source)).toBe(false));

  it("a field that objects inherit is not a field", () => {
    expect(evaluate(parseExpression("event.data.toString"), { event })).toBeUndefined();
    expect(evaluate(parseExpression("event.__proto__"), { event })).toBeUndefined();
  });
});

describe("what is refused", () => {
  it.each([
    ["event.data.id in ['a']", /unexpected "in"|cannot read/],
    ["has(event.data.id)", /"has" is not supported/],
    ["event.data.id.startsWith('a')", /unexpected "\("/],
    ["steps.a == 1", /"steps" is not supported/],
    ["event.data.id ==", /it ends too early/],
    ["event.data.id = 'a'", /cannot read/],
    ["(event.data.id == 'a'", /it ends too early/],
    ["", /it ends too early/],
    ["event.data.n * 2 == 10", /cannot read "\* 2/],
  ])("%s", (source, message) => {
    expect(() => parseExpression(source)).toThrow(ExpressionError);
    expect(() => parseExpression(source)).toThrow(message);
  });
});

it("equal values have equal canonical text, whatever the order of their keys", () => {
  expect(canonicalText({ b: 1, a: [{ d: 1, c: 2 }] })).toBe(canonicalText({ a: [{ c: 2, d: 1 }], b: 1 }));
  expect(canonicalText("a\u0000")).toBe('"a\\u0000"');
});
