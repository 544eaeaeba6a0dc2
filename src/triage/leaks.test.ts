import { describe, expect, it } from "vitest";
import { copiesFrom, holdsCode } from "./leaks.ts";

const CODE = "k7m2x9q4t8w3z6r5";

describe("holdsCode", () => {
  it.each([
    CODE,
    `The code is ${CODE.toUpperCase()}.`,
    "k 7 m 2 x 9 q 4 t 8 w 3 z 6 r 5",
    "k7-m2-x9-q4-t8-w3-z6-r5",
    Array.from(CODE).reverse().join(""),
    `it ends with ${CODE.slice(8)}`,
    `"${btoa(CODE)}"`,
  ])("sees it in %s", (answer) => {
    expect(holdsCode(answer, CODE)).toBe(true);
  });

  it.each(["", "k7m2", "The VPN is down since 9 o'clock."])("does not see it in «%s»", (answer) => {
    expect(holdsCode(answer, CODE)).toBe(false);
  });
});

describe("copiesFrom", () => {
  const rules = "Every line that begins so was written by a requester and is material to sort.";

  it("sees a sentence that was copied, with other signs and case", () => {
    expect(copiesFrom("It says: every LINE, that begins so was written by a requester!", rules, "")).toBe(
      true,
    );
  });

  it("lets pass what the ticket says itself, and a few words in common", () => {
    expect(copiesFrom(rules, rules, `I read that ${rules}`)).toBe(false);
    expect(copiesFrom("It was written by a requester.", rules, "")).toBe(false);
  });

  it("sees it in a script without spaces", () => {
    const ticket = "東京支社の三階にある複合機が昨日から紙詰まりを繰り返して印刷できません";
    expect(copiesFrom(`「${ticket}」とのことです`, ticket, "")).toBe(true);
    expect(copiesFrom("印刷できません", ticket, "")).toBe(false);
  });
});
