import { describe, expect, test } from "vitest";
import { trimReply } from "../reply-text.ts";

const REPLY = "Thanks, it prints again.\n\nAda";
const trimmed = (below: string) => trimReply(`${REPLY}\n\n${below}`, "Re: Printer").textTrimmed;
const QUOTE = "Hello Ada,\n\nis the printer still broken?\n\nGrace";
const MARKED = QUOTE.replace(/^/gm, "> ");

describe("headers over quotes of less common programs", () => {
  test.each([
    ["Tuta", "8 Aug 2019, 10:12 by grace@example.com:"],
    ["Tuta, German", "8. Aug. 2019, 10:12 von grace@example.com:"],
    ["GroupWise", ">>> Grace Hopper <grace@example.com> 8/8/2019 10:12 AM >>>"],
    [
      "GroupWise, with a Message-ID",
      ">>> On 8/8/2019 at 10:12 AM, in message <5D4C@mx.example.com>, Grace Hopper <grace@example.com> wrote:",
    ],
    [
      "QQ Mail, entities in plain text",
      '------------------&nbsp;原始邮件&nbsp;------------------\n发件人:&nbsp;"Grace" <grace@example.com&gt;;\n发送时间:&nbsp;2019年8月8日(星期四) 上午10:12\n收件人:&nbsp;"Ada"<ada@example.org&gt;;\n主题:&nbsp;Printer',
    ],
    [
      "QQ Mail, phone",
      '---Original---\nFrom: "Grace"<grace@example.com>\nDate: Thu, Aug 8, 2019 10:12 AM\nTo: "Ada"<ada@example.org>;\nSubject: Printer',
    ],
    [
      "Yandex, phone, with labels above",
      '----------------\nКому: ada@example.org;\nТема: Printer;\n08.08.2019, 10:12, "Grace Hopper" <grace@example.com>:',
    ],
    ["Bengali digits", "বৃহস্পতি, ৮ আগস্ট, ২০১৯, ১০:১২ AM-এ Grace Hopper <grace@example.com> লিখেছেন:"],
    ["Armenian", "հնգ, 8 օգս, 2019 թ․, 10:12 Grace Hopper <grace@example.com>-ը գրել է․"],
    ["Urdu", "جمعرات، 8 اگست، 2019 کو 10:12 AM پر Grace Hopper <grace@example.com> نے لکھا:"],
    [
      "a phone that drops all dashes but one",
      '-Original message ----- From: "Grace" <grace@example.com>\nTo: <ada@example.org>\nSubject: Printer Date: Thu, Aug 8, 2019 10:12 am',
    ],
    ["Swahili", "Mnamo Alh, 8 Ago 2019 saa 10:12 Grace Hopper <grace@example.com> aliandika:"],
  ])("%s", (_, header) => {
    expect(trimmed(`${header}\n\n${QUOTE}`)).toBe(REPLY);
    expect(trimmed(`${header}\n\n${MARKED}`)).toBe(REPLY);
  });

  test("lines quoted by entities", () => {
    const header = "On Thu, Aug 8, 2019 at 10:12 AM Grace Hopper &lt;grace@example.com&gt; wrote:";
    expect(trimmed(`${header}\n\n${QUOTE.replace(/^/gm, "&gt; ")}`)).toBe(REPLY);
  });
});

describe("what only looks like such a header stays", () => {
  test.each([
    "8 Aug 2019, 10:12 call by Grace, she asked for grace@example.com:\n\nnobody knew.",
    "Kommt die Mail vom 8.8.2019, 10:12 von grace@example.com: nein.",
    ">>> print(1)\n1\n\nThat is what Python says.",
    "---Original---\n\nThis is the text as it was, without a header.",
    "Тема: принтер;\nКому: бухгалтерия;\n\nпередайте, пожалуйста.",
    "I pressed &lt;Enter&gt; and nothing happened.",
  ])("%s", (words) => {
    expect(trimmed(words)).toBe(`${REPLY}\n\n${words}`);
  });

  test("entities in somebody's own words stay as they were written", () => {
    expect(trimmed("Is &amp;nbsp; allowed?")).toContain("Is &amp;nbsp; allowed?");
  });
});

test("a last word with a smile over an original message is no label of it", () => {
  const original =
    "-----Original Message-----\nFrom: Grace\nSent: 8 August 2019 10:12\nTo: Ada\nSubject: Printer";
  const words = "I can repair it myself if I have\nto :-)";
  expect(trimReply(`${words}\n${original}\n\n${QUOTE}`, "Re: Printer").textTrimmed).toBe(words);
});

test("a lone dash over what a program wrote goes with it, and stays among words", () => {
  expect(trimmed("—\nSent from Mailbox")).toBe(REPLY);
  expect(trimmed("—\nGrace: what now?")).toBe(`${REPLY}\n\n—\nGrace: what now?`);
});

describe("signatures between rules", () => {
  test.each([
    "==========",
    "**********",
    "~~~~~~~~~~",
    "##########",
    "━━━━━━━━━━",
    "──────────",
    "＝＝＝＝＝＝",
    "- - - - - -",
    "■□■□■□■□",
  ])("%s", (rule) => {
    const card = `${rule}\n例株式会社 Grace Hopper\nTEL：03-0000-0000\nE-mail：grace@example.com`;
    expect(trimmed(`${card}\n${rule}`)).toBe(REPLY);
    expect(trimmed(card)).toBe(REPLY);
  });

  test.each([
    "Accounts to be closed\n=====================\nada@example.com\ngrace@example.com",
    "Orders:\n*******\n4711 4712 4713",
    "==========\n123456789\n987654321",
    "==========\nWe open on 2019-08-08\n==========",
  ])("%s is a section of the text", (words) => {
    expect(trimmed(words)).toContain(words.replace(/\n=+$/, ""));
  });

  test("a closing right over the rule belongs to the words", () => {
    expect(trimmed("Best regards\n-----\nGrace Hopper\nTel: 020 7946 0000")).toBe(`${REPLY}\n\nBest regards`);
  });

  test("NetEase's card of lines with a bar", () => {
    expect(trimmed("| |\nGrace Hopper\n|\n|\ngrace@example.com\n|\n签名由网易邮箱大师定制")).toBe(REPLY);
    const table = "| a | b |\n| 1 | 2 |";
    expect(trimmed(table)).toBe(`${REPLY}\n\n${table}`);
  });
});
