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

  it("reads a file of certificates, and then sends nothing without TLS, not even on this machine", () => {
    expect(parseSmtpUrl("smtps://a:b@smtp.example.com?ca=/etc/our%20ca.pem")).toMatchObject({
      tls: "implicit",
      caFile: "/etc/our ca.pem",
    });
    for (const url of [
      "smtp://a:b@smtp.example.com",
      "smtp://smtp.example.com:25",
      "smtp://127.0.0.1:2525",
    ]) {
      expect(parseSmtpUrl(`${url}?ca=ca.pem`)).toMatchObject({ tls: "required", caFile: "ca.pem" });
    }
    expect(() => parseSmtpUrl("smtp://127.0.0.1?ca=ca.pem&tls=none")).toThrow("contradict");
    expect(() => parseSmtpUrl("smtps://a:b@smtp.example.com?ca=")).toThrow("names no file");
    expect(() => parseSmtpUrl("smtps://a:b@smtp.example.com?cert=x")).toThrow("only tls and ca are known");
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
