import { describe, expect, it } from "vitest";
import { detectLanguage } from "./language.ts";

describe("detectLanguage", () => {
  it.each([
    ["en", "My laptop does not turn on any more, could you please help?"],
    ["de", "Mein Laptop startet nicht mehr, können Sie mir bitte helfen?"],
    ["fr", "Mon ordinateur ne s'allume plus, pouvez-vous m'aider ?"],
    ["es", "Mi portátil no enciende, ¿pueden ayudarme por favor?"],
    ["pt", "Meu notebook não liga mais, vocês podem ajudar?"],
    ["it", "Il mio portatile non si accende più, potete aiutarmi? Grazie"],
    ["nl", "Mijn laptop start niet meer op, kunt u mij helpen? Graag"],
    ["pl", "Dzień dobry, mój laptop się nie włącza, proszę o pomoc"],
    ["sv", "Hej, min dator startar inte, jag kan inte arbeta"],
    ["ja", "パソコンの電源が入りません。"],
    ["zh", "我的电脑无法开机，请帮忙。"],
    ["ko", "노트북이 켜지지 않습니다."],
    ["ru", "Мой ноутбук не включается."],
    ["uk", "Мій ноутбук не вмикається, допоможіть."],
    ["el", "Ο υπολογιστής μου δεν ανοίγει."],
    ["ar", "لا يعمل حاسوبي."],
    ["he", "המחשב שלי לא נדלק."],
    ["th", "คอมพิวเตอร์ของฉันเปิดไม่ติด"],
    ["und", ""],
    ["und", "0x80070005 ERR-12"],
    ["und", "Xyzzy plugh"],
  ])("%s: %s", (language, text) => {
    expect(detectLanguage(text)).toBe(language);
  });

  it("is not led astray by an English product name in German text", () => {
    expect(detectLanguage("Outlook und Teams for Business stürzen nach dem Update ab, bitte um Hilfe")).toBe(
      "de",
    );
  });
});
