import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../test/helpers/cpu-time.ts";
import { filterStyle } from "./inline-style.ts";

describe("filterStyle", () => {
  it.each([
    ["COLOR: Red; font-size:12.5pt", "color: Red; font-size: 12.5pt"],
    ["background: rgb(1, 2, 3)", "background: rgb(1, 2, 3)"],
    ["border: 1px solid #ccc !important", "border: 1px solid #ccc"],
    ["padding:0 0 10px 5%", "padding: 0 0 10px 5%"],
    ["font-family:'Segoe UI', Arial", "font-family: 'Segoe UI', Arial"],
    ["display:none", "display: none"],
  ])("keeps %s", (style, kept) => expect(filterStyle(style)).toBe(kept));

  it.each([
    "background: url(//x)",
    "background-image: linear-gradient(red, blue)",
    "position: absolute",
    "opacity: 0",
    "margin: -1px",
    "transform: scale(9)",
    "content: 'x'",
    "width: calc(100% + 1px)",
    "width: 99999px",
    "--x: red",
    "color: var(--x)",
    "constructor: red",
    "color",
    ": red",
    "filter: url(#x)",
    "cursor: url(x), auto",
    "color: r\\65 d",
    "color: red } p { color: blue",
  ])("drops %s", (style) => expect(filterStyle(style)).toBe(""));

  it("takes linear time", () => {
    expect(measureCpuMs(() => filterStyle(`background: rgb(${" ".repeat(1_900)}`))).toBeLessThan(200);
  });
});
