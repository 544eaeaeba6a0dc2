import { describe, expect, it } from "vitest";
import { formatBytea } from "./bytea.ts";

describe("formatBytea", () => {
  it("sends ASCII as it is, and escapes what Postgres would read as something else", () => {
    expect(formatBytea(Buffer.from("From: ada\r\n\r\nwords"))).toBe("From: ada\r\n\r\nwords");
    const mixed = `${"words ".repeat(4)}\\x41 gr\u00fc\u00df\0`;
    expect(formatBytea(Buffer.from(mixed, "latin1"))).toBe(`${"words ".repeat(4)}\\\\x41 gr\\374\\337\\000`);
  });

  it("sends files as hex, and whatever would become longer by escaping", () => {
    expect(formatBytea(Uint8Array.of(0, 255, 92))).toBe("\\x00ff5c");
    const late = Buffer.concat([Buffer.alloc(4096, "a"), Buffer.alloc(8192, 255)]);
    expect(formatBytea(late)).toBe(`\\x${late.toString("hex")}`);
    expect(formatBytea(new Uint8Array())).toBe("");
  });
});
