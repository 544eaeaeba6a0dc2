import { describe, expect, it } from "vitest";
import { decodeBytes } from "./charset.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const latin = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const utf8 = (text: string) => new TextEncoder().encode(text);

describe("decodeBytes", () => {
  it("follows the declared charset", () => {
    expect(decodeBytes(bytes(0xf0, 0xd2, 0xc9), "KOI8-R")).toBe("При");
    expect(decodeBytes(bytes(0x82, 0xa0), "Shift_JIS")).toBe("あ");
    expect(decodeBytes(bytes(0xc4, 0xe3), "gb2312")).toBe("你");
    expect(decodeBytes(bytes(0x8f, 0xf0), "cp1251")).toBe("Џр");
  });

  it("decodes the windows-1252 quotes and the euro that Latin-1 does not have", () => {
    expect(decodeBytes(bytes(0x93, 0x80, 0xe9, 0x94), "windows-1252")).toBe("“€é”");
    expect(decodeBytes(bytes(0x93, 0x80, 0xe9, 0x94), "iso-8859-1")).toBe("“€é”");
  });

  it("guesses undeclared bytes: UTF-8 where it is valid, else windows-1252", () => {
    expect(decodeBytes(utf8("Grüße"), null)).toBe("Grüße");
    expect(decodeBytes(latin("Grüße"), null)).toBe("Grüße");
    expect(decodeBytes(latin("Grüße"), "us-ascii")).toBe("Grüße");
    expect(decodeBytes(latin("Grüße"), "x-no-such-charset")).toBe("Grüße");
  });

  it("believes the bytes where the label is wrong", () => {
    expect(decodeBytes(utf8("Grüße"), "iso-8859-1")).toBe("Grüße");
    expect(decodeBytes(latin("Grüße"), "utf-8")).toBe("Grüße");
    expect(decodeBytes(latin('\x1b$B$"\x1b(B'), "us-ascii")).toBe("あ");
  });

  it("keeps UTF-8 that was cut in the middle of a character", () => {
    expect(decodeBytes(utf8("Grüße aus Köln, schöne Zeit ü").subarray(0, -1), "utf-8")).toBe(
      "Grüße aus Köln, schöne Zeit \ufffd",
    );
  });

  it("tries the charset of the rest of the mail before the last resort", () => {
    expect(decodeBytes(bytes(0xc4, 0xe3), null, () => ["gb18030"])).toBe("你");
  });

  it("reads UTF-7", () => {
    expect(decodeBytes(latin("Hi Mom +Jjo-! 1 +- 1"), "utf-7")).toBe("Hi Mom ☺! 1 + 1");
  });

  it("reads UTF-16, whose ASCII text has zero bytes", () => {
    expect(decodeBytes(bytes(0x41, 0, 0x42, 0), "utf-16le")).toBe("AB");
  });
});
