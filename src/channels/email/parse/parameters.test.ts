import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../../test/helpers/cpu-time.ts";
import { parseParameters } from "./parameters.ts";

const read = (raw: string) => {
  const { value, parameters } = parseParameters(raw);
  return [value, Object.fromEntries(parameters)];
};

describe("parseParameters", () => {
  it.each([
    ["text/plain", ["text/plain", {}]],
    ['Text/HTML; Charset="UTF-8"', ["text/html", { charset: "UTF-8" }]],
    ["text/plain charset=us-ascii", ["text/plain", { charset: "us-ascii" }]],
    ["text/plain (words); format = flowed ; delsp=yes;", ["text/plain", { format: "flowed", delsp: "yes" }]],
    ["attachment; filename=two words.txt; size=5", ["attachment", { filename: "two words.txt", size: "5" }]],
    ['attachment; filename="a;b.txt"', ["attachment", { filename: "a;b.txt" }]],
    ['attachment; filename="say \\"hi\\".txt"', ["attachment", { filename: 'say "hi".txt' }]],
    ['attachment; filename="C:\\temp\\new.txt"', ["attachment", { filename: "C:\\temp\\new.txt" }]],
    ['attachment; filename="never closed', ["attachment", { filename: "never closed" }]],
    ["text/plain; charset=utf-8 name=x.txt", ["text/plain", { charset: "utf-8", name: "x.txt" }]],
    ["text/html ; ; ; ; charset=x", ["text/html", { charset: "x" }]],
    ["; charset=x", ["", { charset: "x" }]],
    ["inline; filename=a.txt; filename=b.txt", ["inline", { filename: "a.txt" }]],
    ["", ["", {}]],
  ])("reads %s", (raw, expected) => expect(read(raw)).toEqual(expected));

  it("joins RFC 2231 sections in their order, a character cut between them", () => {
    expect(read("attachment; filename*1*=%9F.txt; filename*0*=utf-8'de'Gr%C3%BC%C3")).toEqual([
      "attachment",
      { filename: "Grüß.txt" },
    ]);
    expect(read('x; name*0="a b"; name*1=c.txt')).toEqual(["x", { name: "a bc.txt" }]);
    expect(read("x; name*=iso-8859-1''%A3%20rates; name=other")).toEqual(["x", { name: "£ rates" }]);
    expect(read("x; name*=%C3%BC.txt")).toEqual(["x", { name: "ü.txt" }]);
    expect(read("x; name*=us-ascii''M%E4rz.txt")).toEqual(["x", { name: "März.txt" }]);
  });

  it("decodes RFC 2047 words, which some programs write here, in pieces too", () => {
    expect(read('x; filename="=?utf-8?Q?M=C3=A4rz.pdf?="')).toEqual(["x", { filename: "März.pdf" }]);
    expect(read("x; filename==?utf-8?B?TcOkcnoucGRm?=")).toEqual(["x", { filename: "März.pdf" }]);
    expect(read('x; filename="=?iso-8859-1?Q?M=E4?= =?iso-8859-1?Q?rz?="')).toEqual([
      "x",
      { filename: "März" },
    ]);
  });

  it("takes linear time", () => {
    const hostile = [
      `x;${" ;".repeat(40_000)}`,
      `x; ${"a".repeat(50_000)}`,
      `x${" ".repeat(50_000)}y`,
      `x; a="${"\\".repeat(49_000)}`,
      `x; ${"a=b c ".repeat(8_000)}`,
      `x; ${"n*0=1;".repeat(8_000)}`,
      `x; n==?${"?".repeat(49_000)}`,
      `${"(".repeat(49_000)}`,
      `x; f=${"=?a?q?b ".repeat(6_000)}`,
    ];
    for (const raw of hostile) expect(measureCpuMs(() => parseParameters(raw))).toBeLessThan(300);
  });
});
