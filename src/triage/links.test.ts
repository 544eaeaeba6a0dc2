import { describe, expect, it } from "vitest";
import { listWebLinks, removeForeignLinks } from "./links.ts";

const ALLOWED = {
  hosts: ["status.example.org", ".corp.example"],
  links: ["https://help.example.com/vpn", "it@example.com"],
};

describe("removeForeignLinks", () => {
  it.each([
    "Look at https://help.example.com/vpn.",
    "Look at HTTPS://HELP.EXAMPLE.COM/vpn",
    "status.example.org says so",
    "See https://status.example.org/today?x=1#y",
    "See wiki.corp.example/vpn and http://corp.example:8080/a",
    "Ask it@example.com or desk@wiki.corp.example",
    "Node.js, e.g. version 18.2, report.pdf and C:\\temp are no links",
  ])("stays: %s", (text) => {
    expect(removeForeignLinks(text, ALLOWED)).toBe(text);
  });

  it.each([
    "https://help.example.com/other",
    "https://help.example.com.evil.io/vpn",
    "https://status.example.org.evil.io/",
    "https://status.example.org@evil.io/",
    "https://evilcorp.example/",
    "https://evil.io/?x=status.example.org",
    "http://evil.example",
    "www.evil.example/x",
    "evil.com/login",
    "evil.com",
    "javascript:alert(1)",
    "mailto:a@evil.io",
    "a@evil.io",
    "[text](https://evil.example/md)",
    "<https://evil.example|text>",
  ])("goes: %s", (link) => {
    const cleaned = removeForeignLinks(`Open ${link} now`, ALLOWED);
    expect(cleaned).toContain("[link removed]");
    expect(cleaned).not.toMatch(/evil|other|alert/);
    expect(cleaned).toMatch(/^Open .* now$/);
  });

  it("lists the web addresses of a text, each once, without those that may be for one person", () => {
    expect(
      listWebLinks(
        "See https://a.example/x, https://a.example/x, https://u:p@d.example/ https://e.example/?token=1 and b@c.example.",
      ),
    ).toEqual(["https://a.example/x"]);
  });
});
