import { describe, expect, it } from "vitest";
import { cutForSlack, escapeMrkdwn, mentionedUserIds, splitForSlack, toPlainText } from "./mrkdwn.ts";

describe("escapeMrkdwn", () => {
  it("turns what would ping or link into text", () => {
    expect(escapeMrkdwn("<!channel> & <@U123> a > b")).toBe("&lt;!channel&gt; &amp; &lt;@U123&gt; a &gt; b");
  });

  it("keeps an entity that somebody wrote as that entity", () => {
    expect(toPlainText(escapeMrkdwn("write &lt; for <"))).toBe("write &lt; for <");
  });
});

describe("toPlainText", () => {
  it.each([
    ["a &amp; b &lt;c&gt;", "a & b <c>"],
    ["&amp;lt;", "&lt;"],
    ["<@U1|ada> hello", "@ada hello"],
    ["<@U2> hello", "@Bob hello"],
    ["<@U3> hello", "@U3 hello"],
    ["see <#C1|help> and <#C2|>", "see #help and #C2"],
    ["<!here> <!subteam^S1|@ops> <!subteam^S2>", "@here @ops @S2"],
    ["<!date^1392734382^{date}|18 Feb 2014>", "18 Feb 2014"],
    ["<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"],
    ["<https://example.com/a|the page>", "the page (https://example.com/a)"],
    ["<http://example.com|example.com>", "example.com"],
    ["<mailto:ada@example.com|ada@example.com>", "ada@example.com"],
    ["<tel:+4930123|030 123>", "030 123 (+4930123)"],
    ["&lt;!channel&gt;", "<!channel>"],
    ["no closing < here", "no closing < here"],
  ])("reads %s as %s", (slack, plain) => {
    expect(toPlainText(slack, (id) => (id === "U2" ? "Bob" : null))).toBe(plain);
  });

  it("lists only the people that need a name, each once", () => {
    expect(mentionedUserIds("<@U1> <@U1> <@W2> <@U3|eve> &lt;@U4&gt;")).toEqual(["U1", "W2"]);
  });
});

describe("splitForSlack", () => {
  it("loses nothing, and every piece fits once escaped", () => {
    const text = `${"<&> line of text\n".repeat(400)}${"x".repeat(9000)}${"👩‍👩‍👧 é ".repeat(300)}`;
    const pieces = splitForSlack(text, 3000);
    expect(pieces.join("")).toBe(text);
    for (const piece of pieces) expect(escapeMrkdwn(piece).length).toBeLessThanOrEqual(3000);
  });

  it("prefers the end of a line, then a space", () => {
    expect(splitForSlack("one two\nthree four", 12)).toEqual(["one two\n", "three four"]);
    expect(splitForSlack("one two three four", 12)).toEqual(["one two ", "three four"]);
  });

  it("never parts one character", () => {
    for (const piece of splitForSlack("👍🏽".repeat(50), 7))
      expect(() => encodeURIComponent(piece)).not.toThrow();
    expect(splitForSlack("aaa👩‍👧b", 6)).toEqual(["aaa", "👩‍👧b"]);
  });

  it("goes on where no boundary can be found", () => {
    const zalgo = `a${"\u0301".repeat(500)}`;
    expect(splitForSlack(zalgo, 100).join("")).toBe(zalgo);
  });

  it("gives nothing for nothing", () => {
    expect(splitForSlack("", 10)).toEqual([]);
  });
});

describe("cutForSlack", () => {
  it("leaves alone what fits, and marks what it cuts", () => {
    expect(cutForSlack("short", 5)).toBe("short");
    expect(cutForSlack("much too long", 10)).toBe("much too…");
    expect(escapeMrkdwn(cutForSlack("&".repeat(100), 51)).length).toBeLessThanOrEqual(51);
  });
});
