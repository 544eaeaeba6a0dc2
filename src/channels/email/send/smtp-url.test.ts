import { describe, expect, it } from "vitest";
import { parseSmtpUrl } from "./smtp-url.ts";

describe("parseSmtpUrl", () => {
  it("reads every part, percent-decoded", () => {
    expect(parseSmtpUrl("smtps://support%40desk.example:p%40ss@Smtp.example.com")).toEqual({
      host: "smtp.example.com",
      port: 465,
      tls: "implicit",
      auth: { user: "support@desk.example", password: "p@ss" },
    });
  });

  it("lets a password travel under TLS only, except on this machine", () => {
    expect(parseSmtpUrl("smtp://a:b@smtp.example.com")).toMatchObject({ port: 587, tls: "required" });
    expect(parseSmtpUrl("smtp://smtp.example.com:25")).toMatchObject({
      port: 25,
      tls: "offered",
      auth: null,
    });
    expect(parseSmtpUrl("smtp://a:b@127.0.0.1:2525")).toMatchObject({ tls: "none" });
    expect(() => parseSmtpUrl("smtp://a:b@smtp.example.com?tls=none")).toThrow("this machine");
  });

  it.each([
    "http://a:b@host",
    "smtp://",
    "smtp://a:secret@host/path",
    "smtp://a:secret@host?x=1",
    "smtp://a@host",
  ])("refuses %s without showing the password", (url) => {
    try {
      parseSmtpUrl(url);
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toMatch(/^(it|its|tls)\b/);
      expect((error as Error).message).not.toContain("secret");
    }
  });
});
