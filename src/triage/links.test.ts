import { describe, expect, it } from "vitest";
import { removeForeignLinks } from "./links.ts";

const MESSAGE = "See https://help.example.com/vpn and status.example.org, or write to it@example.com.";

describe("removeForeignLinks", () => {
  it.each([
    "Look at https://help.example.com/vpn.",
    "Look at HTTPS://HELP.EXAMPLE.COM/vpn",
    "status.example.org says so",
    "Ask it@example.com",
    "Node.js, e.g. version 18.2, report.pdf and C:\\temp are no links",
  ])("stays: %s", (text) => {
    expect(removeForeignLinks(text, MESSAGE)).toBe(text);
  });

  it.each([
    "https://help.example.com/other",
    "https://help.example.com.evil.io/vpn",
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
    const cleaned = removeForeignLinks(`Open ${link} now`, MESSAGE);
    expect(cleaned).toContain("[link removed]");
    expect(cleaned).not.toMatch(/evil|other|alert/);
    expect(cleaned).toMatch(/^Open .* now$/);
  });
});
