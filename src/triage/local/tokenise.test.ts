import { describe, expect, it } from "vitest";
import { tokenise } from "./tokenise.ts";

const words = (text: string) => tokenise(text).map(({ word }) => word);

describe("tokenise", () => {
  it.each([
    ["Mon écran est cassé", ["mon", "ecran", "est", "casse"]],
    ["STRASSE und Straße", ["strasse", "und", "strasse"]],
    ["ＶＰＮ　接続", ["vpn", "接続"]],
    ["C++ and C# and C", ["c++", "and", "c#", "and", "c"]],
    ["end.The next", ["end", "the", "next"]],
    ["can't", ["can", "t"]],
    ["order 20931 error 404", ["order", "00000", "error", "404"]],
    ["Ошибка входа", ["ошибка", "входа"]],
    ["비밀번호 재설정", ["비밀번호", "재설정"]],
    ["", []],
    ["!!! 🙂", []],
  ])("%s", (text, expected) => {
    expect(words(text)).toEqual(expected);
  });

  it("reads scripts without spaces in pairs, and katakana as words", () => {
    expect(words("請求書のパスワード")).toEqual(["請求", "求書", "書の", "パスワード"]);
    expect(words("の")).toEqual(["の"]);
  });

  it("keeps the place of each word, so that it can be quoted as written", () => {
    const text = "Élan 請求書 ＶＰＮ!";
    for (const { start, end } of tokenise(text)) expect(text.slice(start, end)).not.toBe("");
    expect(tokenise(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      "Élan",
      "請求",
      "求書",
      "ＶＰＮ",
    ]);
  });

  it("reads texts of a million letters", () => {
    expect(words("a".repeat(1_000_000))).toEqual(["a".repeat(64)]);
    expect(tokenise("あ".repeat(200_000))).toHaveLength(199_999);
  });

  it("gives each character of a script without spaces once, so that none counts for more than it stands there", () => {
    const characters = (text: string) => tokenise(text).map((token) => token.characters);
    expect(characters("請求書。請").join("")).toBe("請求書請");
    expect(characters("のパスワードの書").join("")).toBe("のの書");
    expect(characters("apple")).toEqual([""]);
  });

  it("keeps the accents beside the word without them", () => {
    expect(tokenise("Mã MÁ").map(({ word, form }) => [word, form])).toEqual([
      ["ma", "mã"],
      ["ma", "má"],
    ]);
  });
});
