import { describe, expect, test } from "vitest";
import { checkEvidence, saysSomething } from "./evidence.ts";
import type { Evidence } from "./triage.ts";

const quote = (text: string): Evidence => ({ field: "category", quote: text, value: "Hardware" });
const MESSAGE = {
  title: "Printer on floor 3",
  text: "Hello,\n\nthe HP LaserJet   prints “blank” pages since\nyesterday — C++ build e.g. on MVP-2 is fine. ﬁle server; 東京のプリンターが動きません。 Größe: 5 %",
};
const isKept = (text: string) => checkEvidence([quote(text)], MESSAGE).kept.length === 1;

describe("checkEvidence", () => {
  test.each([
    "printer on floor 3",
    "PRINTER ON FLOOR 3",
    "the HP LaserJet prints blank pages",
    "pages since yesterday",
    "prints 'blank' pages",
    "c++ build",
    "C++",
    "file server",
    "プリンターが動きません",
    "東京",
    "GRÖSSE: 5",
    "größe",
    "  yesterday -- C++  ",
    "MVP",
  ])("«%s» stands in the message", (text) => {
    expect(isKept(text.replace("GRÖSSE", "GRÖßE"))).toBe(true);
  });

  test.each([
    "",
    " ",
    "...",
    "“”",
    "the printer is on fire",
    "VP",
    "C",
    "C#",
    "print",
    "pages since today",
    "Printer on floor 3 Hello",
    "京都",
    "floor 33",
  ])("«%s» does not", (text) => {
    expect(isKept(text)).toBe(false);
  });

  test("kept and dropped share all evidence, in order", () => {
    const [good, bad, better] = [quote("blank"), quote("invented words"), quote("floor 3")];
    expect(checkEvidence([good, bad, better], MESSAGE)).toEqual({ kept: [good, better], dropped: [bad] });
  });

  test("an empty message supports nothing", () => {
    expect(checkEvidence([quote("a"), quote("")], { title: "", text: "" }).kept).toEqual([]);
  });
});

describe("a quote in another form", () => {
  const stands = (text: string, words: string) =>
    checkEvidence([quote(words)], { title: "", text }).kept.length === 1;

  test.each([
    ["Die Größe der Straße", "GRÖSSE DER STRASSE"],
    ["パスワードを\n忘れました。", "パスワードを忘れました"],
    ["无法 连接 网络", "无法连接网络"],
    ["ติดต่อ เครื่องพิมพ์", "ติดต่อเครื่องพิมพ์"],
    ["ﾌﾟﾘﾝﾀｰが動かない", "プリンターが動かない"],
    ["İSTANBUL ofisi", "istanbul ofisi"],
    ["Ο εκτυπωτής", "Ο ΕΚΤΥΠΩΤΗΣ"],
    ["الطَّابِعَةُ لا تعمل", "الطابعة لا تعمل"],
    ["I can’t print", "can't print"],
    ["e-mail is down", "e mail is down"],
  ])("«%s» has «%s»", (text, words) => {
    expect(stands(text, words)).toBe(true);
  });

  test.each([
    ["无法连接网络", "网络正常"],
    ["The C compiler", "C++ compiler"],
    ["naïve setup", "naive"],
  ])("«%s» has no «%s»", (text, words) => {
    expect(stands(text, words)).toBe(false);
  });

  test.each(["Hello", "thank you", "the", "Mit freundlichen Grüßen", "…"])(
    "«%s» speaks for nothing",
    (words) => {
      expect(saysSomething(words)).toBe(false);
    },
  );

  test.each(["cannot work", "today", "C++", "今日", "VPN"])("«%s» does", (words) => {
    expect(saysSomething(words)).toBe(true);
  });
});
