import { describe, expect, it } from "vitest";
import { readQuotedPrintable } from "./quoted-printable.ts";

function read(text: string): [decoded: string, isRegular: boolean] {
  const { bytes, isRegular } = readQuotedPrintable(Buffer.from(text, "latin1"));
  return [Buffer.from(bytes).toString("latin1"), isRegular];
}

describe("readQuotedPrintable", () => {
  it("reads escapes and lines that go on", () => {
    expect(read("gr=FC=DFe, a=\r\nnd on\r\n=3D")).toEqual(["gr\u00fc\u00dfe, and on\r\n=", true]);
    expect(read("a=\nb")).toEqual(["ab", true]);
  });

  it("keeps what is no escape, and says so", () => {
    expect(read("1 =+ 1 =4")).toEqual(["1 =+ 1 =4", false]);
    expect(read("=C3=a4")).toEqual(["\u00c3\u00a4", false]);
    expect(read("end =")).toEqual(["end ", false]);
  });

  it("drops white space at the end of a line, but not what is escaped", () => {
    expect(read("=41 \t\r\nb \nc")).toEqual(["A\r\nb\nc", false]);
    expect(read("a=20\r\nb= \t\r\nc")).toEqual(["a \r\nbc", false]);
  });

  it("hands a text without escapes back as it is", () => {
    const body = Buffer.from("words\r\n");
    expect(readQuotedPrintable(body)).toEqual({ bytes: body, isRegular: true });
    expect(readQuotedPrintable(Buffer.from("words \r\n")).isRegular).toBe(false);
    expect(readQuotedPrintable(Buffer.from("words ")).isRegular).toBe(false);
    expect(readQuotedPrintable(Buffer.from(""))).toEqual({ bytes: Buffer.from(""), isRegular: true });
  });
});
