import { describe, expect, it } from "vitest";
import { isWaitMet, listMatchKeys, listMatchPaths, planWaitMatch } from "./event-match.ts";

const event = { id: "e1", data: { ticketId: "t1", n: 2, gone: null, long: "x".repeat(600) } };

/** What the database does: a wait is found when one of the event's keys is the wait's. */
function isFound(source: string | undefined, later: unknown): boolean {
  const wait = planWaitMatch(source, event);
  const keys = listMatchKeys(later, listMatchPaths(source));
  const indexed = keys.some((key) => key.matchPath === wait.matchPath && key.matchValue === wait.matchValue);
  return indexed && isWaitMet(wait.condition, event, later);
}

describe("a wait is found by index key and condition", () => {
  it("an equality alone needs no condition", () => {
    expect(planWaitMatch("event.data.ticketId == async.data.ticketId", event)).toEqual({
      matchPath: '["data","ticketId"]',
      matchValue: '"t1"',
      condition: null,
    });
  });

  it.each([
    ["event.data.ticketId == async.data.ticketId", { data: { ticketId: "t1" } }, true],
    ["event.data.ticketId == async.data.ticketId", { data: { ticketId: "t2" } }, false],
    ["event.data.ticketId == async.data.ticketId", { data: {} }, false],
    ["event.data.n == async.data.n", { data: { n: "2" } }, false],
    [
      "async.data.kind == 'reply' && event.data.ticketId == async.data.ticketId",
      { data: { kind: "reply", ticketId: "t1" } },
      true,
    ],
    [
      "async.data.kind == 'reply' && event.data.ticketId == async.data.ticketId",
      { data: { kind: "note", ticketId: "t1" } },
      false,
    ],
    ["async.data.n > event.data.n", { data: { n: 3 } }, true],
    ["async.data.n > event.data.n", { data: { n: 2 } }, false],
    ["event.data.missing == async.data.missing", { data: {} }, false],
    ["event.data.gone == async.data.gone", { data: { gone: null } }, true],
    ["event.data.long == async.data.long", { data: { long: "x".repeat(600) } }, true],
    ["event.data.long == async.data.long", { data: { long: "x".repeat(601) } }, false],
    [undefined, { data: {} }, true],
  ])("%s against %j: %s", (source, later, found) => expect(isFound(source, later)).toBe(found));

  it("the paths to listen on are known before any event", () => {
    expect(listMatchPaths("async.data.a == event.data.b && 'x' == async.data.c && async.data.d > 1")).toEqual(
      ["", '["data","a"]', '["data","c"]'],
    );
  });
});
