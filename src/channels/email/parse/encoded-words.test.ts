import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../../test/helpers/cpu-time.ts";
import { decodeEncodedWords } from "./encoded-words.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("decodeEncodedWords", () => {
  it("decodes both encodings and any charset", () => {
    expect(decodeEncodedWords("=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= =?UTF-8?B?S8O2bG4=?=")).toBe("Grüße ausKöln");
    expect(decodeEncodedWords("=?iso-8859-1?q?Andr=E9?= Pirard")).toBe("André Pirard");
    expect(decodeEncodedWords("=?ISO-2022-JP?B?GyRCJCIbKEI=?=")).toBe("あ");
    expect(decodeEncodedWords("=?koi8-r*ru?B?8NLJ?=")).toBe("При");
  });

  it("drops the white space between two words only", () => {
    expect(decodeEncodedWords("a =?utf-8?q?b?=\t =?utf-8?q?c?= d")).toBe("a bc d");
  });

  it("puts a character together that was cut in two", () => {
    const bytes = Buffer.from("Ж");
    const [first, second] = [bytes.subarray(0, 1), bytes.subarray(1)];
    expect(
      decodeEncodedWords(`=?utf-8?B?${first.toString("base64")}?= =?utf-8?B?${second.toString("base64")}?=`),
    ).toBe("Ж");
    expect(decodeEncodedWords("=?utf-8?Q?=D0?= =?utf-8?Q?=96?=")).toBe("Ж");
  });

  it("puts base64 together that was cut inside a group", () => {
    const whole = base64("Немного текста").replace(/=+$/, "");
    expect(decodeEncodedWords(`=?utf-8?B?${whole.slice(0, 9)}?= =?utf-8?B?${whole.slice(9)}?=`)).toBe(
      "Немного текста",
    );
  });

  it("does not join words of different charsets", () => {
    expect(decodeEncodedWords("=?utf-8?Q?=C3=A9?= =?iso-8859-1?Q?=E9?=")).toBe("éé");
  });

  it("leaves what is no encoded word", () => {
    expect(decodeEncodedWords("1 =? 2 ?= 3")).toBe("1 =? 2 ?= 3");
    expect(decodeEncodedWords("=?utf-8?X?abc?=")).toBe("=?utf-8?X?abc?=");
  });

  it("reads words with spaces inside, which some programs write", () => {
    expect(decodeEncodedWords("=?utf-8?Q?two words?=")).toBe("two words");
  });

  it("takes linear time on a hostile value", () => {
    const elapsedMs = measureCpuMs(() => {
      decodeEncodedWords("=?a?q?".repeat(100_000));
      decodeEncodedWords(`=?utf-8?b?${"A".repeat(1_000_000)}`);
      decodeEncodedWords("=?utf-8?q?=41?= ".repeat(10_000));
    });
    expect(elapsedMs).toBeLessThan(1_000);
  });
});
