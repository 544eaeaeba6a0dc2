import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { cleanSubject, deriveTitle, NO_SUBJECT } from "./title.ts";

describe("cleanSubject", () => {
  test.each([
    ["Printer", "Printer"],
    ["Re: Printer", "Printer"],
    ["RE: FW: Fwd: re: Printer", "Printer"],
    ["AW: WG: Drucker", "Drucker"],
    ["Antw: Betr: Printer", "Printer"],
    ["TR: RE : Imprimante", "Imprimante"],
    ["RV: Impresora", "Impresora"],
    ["RES: ENC: Impressora", "Impressora"],
    ["R: I: Stampante", "Stampante"],
    ["SV: VS: Skrivare", "Skrivare"],
    ["ODP: PD: Drukarka", "Drukarka"],
    ["YNT: İLT: Yazıcı", "Yazıcı"],
    ["Ответ: Принтер", "Принтер"],
    ["回复：打印机", "打印机"],
    ["回覆: 轉寄: 印表機", "印表機"],
    ["답장: 프린터", "프린터"],
    ["Re[2]: Printer", "Printer"],
    ["Re(3): Printer", "Printer"],
    ["Re: [#1042] Printer", "Printer"],
    ["[#1042] Re: Printer [#1042]", "Printer"],
    ["  Printer \t on\r\n fire ", "Printer on fire"],
    ["Hardware: broken", "Hardware: broken"],
    ["Report: broken", "Report: broken"],
    ["Regarding: invoice", "Regarding: invoice"],
    ["Re-design of the page", "Re-design of the page"],
    ["Internet: down", "Internet: down"],
    ["[JIRA] Re: x", "[JIRA] Re: x"],
    ["[#77 of 100] pages", "[#77 of 100] pages"],
    ["C: drive is full", "C: drive is full"],
    ["I: drive is full", "I: drive is full"],
    ["Ref: 4711", "Ref: 4711"],
  ])("«%s» becomes «%s»", (subject, title) => {
    expect(cleanSubject(subject)).toBe(title);
  });

  test.each(["", " ", "Re:", "Re: Fwd: ", "[#1042]", "Re: [#1042]", "\u200b"])(
    "«%s» is never empty",
    (subject) => {
      expect(cleanSubject(subject)).toBe(NO_SUBJECT);
    },
  );

  test("a very long subject is cut, in linear time", () => {
    const elapsedMs = measureCpuMs(() => {
      expect(Array.from(cleanSubject("word ".repeat(200_000))).length).toBeLessThanOrEqual(300);
      expect(cleanSubject("Re: ".repeat(250_000))).toBe(NO_SUBJECT);
      expect(cleanSubject(" ".repeat(1_000_000))).toBe(NO_SUBJECT);
    });
    expect(elapsedMs).toBeLessThan(1_000);
  });
});

describe("deriveTitle", () => {
  test.each([
    ["My VPN is down", "My VPN is down"],
    ["Hi,\n\nmy VPN is down since 9.\nPlease help", "my VPN is down since 9."],
    ["Hello team!\n> quoted\nsecond", "quoted"],
    ["Hallo zusammen,\nder Drucker geht nicht", "der Drucker geht nicht"],
    ["Bonjour,\nl'imprimante est en panne", "l'imprimante est en panne"],
    ["お疲れ様です。\nプリンターが動きません", "プリンターが動きません"],
    ["Hi", "Hi"],
    ["Hi everybody, my VPN is down again today", "Hi everybody, my VPN is down again today"],
    ["```\nerror 42\n```", "error 42"],
    ["* - • point one", "point one"],
    ["🙂\n\n!!!\nprinter", "printer"],
    ["\n\n\t two  words \n", "two words"],
  ])("%j becomes «%s»", (text, title) => {
    expect(deriveTitle(text)).toBe(title);
  });

  test.each(["", " \n\t", "🙂", "!!!", "```\n```"])("%j has no meaningful line", (text) => {
    expect(deriveTitle(text)).toBe(NO_SUBJECT);
  });

  test("at most 80 characters, cut at a word, never inside a character", () => {
    const title = deriveTitle(
      "The printer on the third floor next to the kitchen prints blank pages since the update of yesterday evening",
    );
    expect(title).toBe("The printer on the third floor next to the kitchen prints blank pages since the…");
    expect(Array.from(deriveTitle("a".repeat(500)))).toHaveLength(80);
    const emoji = deriveTitle(`a${"👩".repeat(200)}`);
    expect(Array.from(emoji)).toHaveLength(80);
    expect(emoji).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
    expect(deriveTitle("x".repeat(80))).toBe("x".repeat(80));
  });

  test("a megabyte takes no time", () => {
    const elapsedMs = measureCpuMs(() => {
      for (const part of ["a", " ", "\n", "> ", "hi ", "hello team ", "*"]) deriveTitle(part.repeat(500_000));
    });
    expect(elapsedMs).toBeLessThan(1_000);
  });
});
