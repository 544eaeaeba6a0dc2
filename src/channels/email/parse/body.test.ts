import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../../test/helpers/cpu-time.ts";
import { flattenHtml } from "../../../core/flatten-html.ts";
import { chooseBody, readHtml } from "./body.ts";
import type { MimePart } from "./mime-content.ts";

const leaf = (contentType: string, text: string): MimePart => ({ kind: "leaf", leaf: { contentType, text } });
const multipart = (subtype: string, ...parts: MimePart[]): MimePart => ({
  kind: "multipart",
  subtype,
  parts,
});
const plain = (text: string) => leaf("text/plain", text);
const html = (text: string) => leaf("text/html", text);

describe("chooseBody", () => {
  it("reads the plain text of alternatives and keeps the HTML beside it", () => {
    expect(chooseBody(multipart("alternative", plain("words"), html("<p>words</p>")))).toEqual({
      text: "words",
      html: "<p>words</p>",
    });
  });

  it("reads the HTML where the plain text is blank", () => {
    expect(chooseBody(multipart("alternative", plain(" \n"), html("<p>words</p>"))).text).toBe("words");
  });

  it.each([
    "<!DOCTYPE html><html><body><p>words</p></body></html>",
    "<html>\n<body>words</body></html>",
    "<p>words</p>\n\n<p> </p><p><br /></p>",
  ])("reads as HTML what a program sends as plain text: %s", (source) => {
    expect(chooseBody(plain(source))).toEqual({ text: "words", html: source });
    expect(chooseBody(multipart("alternative", plain(source), html("<p>words</p>")))).toEqual({
      text: "words",
      html: "<p>words</p>",
    });
  });

  it.each([
    "<p>words</p>",
    "How do I close this?\n<div>\n<p>\n<b>\n</div>",
    "<div> is not closed in my template, nor are <p>, <b> and <span>. Why?",
  ])("keeps what a person writes about HTML: %s", (words) => {
    expect(chooseBody(plain(words))).toEqual({ text: words, html: null });
  });

  it("finds alternatives inside other parts, and joins what follows one another", () => {
    const part = multipart(
      "mixed",
      multipart("related", multipart("alternative", plain("first"), html("<p>first</p>"))),
      plain("a footer & more"),
    );
    expect(chooseBody(part)).toEqual({
      text: "first\n\na footer & more",
      html: "<p>first</p><br>\n<pre>a footer &amp; more</pre>",
    });
  });

  it("is empty where there are no words", () => {
    expect(chooseBody(multipart("mixed"))).toEqual({ text: "", html: null });
  });
});

describe("readHtml", () => {
  it("keeps paragraphs, lists, cells and quotes apart, and the case of headings", () => {
    const text = readHtml(
      "<h1>Outage</h1><p>First&nbsp;line<br>second</p><ul><li>one</li><li>two</li></ul>" +
        "<table><tr><td>Host</td><td>web1</td></tr></table><blockquote>quoted</blockquote>",
    );
    expect(text).toContain("Outage\n\nFirst line\nsecond\n\n * one\n * two\n\nHost\nweb1");
    expect(text).toContain("> quoted");
  });

  it("shows where a link leads, once", () => {
    expect(readHtml('<a href="https://a.example/x">here</a>')).toBe("here [https://a.example/x]");
    expect(readHtml('<a href="https://a.example/x">https://a.example/x</a>')).toBe("https://a.example/x");
  });

  it.each([
    ["elements inside one another", "<div>".repeat(200_000)],
    ["lists inside one another", "<ul><li>".repeat(50_000)],
    ["tables inside one another", "<table><tr><td>".repeat(30_000)],
    ["brackets", "<".repeat(1_000_000)],
    ["names without an end", "<a ".repeat(300_000)],
    ["megabytes", "<p>word <b>bold</b></p>".repeat(200_000)],
  ])("takes a bounded time for %s", (_what, source) => {
    expect(measureCpuMs(() => readHtml(`${source}words`))).toBeLessThan(5_000);
  });
});

describe("flattenHtml", () => {
  it("leaves ordinary HTML alone, with paragraphs that never end", () => {
    const source = `${"<p>words<br>".repeat(500)}<div><b>bold</b></div>`.repeat(3);
    expect(flattenHtml(source)).toBe(source);
  });

  it("drops tags beyond the depth, and no words", () => {
    const source = `${"<div>a".repeat(400)}${"</div>b".repeat(400)}`;
    const flat = flattenHtml(source);
    expect(flat.replace(/<[^>]*>/g, "")).toBe(source.replace(/<[^>]*>/g, ""));
    expect(flat.split("<div>")).toHaveLength(151);
    expect(flat.split("</div>")).toHaveLength(151);
  });
});
