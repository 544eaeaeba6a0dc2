import { describe, expect, it } from "vitest";
import {
  decodeHeaders,
  firstValue,
  readDate,
  readHeaderFields,
  readMessageId,
  readMessageIds,
} from "./headers.ts";

const read = (text: string) => readHeaderFields(Buffer.from(text, "latin1"));

describe("readHeaderFields", () => {
  it("unfolds, keeps the order and every occurrence, and stops at the blank line", () => {
    const fields = read("A: 1\r\nB: x\r\n\ty\r\n z\r\nA: 2\r\n\r\nC: body");
    expect(fields).toEqual([
      { name: "a", value: "1" },
      { name: "b", value: "x y z" },
      { name: "a", value: "2" },
    ]);
    expect(decodeHeaders(fields)).toEqual({ a: ["1", "2"], b: ["x y z"] });
  });

  it("mends a value that was cut without folding it", () => {
    expect(firstValue(read("Subject: one\ntwo three\nFrom: a@b.example\n\n"), "subject")).toBe(
      "one two three",
    );
  });

  it("reads raw 8-bit values by the charset that the mail names, where they are no UTF-8", () => {
    const mail = "Subject: \xcf\xf0\xe8\xe2\xe5\xf2\nContent-Type: text/plain; charset=windows-1251\n\n";
    expect(firstValue(read(mail), "subject")).toBe("Привет");
  });

  it("lets no header name reach into objects", () => {
    const headers = decodeHeaders(read("__proto__: x\nconstructor: y\n\n"));
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect(Object.keys(headers)).toEqual(["constructor"]);
  });
});

describe("readMessageIds", () => {
  it.each([
    ["<a@b>", ["<a@b>"]],
    ["a@b.example", ["<a@b.example>"]],
    ["<a@b> <c@d>\t<a@b>", ["<a@b>", "<c@d>"]],
    ["<long\t id@b.example>", ["<longid@b.example>"]],
    ["Your message of Monday <a@b>", ["<a@b>"]],
    ["<>", []],
    ["", []],
  ])("reads %j", (value, ids) => expect(readMessageIds(value)).toEqual(ids));

  it("has no id where there is none", () => {
    expect(readMessageId(null)).toBeNull();
    expect(readMessageId("no id")).toBeNull();
  });
});

describe("readDate", () => {
  it.each([
    ["Mon, 02 Nov 2026 09:15:00 +0100", "2026-11-02T08:15:00.000Z"],
    ["Mon, 2 Nov 2026 09:15:00 +0100 (CET (summer))", "2026-11-02T08:15:00.000Z"],
    ["2 Nov 26 09:15 GMT", "2026-11-02T09:15:00.000Z"],
    ["Lun, 2 Nov 2026 09:15:00 +0000", "2026-11-02T09:15:00.000Z"],
    ["Mon, 02 Nov 2026 09:15:00 +0100 CET", "2026-11-02T08:15:00.000Z"],
  ])("reads %s", (value, iso) => expect(readDate(value)?.toISOString()).toBe(iso));

  it.each(["", "yesterday", "Mon, 99 Foo 2026", "Mon, 02 Nov 1926 09:15:00 +0000"])(
    "gives null for %j",
    (value) => expect(readDate(value)).toBeNull(),
  );
});
