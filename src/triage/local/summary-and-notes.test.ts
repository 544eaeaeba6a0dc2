import { describe, expect, it } from "vitest";
import { writeNotes } from "./notes.ts";
import { summarise } from "./summary.ts";

describe("summarise", () => {
  it.each([
    ["Hi team,\n\nmy mouse is broken.\n\nThanks,\nTom", "my mouse is broken."],
    ["Sehr geehrte Damen und Herren,\nder Drucker druckt nicht.", "der Drucker druckt nicht."],
    ["I hope you are well. The VPN drops. It started today.", "The VPN drops. It started today."],
    ["お世話になっております。VPNに接続できません。", "VPNに接続できません。"],
    ["Thanks!", "The title"],
    ["", "The title"],
  ])("%j", (text, summary) => {
    expect(summarise({ title: "The title", text })).toBe(summary);
  });

  it("is at most 200 characters and never half a character", () => {
    const summary = summarise({ title: "", text: `${"😀 word ".repeat(100)}.` });
    expect(Array.from(summary).length).toBeLessThanOrEqual(200);
    expect(summary).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/u);
  });
});

describe("writeNotes", () => {
  it("quotes error codes, addresses, hosts, devices, numbers, versions and times as they stand", () => {
    const text =
      "Since yesterday WS-0144 (10.2.0.5) shows error 809 and 0x80070005 on gw1.example.com, Windows 11, by noon please.";
    const { facts } = writeNotes({ title: "", text }, "Network");
    expect(facts.map(({ quote }) => quote)).toEqual(
      expect.arrayContaining([
        "0x80070005",
        "error 809",
        "10.2.0.5",
        "gw1.example.com",
        "WS-0144",
        "Windows 11",
      ]),
    );
    for (const { quote } of facts) expect(text).toContain(quote);
  });

  it("adds what to check first for the category, and nothing for one of the desk's own", () => {
    expect(writeNotes({ title: "", text: "It is gone" }, "Network").helpfulNotes).toContain(
      "Check: One person",
    );
    expect(writeNotes({ title: "", text: "It is gone" }, "Forklifts").helpfulNotes).toBe("");
  });
});
