import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../../test/helpers/cpu-time.ts";
import { readCms } from "./cms.ts";
import { decompressRtf, readRtf } from "./rtf.ts";
import { readTnef } from "./tnef.ts";
import { decodeTransfer } from "./transfer-decoding.ts";
import { extractUuencoded } from "./uuencode.ts";

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const hex = (text: string) => new Uint8Array(Buffer.from(text.replace(/\s/g, ""), "hex"));
const textOf = (content: Uint8Array) => Buffer.from(content).toString("latin1");

/** Every prefix, and every byte turned around, of a container: none may throw. */
function torture(whole: Uint8Array, read: (part: Uint8Array) => unknown): void {
  for (let at = 0; at < whole.length; at++) {
    read(whole.subarray(0, at));
    const broken = whole.slice();
    broken[at] = (broken[at] ?? 0) ^ 0xff;
    read(broken);
  }
}

describe("readCms", () => {
  const signed = (content: string) =>
    hex(
      `30 80 06 09 2a864886f70d010702 a0 80 30 80 02 01 01 31 00 30 80 06 09 2a864886f70d010701 a0 80 ${content} 0000 0000 0000 0000 0000`,
    );

  it("reads what is signed, of definite or indefinite length, whole or in pieces", () => {
    expect(readCms(signed("04 02 6869"))).toEqual({ kind: "signed", content: bytes("hi") });
    expect(readCms(signed("24 80 04 01 68 04 01 69 0000"))).toEqual({ kind: "signed", content: bytes("hi") });
  });

  it("tells what is sealed from what is no container", () => {
    expect(readCms(hex("30 0d 06 09 2a864886f70d010703 a0 00"))).toEqual({ kind: "sealed" });
    expect(readCms(bytes("-----BEGIN PKCS7-----"))).toBeNull();
    expect(readCms(new Uint8Array())).toBeNull();
  });

  it("survives whatever is broken, in linear time", () => {
    torture(signed("24 80 04 01 68 04 01 69 0000"), readCms);
    expect(measureCpuMs(() => readCms(hex("3080".repeat(500_000))))).toBeLessThan(2_000);
  });
});

describe("readTnef", () => {
  const tnef = hex(
    "789f3e22 0100 01 0c800200 05000000 776f726473 2f02 02 10800100 06000000 612e74787400 0000 02 0f800600 02000000 6869 d100",
  );
  it("reads the plain attributes of old Outlook", () => {
    const begin = hex("02 02900600 00000000 0000");
    const whole = new Uint8Array(Buffer.concat([tnef.subarray(0, 22), begin, tnef.subarray(22)]));
    expect(readTnef(whole)).toMatchObject({
      text: "words",
      files: [{ filename: "a.txt", content: bytes("hi") }],
    });
    torture(whole, readTnef);
  });

  it("is null for anything else", () => {
    expect(readTnef(bytes("winmail.dat, but not really"))).toBeNull();
  });
});

describe("rich text", () => {
  it("gives its words, with what other charsets and Unicode have", () => {
    const rtf =
      "{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0 Arial;}}\\pard \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2\\par " +
      "{\\*\\generator hidden;}caf\\u233?\\tab x\\line\\{y\\}}";
    expect(readRtf(rtf)).toBe("Привет\ncafé\tx\n{y}");
  });

  it("gives the words of HTML inside", () => {
    const rtf =
      "{\\rtf1\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Hello{\\*\\htmltag72 </p>}\\htmlrtf }\\htmlrtf0 }";
    expect(readRtf(rtf)).toBe("Hello");
  });

  it("is decompressed by reference to what came before", () => {
    const head = "{\\rtf1\\ansi\\mac\\deff0\\deftab720";
    // 26 literal runs are not needed: the dictionary begins with these very words. One reference of 17, then letters.
    const reference = (offset: number, length: number) => [
      (offset >> 4) & 0xff,
      ((offset & 0xf) << 4) | (length - 2),
    ];
    const body = [
      0b0000_0001,
      ...reference(0, 17),
      ...Buffer.from(" abcdef"),
      0b0000_0001,
      ...reference(207 + 24, 2),
    ];
    const raw = Buffer.alloc(16);
    raw.writeUInt32LE(24, 4);
    raw.writeUInt32LE(0x75465a4c, 8);
    expect(decompressRtf(new Uint8Array(Buffer.concat([raw, Buffer.from(body)])))).toBe(
      `${head.slice(0, 17)} abcdef`,
    );
    torture(new Uint8Array(Buffer.concat([raw, Buffer.from(body)])), decompressRtf);
    expect(decompressRtf(bytes("short"))).toBe("");
  });

  it("takes linear time", () => {
    for (const piece of ["{", "\\u1?", "\\'41", "\\", "{\\*\\x "])
      expect(measureCpuMs(() => readRtf(piece.repeat(200_000)))).toBeLessThan(3_000);
  });
});

describe("decodeTransfer", () => {
  it("reads base64 with rubbish, in joined pieces, without its padding", () => {
    expect(textOf(decodeTransfer(bytes("aG\r\nk=\r\n!!aGk="), "base64"))).toBe("hihi");
    expect(textOf(decodeTransfer(bytes("aGkhIQ"), "base64"))).toBe("hi!!");
  });

  it("reads quoted-printable with spaces at line ends and escapes that are none", () => {
    expect(textOf(decodeTransfer(bytes("a=\r\nb  \r\nc=3Dd =XY =e4"), "quoted-printable"))).toBe(
      "ab\r\nc=d =XY \xe4",
    );
  });

  it("leaves what it does not know", () => {
    expect(textOf(decodeTransfer(bytes("as is"), "x-unknown"))).toBe("as is");
  });
});

describe("extractUuencoded", () => {
  it("leaves what only looks like a file", () => {
    for (const text of ["begin 644 of the year\nand more\n", "We begin 644 x\n", "begin 644 x\n"]) {
      expect(extractUuencoded(text)).toEqual({ text, files: [] });
    }
  });

  it("keeps a file that was cut off, and takes linear time", () => {
    const line = `M${"!".repeat(60)}`;
    const { text, files } = extractUuencoded(`a\nbegin 644 x.bin\n${`${line}\n`.repeat(5)}-- \nb`);
    expect([text, files.map(({ content }) => content.length)]).toEqual(["a\n-- \nb", [225]]);
    expect(measureCpuMs(() => extractUuencoded("begin 644 x\n".repeat(100_000)))).toBeLessThan(2_000);
  });
});
