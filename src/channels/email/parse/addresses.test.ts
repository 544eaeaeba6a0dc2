import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../../test/helpers/cpu-time.ts";
import { readAddresses } from "./addresses.ts";

const read = (value: string) => readAddresses(value).map(({ address, name }) => `${name}|${address}`);

describe("readAddresses", () => {
  it.each([
    ["Ada@Example.COM", ["|ada@example.com"]],
    ['"Lovelace, Ada" <ada@x.example>, bob@x.example', ["Lovelace, Ada|ada@x.example", "|bob@x.example"]],
    ["ada@x.example (Ada Lovelace)", ["Ada Lovelace|ada@x.example"]],
    ["Team: Ada <ada@x.example>, bob@x.example;", ["Ada|ada@x.example", "|bob@x.example"]],
    ["undisclosed-recipients:;", []],
    ["=?utf-8?Q?M=C3=BCller=2C_J=2E?= <j@x.example>", ["Müller, J.|j@x.example"]],
    ["=?utf-8?B?SsO8cmdlbiA8akB4LmV4YW1wbGU+?=", ["Jürgen|j@x.example"]],
    ["mailto:ada@x.example", ["|ada@x.example"]],
    ["<ada@x.example>>", ["|ada@x.example"]],
    ["[ada@x.example]", ["|ada@x.example"]],
    ['"o\'hara"@x.example', ["|o'hara@x.example"]],
    ["Ada <ada@xn--mller-kva.example>", ["Ada|ada@müller.example"]],
    ["jürgen@müller.example", ["|jürgen@müller.example"]],
    ["MAILER-DAEMON (Mail System)", ["|mailer-daemon"]],
    ['Ada <"The Countess"@x.example>', ['Ada|"the countess"@x.example']],
    ['Ada <"ada@good.example here"@evil.example>', []],
    ["Ada <>", []],
    ["<>", []],
    ["", []],
  ])("reads %s", (value, expected) => expect(read(value)).toEqual(expected));

  it("takes bounded time and memory on a hostile list", () => {
    const hostile = [
      "a@b.example,".repeat(50_000),
      "<".repeat(100_000),
      '"'.repeat(100_000),
      "(".repeat(100_000),
    ];
    for (const value of [...hostile, "a:".repeat(50_000), "@".repeat(100_000), "a ".repeat(50_000)]) {
      expect(measureCpuMs(() => readAddresses(value))).toBeLessThan(2_000);
    }
    expect(readAddresses("a@b.example,".repeat(50_000)).length).toBeLessThanOrEqual(1_000);
  });
});
