import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../../test/helpers/cpu-time.ts";
import { decodeBytes } from "./charset.ts";
import { createCharsetHints } from "./charset-hints.ts";

const SENTENCES: Readonly<Record<string, readonly string[]>> = {
  "windows-1251": ["Проблема с принтером", "СРОЧНО! Не работает почта", "Моля помогнете с принтера"],
  "koi8-r": ["Привет", "тест тест", "Счёт на оплату"],
  "koi8-u": ["Вітаю, не працює пошта", "Термінове повідомлення"],
  "windows-1252": [
    "Größe der Lieferung prüfen",
    "Störung",
    "Réunion reportée à mardi",
    "Año nuevo",
    "não consigo entrar, situação crítica",
    "Blåbær på øya",
    "È arrivata la fattura, perché?",
    "Þjónusta því miður óvirk",
    "ÜBERWEISUNG FEHLGESCHLAGEN",
    "It’s the world’s – really…",
    "£97m for 49¢, 20 °C",
    "¡Hola, señor!",
    "LABTEC® “new”",
  ],
  "iso-8859-2": [
    "Problem z drukarką, proszę o pomoc",
    "Žádost o pomoc s přihlášením",
    "Faktúra číslo 25 nebola doručená",
  ],
  "windows-1250": ["Nem működik a nyomtató, kérem segítsenek", "Zażółć gęślą jaźń"],
  "windows-1254": ["Yazıcı çalışmıyor, lütfen yardım edin", "Şifremi değiştiremiyorum", "kaçırmayın"],
  "windows-1257": ["Spausdintuvas neveikia, prašau padėti"],
  "windows-1253": ["Πρόβλημα με τον εκτυπωτή", "Καλημέρα σας"],
  "windows-1255": ["בעיה עם המדפסת", "שלום רב, אני צריך עזרה"],
  "windows-1256": ["مشكلة في الطابعة", "السلام عليكم ورحمة الله"],
  "windows-874": ["เครื่องพิมพ์ไม่ทำงาน", "สวัสดีครับ"],
  gb18030: ["打印机无法工作", "您好，请帮忙处理", "会议通知"],
  big5: ["印表機無法運作", "關於發票的問題", "會議通知"],
  "euc-kr": ["프린터가 작동하지 않습니다", "안녕하세요", "[광고] 특별 할인"],
  shift_jis: ["プリンターが動きません", "会議のお知らせ", "請求書について"],
  "euc-jp": ["お世話になっております", "会議のお知らせ"],
};

const cases = Object.entries(SENTENCES).flatMap(([label, texts]) =>
  texts.map((text) => [label, text] as const),
);

describe("undeclared bytes", () => {
  it.each(cases)("are read as %s: %s", (label, text) => {
    expect(decodeBytes(iconv.encode(text, label), null)).toBe(text);
  });

  it("are read as the rest of the mail, where they say too little by themselves", () => {
    const mail = Buffer.concat([
      Buffer.from("Subject: "),
      iconv.encode("Сыр", "koi8-r"),
      Buffer.from("\n\n"),
      iconv.encode("Пожалуйста, проверьте наш заказ и ответьте нам сегодня.", "koi8-r"),
    ]);
    expect(createCharsetHints(mail)()).toContain("koi8-u");
    expect(decodeBytes(iconv.encode("Сыр", "koi8-r"), null, createCharsetHints(mail))).toBe("Сыр");
  });

  it("are read as the sender's country writes, where that decides", () => {
    const latvian = "Printeris nedarbojas, lūdzu palīdziet";
    const mail = Buffer.from("From: a@firma.lv\n\nx");
    expect(decodeBytes(iconv.encode(latvian, "windows-1257"), null, createCharsetHints(mail))).toBe(latvian);
  });
});

describe("a wrong label", () => {
  it.each([
    ["iso-8859-1", "shift_jis", "お世話になっております。印刷できません。"],
    ["us-ascii", "euc-kr", "프린터가 작동하지 않습니다"],
    ["iso-8859-1", "windows-1251", "Пожалуйста, проверьте наш заказ"],
    ["gb2312", "utf-8", "打印机无法工作"],
    ["windows-1251", "utf-8", "Проблема с принтером"],
    ["big5", "utf-8", "Größe, Straße, Ähre, Öl"],
  ])("%s gives way to %s", (declared, actual, text) => {
    expect(decodeBytes(iconv.encode(text, actual), declared)).toBe(text);
  });

  it("does not give way where it makes sense", () => {
    expect(decodeBytes(iconv.encode("Übergrößenträger", "iso-8859-1"), "iso-8859-1")).toBe(
      "Übergrößenträger",
    );
    expect(decodeBytes(iconv.encode("联通", "gbk"), "gb2312")).toBe("联通");
    // A row of umlauts is no word in any language, but what was declared.
    const umlauts = "ÄäÖöÜü".repeat(10);
    expect(decodeBytes(iconv.encode(umlauts, "iso-8859-1"), "iso-8859-1")).toBe(umlauts);
  });
});

describe("labels that no standard has", () => {
  it.each([
    ["cp-850", "cp850", "Größe"],
    ["ks_c_5601-1987", "cp949", "뷁 안녕"],
    ["x-unknown", "utf-8", "Größe"],
    ["ansi_x3.110-1983", "latin1", "Größe"],
    ["Windows-1252http-equivContent-Type", "latin1", "Größe"],
    ["iso8859-2", "iso-8859-2", "Žádost"],
    ["x-mac-roman", "macroman", "Größe"],
    ["cp1251", "cp1251", "Привет"],
    ['"utf-8"', "utf-8", "Größe"],
    ["GB2312", "gb18030", "镕 打印机"],
    ["x-mac-ce", "maccenteuro", "Žádost"],
    ["DOS-866", "cp866", "Привет, проблема"],
  ])("%s", (label, actual, text) => expect(decodeBytes(iconv.encode(text, actual), label)).toBe(text));
});

describe("charsets that switch by escapes", () => {
  const latin = (text: string) => Buffer.from(text, "latin1");
  const lower = (text: string, charset: string) =>
    Array.from(iconv.encode(text, charset), (byte) => String.fromCharCode(byte & 0x7f)).join("");

  it.each([
    ["iso-2022-kr", `\x1b$)C\x0e${lower("프린터", "euc-kr")}\x0f ok`, "프린터 ok"],
    ["us-ascii", `\x1b$)A\x0e${lower("你好", "gbk")}\x0f ok`, "你好 ok"],
    ["hz-gb-2312", `This is ~{${lower("己所不欲", "gbk")}~} ~~.`, "This is 己所不欲 ~."],
    ["us-ascii", `\x1b$B${lower("印刷", "euc-jp")}\x1b(I1\x1b(B!`, "印刷ｱ!"],
    ["iso-2022-jp", `\x1b$B${lower("印刷", "euc-jp")}\n${lower("故障", "euc-jp")}\x1b(B`, "印刷\n故障"],
    ["utf-7", "Hi +AOQ-!", "Hi ä!"],
  ])("%s", (label, bytes, text) => expect(decodeBytes(latin(bytes), label)).toBe(text));
});

it("takes a bounded time on megabytes of noise", () => {
  const noise = Uint8Array.from({ length: 2_000_000 }, (_, at) => 0x80 + ((at * 7919) % 128));
  expect(measureCpuMs(() => decodeBytes(noise, null))).toBeLessThan(2_000);
});
