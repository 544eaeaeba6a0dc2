import { describe, expect, test } from "vitest";
import { continueThreadIndex, threadIndexConversation } from "./thread-index.ts";

const AT = new Date("2026-11-22T10:00:30Z");
const base64 = (bytes: number[]) => btoa(String.fromCharCode(...bytes));
const FIRST = base64([1, ...Array.from({ length: 21 }, (_none, i) => i * 7)]);

describe("continueThreadIndex", () => {
  test("the answer stays in the conversation, five bytes longer, again and again", () => {
    let index: string | null = FIRST;
    for (let children = 1; children <= 5; children++) {
      index = continueThreadIndex(index, AT);
      expect(atob(index ?? "")).toHaveLength(22 + 5 * children);
      expect(threadIndexConversation(index)).toBe(threadIndexConversation(FIRST));
    }
  });

  test("a folded header is read", () => {
    expect(continueThreadIndex(`${FIRST.slice(0, 10)}\r\n ${FIRST.slice(10)}`, AT)).toBe(
      continueThreadIndex(FIRST, AT),
    );
  });

  test.each([
    null,
    "",
    "AAAA",
    "not base64!",
    base64(Array(23).fill(1)),
    "A".repeat(100_000),
    `${FIRST}\r\nX-Injected: 1`,
  ])("what is none gets no continuation", (value) => {
    expect(continueThreadIndex(value, AT)).toBeNull();
    expect(threadIndexConversation(value)).toBeNull();
  });

  test("a conversation does not grow for ever", () => {
    let index: string | null = FIRST;
    for (let i = 0; i < 300 && index !== null; i++) index = continueThreadIndex(index, AT);
    expect(index).toBeNull();
  });
});
