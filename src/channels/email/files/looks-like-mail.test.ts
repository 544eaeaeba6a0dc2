import { describe, expect, it } from "vitest";
import { looksLikeMail } from "./looks-like-mail.ts";

const bytes = (text: string, encoding: BufferEncoding = "utf8") =>
  new Uint8Array(Buffer.from(text, encoding));

describe("looksLikeMail", () => {
  it.each([
    ["one header line", "Subject: Printer\n\nIt burns."],
    ["a space before the colon", "subject : Printer\r\n\r\n"],
    ["bare carriage returns", "X-Odd: 1\rFrom: a@b.example\r\rText"],
    ["lines of junk before", "\n\n250 OK\nsome words\nReceived: from x by y"],
    ["a quote's sign", ">From: a@b.example\n"],
    ["an mbox's line", "From ada@b.example Mon Nov 16 10:00:00 2026\nodd"],
    ["a byte order mark", "\uFEFFMessage-ID: <a@b>\n"],
  ])("takes a file with %s for a mail", (_what, text) => {
    expect(looksLikeMail("mails/0001", bytes(text))).toBe(true);
  });

  it("reads UTF-16 as well", () => {
    expect(looksLikeMail("0001.txt", bytes("\uFEFFFrom: a@b.example\n", "utf16le"))).toBe(true);
  });

  it("takes whatever is named as a mail for one, however broken", () => {
    for (const name of ["a.eml", "A.EML", "b.mbox", "c.emlx", "d.msg", "inbox/17", "18."])
      expect(looksLikeMail(name, bytes(""))).toBe(true);
  });

  it.each([
    ["README.md", "# Mails\n\nNote: these are ours. See https://example.com: there.\n"],
    ["labels.csv", "file,label\n0001,bounce\n"],
    ["labels.json", '{"from": "a@b.example", "subject": "x"}'],
    ["run.py", "from x import y\nimport z\n"],
    ["settings.yaml", "name: corpus\nversion: 2\n"],
    ["page.html", "<html><body>From: nobody</body></html>"],
    ["empty", ""],
    ["picture.png", "\u0089PNG\r\n\u001a\n\u0000\u0000"],
  ])("takes %s for no mail", (name, text) => {
    expect(looksLikeMail(name, bytes(text, "latin1"))).toBe(false);
  });
});
