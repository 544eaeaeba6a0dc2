import { describe, expect, it } from "vitest";
import { createMailTokens } from "./mail-tokens.ts";

const SECRET = "the secret of this installation, long enough";
const MESSAGE = "0198c0de-7a1b-4c3d-8e9f-00ff10a5b6c7";
const OTHER = "0198c0de-7a1b-4c3d-8e9f-00ff10a5b6c8";
const tokens = createMailTokens([SECRET]);

/** Every character, one after the other, replaced by another of the same alphabet. */
function* tamper(text: string): Generator<string> {
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    const other = /\d/.test(char) ? (char === "3" ? "4" : "3") : char === "a" ? "b" : "a";
    if (/[a-z0-9]/.test(char)) yield `${text.slice(0, i)}${other}${text.slice(i + 1)}`;
  }
}

describe("mail tokens", () => {
  it("a Message-ID names ticket and message, and fits an RFC 5321 local part", async () => {
    const id = await tokens.signMessageId(1042, MESSAGE, "desk.example");
    expect(id).toMatch(/^<t1042\.[a-z2-7]{26}\.[a-z2-7]{20}@desk\.example>$/);
    expect(id.indexOf("@") - 1).toBeLessThanOrEqual(64);
    expect(await tokens.readMessageId(id)).toEqual({ number: 1042, messageId: MESSAGE });
  });

  it("is the same each time, so that a second try sends the same Message-ID", async () => {
    const id = await tokens.signMessageId(1, MESSAGE, "desk.example");
    expect(await createMailTokens([SECRET]).signMessageId(1, MESSAGE, "desk.example")).toBe(id);
  });

  it("survives mail systems that fold its case, and a change of MAIL_FROM's domain", async () => {
    const id = await tokens.signMessageId(7, MESSAGE, "desk.example");
    expect(await tokens.readMessageId(id.toUpperCase())).toEqual({ number: 7, messageId: MESSAGE });
    expect(await tokens.readMessageId(id.replace("desk.example", "new.example"))).not.toBeNull();
    const plus = await tokens.signPlusToken(7);
    expect(await tokens.readPlusToken(plus.toUpperCase())).toBe(7);
  });

  it("is worth nothing when any character of ticket, message or signature differs", async () => {
    const id = await tokens.signMessageId(1042, MESSAGE, "x.y");
    for (const forged of tamper(id.slice(0, id.indexOf("@"))))
      expect(await tokens.readMessageId(`${forged}@x.y>`), forged).toBeNull();
    for (const forged of tamper(await tokens.signPlusToken(1042)))
      expect(await tokens.readPlusToken(forged), forged).toBeNull();
    for (const forged of tamper(await tokens.signBounceToken(MESSAGE)))
      expect(await tokens.readBounceToken(forged), forged).toBeNull();
  });

  it("is worth nothing under another installation's secret", async () => {
    const foreign = createMailTokens(["another installation's secret, long enough"]);
    expect(await tokens.readMessageId(await foreign.signMessageId(1, MESSAGE, "desk.example"))).toBeNull();
    expect(await tokens.readPlusToken(await foreign.signPlusToken(1))).toBeNull();
    expect(await tokens.readBounceToken(await foreign.signBounceToken(OTHER))).toBeNull();
  });

  it("no token of one sort passes for another, or for another ticket", async () => {
    const id = await tokens.signMessageId(1, MESSAGE, "desk.example");
    const [, message, mac] = /\.(\w+)\.(\w+)@/.exec(id) ?? [];
    const plusMac = (await tokens.signPlusToken(1)).split(".")[1];
    const bounceMac = (await tokens.signBounceToken(MESSAGE)).split(".")[1];
    expect(new Set([mac, plusMac, bounceMac]).size).toBe(3);
    expect(await tokens.readPlusToken(`t1.${mac}`)).toBeNull();
    expect(await tokens.readBounceToken(`d${message}.${mac}`)).toBeNull();
    expect(await tokens.readMessageId(`<t1.${message}.${plusMac}@desk.example>`)).toBeNull();
    expect(await tokens.readPlusToken(`t2.${plusMac}`)).toBeNull();
  });

  it("after a change of secret, old tokens hold while the old secret is listed, and new ones are signed anew", async () => {
    const old = await tokens.signMessageId(5, MESSAGE, "desk.example");
    const rotated = createMailTokens(["the next secret of this installation, also long", SECRET]);
    expect(await rotated.readMessageId(old)).toEqual({ number: 5, messageId: MESSAGE });
    const fresh = await rotated.signMessageId(5, MESSAGE, "desk.example");
    expect(fresh).not.toBe(old);
    expect(await tokens.readMessageId(fresh)).toBeNull();
    const dropped = createMailTokens(["the next secret of this installation, also long"]);
    expect(await dropped.readMessageId(old)).toBeNull();
  });

  it.each([
    "",
    "<>",
    "<t1042@desk.example>",
    "<t0.a.b@x>",
    "t1042.short",
    "d.mac",
    `<t1.${"a".repeat(9_999)}@x>`,
  ])("%s is none", async (text) => {
    expect(await tokens.readMessageId(text)).toBeNull();
    expect(await tokens.readPlusToken(text)).toBeNull();
    expect(await tokens.readBounceToken(text)).toBeNull();
  });

  it("verifies with no secret at all, to nothing", async () => {
    const none = createMailTokens([]);
    expect(await none.readPlusToken(await tokens.signPlusToken(1))).toBeNull();
    await expect(none.signPlusToken(1)).rejects.toThrow("without a secret");
  });
});
