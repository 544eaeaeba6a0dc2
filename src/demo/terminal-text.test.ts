import { expect, test } from "vitest";
import { chooseStyle, cutText, flattenText, padText, paint, textWidth, wrapText } from "./terminal-text.ts";

test("colours come on a terminal only, and never against NO_COLOR", () => {
  expect(chooseStyle({ isTTY: true, columns: 80 }, {})).toEqual({ colours: true, width: 80 });
  expect(chooseStyle({ isTTY: true, columns: 80 }, { NO_COLOR: "1" }).colours).toBe(false);
  expect(chooseStyle({ isTTY: true, columns: 80 }, { NO_COLOR: "" }).colours).toBe(true);
  expect(chooseStyle({ isTTY: true, columns: 80 }, { TERM: "dumb" }).colours).toBe(false);
  expect(chooseStyle({}, {})).toEqual({ colours: false, width: 100 });
});

test("the width stays between 40 and 100 columns, whatever the terminal says", () => {
  expect(chooseStyle({ isTTY: true, columns: 300 }, {}).width).toBe(100);
  expect(chooseStyle({ isTTY: true, columns: 7 }, {}).width).toBe(40);
});

test("paint adds nothing without colours", () => {
  expect(paint("high", "red", { colours: false, width: 80 })).toBe("high");
  expect(paint("high", "red", { colours: true, width: 80 })).toBe("\u001b[31mhigh\u001b[39m");
});

test("Japanese and emoji take two columns, accents none", () => {
  expect(textWidth("プリンター")).toBe(10);
  expect(textWidth("Tomás")).toBe(5);
  expect(textWidth("Toma\u0301s")).toBe(5);
  expect(textWidth("🎫")).toBe(2);
  expect(padText("印刷", 6)).toBe("印刷  ");
});

test("escape sequences and direction overrides do not reach the terminal", () => {
  expect(flattenText("a\u001b[2Jb\r\nc\u202ed\u0007")).toBe("a[2Jb cd");
});

test("cutting never takes more columns than it may, and never halves a character", () => {
  expect(cutText("プリンターで印刷できません", 11)).toBe("プリンター…");
  expect(cutText("プリンターで印刷できません", 10)).toBe("プリンタ…");
  expect(cutText("short", 5)).toBe("short");
});

test.each([
  ["English", "since this morning the VPN disconnects every five minutes or so, and every call breaks off"],
  [
    "Japanese",
    "今朝から三階のプリンターで印刷できません。Windows 11 のノートパソコンから送信すると「オフライン」と表示されます。",
  ],
  ["a long word", `see https://example.org/${"a".repeat(90)} for more`],
])("wrapping %s keeps every character and every line within the width", (_name, text) => {
  for (const width of [10, 20, 37]) {
    const lines = wrapText(text, width);
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  }
});

test("an English line breaks between words, a Japanese one does not begin with a full stop", () => {
  expect(wrapText("one two three", 8)).toEqual(["one two", "three"]);
  expect(wrapText("印刷できません。", 14)).toEqual(["印刷できませ", "ん。"]);
  expect(wrapText("", 10)).toEqual([""]);
});
