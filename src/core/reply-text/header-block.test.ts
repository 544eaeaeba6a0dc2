import { describe, expect, test } from "vitest";
import { trimReply } from "../reply-text.ts";

const trimmed = (text: string) => trimReply(text).textTrimmed;

/** Outlook's labels: from, sent, to, subject. `reply-text.test.ts` has more languages, each with its own dates. */
const LABELS: [string, string, string, string, string][] = [
  ["sk", "Od", "Odoslané", "Komu", "Predmet"],
  ["sk, mail", "Odosielateľ", "Dátum", "Komu", "Predmet"],
  ["cs, mail", "Odesílatel", "Datum", "Komu", "Předmět"],
  ["hr", "Od", "Poslano", "Prima", "Predmet"],
  ["sr", "Од", "Послато", "За", "Наслов"],
  ["sr, Latin", "Šalje", "Poslato", "Za", "Naslov"],
  ["sl", "Od", "Poslano", "Za", "Zadeva"],
  ["lt", "Nuo", "Išsiųsta", "Kam", "Tema"],
  ["lv", "No", "Nosūtīts", "Kam", "Tēma"],
  ["et", "Saatja", "Saadetud", "Adressaat", "Teema"],
  ["ca", "De", "Enviat el", "Per a", "Assumpte"],
  ["gl", "De", "Enviado", "Para", "Asunto"],
  ["eu", "Nork", "Bidalia", "Nori", "Gaia"],
  ["is", "Frá", "Sent", "Til", "Efni"],
  ["hi", "प्रेषक", "भेजा गया", "प्रति", "विषय"],
  ["fa", "از", "تاریخ", "به", "موضوع"],
  ["ms", "Daripada", "Dihantar", "Kepada", "Subjek"],
  ["mk", "Од", "Испратено", "До", "Тема"],
  ["sq", "Nga", "Dërguar", "Për", "Tema"],
  ["pt-PT", "De", "Enviado", "Para", "Assunto"],
  ["es, day", "De", "Fecha de envío", "Para", "Asunto"],
  ["fr, Message du", "De", "Message du", "A", "Objet"],
  ["hu", "Feladó", "Küldve", "Címzett", "Tárgy"],
  ["uk, ukr.net", "Від кого", "Дата", "Кому", "Тема"],
  ["ru, mail.ru", "От кого", "Дата", "Кому", "Тема"],
  ["he", "מאת", "תאריך", "אל", "נושא"],
  ["ja, HubSpot", "送信元", "日付", "送信先", "件名"],
  ["zh, Aliyun", "发件人", "发送时间", "收件人", "主　题"],
  ["ko, Naver", "보낸사람", "보낸날짜", "받는사람", "제목"],
];

const block = ([, from, sent, to, subject]: [string, string, string, string, string], colon: string) =>
  `${from}${colon}Ada Lovelace <ada@example.com>\n${sent}${colon}08.08.2019 10:12\n${to}${colon}Support <support@example.com>\n${subject}${colon}Printer`;

describe("a header block ends the new words", () => {
  test.each(LABELS)("%s", (...labels) => {
    for (const colon of [": ", " : ", "："])
      expect(trimmed(`It works now.\n\n${block(labels, colon)}\n\nHave you tried this?`)).toBe(
        "It works now.",
      );
  });

  test.each(LABELS)("%s, bold, under a rule and between blank lines", (...labels) => {
    const bold = block(labels, ": ")
      .replace(/^([^:]+):/gm, "*$1:*")
      .replaceAll("\n", "\n\n");
    expect(trimmed(`It works now.\n\n________________________________\n\n${bold}\n\nTried this?`)).toBe(
      "It works now.",
    );
  });

  test("a table of cells under NetEase's marker", () => {
    const mail =
      "好的。\n\n---- 回复的原邮件 ----\n| 发件人 | Ada<ada@example.com> |\n| 发送日期 | 2019年08月08日 10:12 |\n| 收件人 | Support |\n| 主题 | 打印机 |\n\n可以吗？";
    expect(trimmed(mail)).toBe("好的。");
    expect(trimmed(mail.replace(/----.*\n/, ""))).toBe("好的。");
  });

  test("a marker with its block in the same line", () => {
    const mail =
      'Danke.\n-------- Ursprüngliche Nachricht --------Von: "Ada"  Datum: 08.08.19  10:12  (GMT+01:00) An: Betreff: Drucker\n\nGeht es wieder?';
    expect(trimmed(mail)).toBe("Danke.");
  });

  test("a block in an unknown language counts under a long rule only", () => {
    const strange =
      "Kutoka: Ada <ada@example.com>\nImetumwa: Alhamisi 8 Agosti 2019 10:12\nKwa: Support\nMada: Printa";
    expect(trimmed(`Asante.\n\n________________________________\n${strange}\n\nJe?`)).toBe("Asante.");
    expect(trimmed(`Asante.\n\n----------------------------------------\n\n${strange}\n\nJe?`)).toBe(
      "Asante.",
    );
    const form = `New form:\n\n${strange}\n\nJe?`;
    expect(trimmed(form)).toBe(form);
  });

  test("a person's own rule over a list of times is none", () => {
    const mail =
      "Our hours:\n\n________________________________\nMonday: 10:00\nTuesday: 11:30\nMail: ada@example.com\n\nRight?";
    expect(trimmed(mail)).toContain("Monday: 10:00");
  });
});

describe("what a helpdesk puts over its mails ends the new words", () => {
  test.each([
    "##- Please type your reply above this line -##",
    "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein. -##",
    "##- Veuillez saisir une réponse au-dessus de cette ligne -##",
    "##- Por favor, escriba su respuesta por encima de esta línea. -##",
    "##- Digite a sua resposta acima desta linha -##",
    "##- Digita la tua risposta sopra a questa riga -##",
    "##- Typ uw antwoord boven deze regel -##",
    "##- Skriv ditt svar ovanför den här raden -##",
    "##- Skriv dit svar over denne linje -##",
    "##- Kirjoita vastauksesi tämän rivin yläpuolelle -##",
    "##- Wpisz swoją odpowiedź powyżej tego wiersza -##",
    "##- Odpověď napište nad tento řádek -##",
    "##- Kérjük, válaszát e fölé a sor fölé írja -##",
    "##- Tastați răspunsul deasupra acestei linii -##",
    "##- Введите ответ над этой строкой -##",
    "##- Введіть відповідь над цим рядком -##",
    "##- Πληκτρολογήστε την απάντησή σας πάνω από αυτή τη γραμμή -##",
    "##- Lütfen yanıtınızı bu satırın üzerine yazın -##",
    "##- נא להקליד את התגובה מעל שורה זו -##",
    "##- この行より上に返信を入力してください -##",
    "##- 请在此行上方输入您的回复 -##",
    "##- 이 줄 위에 회신을 입력하십시오 -##",
    "--- Reply above this line ---",
    "-- REPLY ABOVE THIS LINE --",
    "=-=-=-= Reply above this line =-=-=-=",
    "Write ABOVE THIS LINE to post a reply",
    "--- Bitte antworten Sie oberhalb dieser Zeile ---",
    "Skriv ditt svar ovanför den här raden",
    "Введите ответ над этой строкой",
  ])("%s", (line) => {
    expect(trimmed(`Yes, please.\n\n${line}\n\nYour request (4711) has been updated.`)).toBe("Yes, please.");
  });

  test("a sentence about such a line stays", () => {
    const mail = "Where do I write?\n\nThe line above this one is empty.\n\nIs that right?";
    expect(trimmed(mail)).toBe(mail);
  });
});
