import { describe, expect, it } from "vitest";
import { parseArray, serializeArray } from "./array-types.ts";

const asText = (value: unknown): unknown => value;

describe("parseArray", () => {
  it.each([
    ["{}", []],
    ["{a,b}", ["a", "b"]],
    ['{"a, b","c}d","say \\"hi\\"","back\\\\slash",""}', ["a, b", "c}d", 'say "hi"', "back\\slash", ""]],
    ['{NULL,"NULL",null}', [null, "NULL", "null"]],
    [
      "{{a,b},{c,d}}",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["{{},{}}", [[], []]],
    ["[0:1]={a,b}", ["a", "b"]],
  ])("reads %s", (text, expected) => {
    expect(parseArray(text, asText)).toEqual(expected);
  });

  it("hands each element to the element's own parser, but not NULL", () => {
    expect(parseArray("{1,NULL,3}", Number)).toEqual([1, null, 3]);
  });
});

describe("serializeArray", () => {
  it("quotes every element, so that no text can be taken for syntax", () => {
    const items = ["a", "", "NULL", 'q"q', "b\\b", "{x,y}", " "];
    expect(serializeArray(items, String)).toBe('{"a","","NULL","q\\"q","b\\\\b","{x,y}"," "}');
    expect(parseArray(serializeArray(items, String), asText)).toEqual(items);
  });

  it("writes null as NULL, and arrays in arrays", () => {
    expect(
      serializeArray(
        [
          [1, null],
          [3, 4],
        ],
        String,
      ),
    ).toBe('{{"1",NULL},{"3","4"}}');
    expect(serializeArray([], String)).toBe("{}");
  });
});
