import { describe, expect, test } from "vitest";
import { trimReply } from "../reply-text.ts";

/** More of what mail programs put over a quote: `reply-header.test.ts` has the common ones. */
const HEADERS: [string, string][] = [
  ["en Gmail, phone", "On Thu, Aug 8, 2019, 10:12 AM Ada Lovelace <ada@example.com> wrote:"],
  ["en Gmail, narrow space", "On Thu, Aug 8, 2019 at 10:12\u202fAM Ada Lovelace <ada@example.com> wrote:"],
  ["en Superhuman", "On Thu, Aug 08, 2019 at 10:12 AM, Ada Lovelace < ada@example.com > wrote:"],
  ["en HEY", "On August 8, 2019, Ada Lovelace <ada@example.com> wrote:"],
  ["en Spark", "On 8 Aug 2019 at 10:12 +0200, Ada Lovelace <ada@example.com>, wrote:"],
  ["en Newton", "On Thu, Aug 08, 2019 at 10:12am, Ada Lovelace <ada@example.com [ada@example.com]> wrote:"],
  ["en Mailbird", "On 8/8/2019 10:12:01 AM, Ada Lovelace <ada@example.com> wrote:"],
  ["en K-9", "On 8 August 2019 10:12:01 CEST, Ada Lovelace <ada@example.com> wrote:"],
  ["en Aqua Mail", "On August 8, 2019 10:12:01 AM Ada Lovelace <ada@example.com> wrote:"],
  ["en SquirrelMail", "On Thu, August 8, 2019 10:12 am, Ada Lovelace wrote:"],
  ["en Pine", "On Thu, 8 Aug 2019, Ada Lovelace wrote:"],
  ["en Claws", "On Thu, 8 Aug 2019 10:12:01 +0200 Ada Lovelace <ada@example.com> wrote:"],
  ["en Outlook for Mac", 'On 08/08/2019 10:12, "Ada Lovelace" <ada@example.com> wrote:'],
  [
    "en Outlook, on behalf",
    'On 8/8/19, 10:12 AM, "Ada Lovelace on behalf of Support" <ada@example.com> wrote:',
  ],
  ["en Wanderlust", "At Thu, 8 Aug 2019 10:12:01 +0200, Ada Lovelace wrote:"],
  [
    "en mailto in brackets",
    "On Aug 8, 2019, at 10:12 AM, Ada Lovelace <ada@example.com<mailto:ada@example.com>> wrote:",
  ],
  [
    "en Markdown link",
    "On Thu, Aug 8, 2019 at 10:12 AM Ada Lovelace <[ada@example.com](mailto:ada@example.com)> wrote:",
  ],
  ["en bold", "**On Thu, Aug 8, 2019 at 10:12 AM Ada Lovelace <ada@example.com> wrote:**"],
  ["en entities", "On Thu, Aug 8, 2019 at 10:12 AM Ada Lovelace &lt;ada@example.com&gt; wrote:"],
  [
    "en via a list",
    "On Thu, Aug 8, 2019 at 10:12 AM Ada Lovelace via Support <support@lists.example.com> wrote:",
  ],
  ["en Mail.ru", "Thursday, August 8, 2019 10:12 AM +02:00 from Ada Lovelace <ada@example.com>:"],
  ["en Yandex", '08.08.2019, 10:12, "Ada Lovelace" <ada@example.com>:'],
  ["en Yandex, phone", "10:12, August 8, 2019, Ada Lovelace <ada@example.com>:"],
  ["en Gmail, no name", "On Thu, Aug 8, 2019 at 10:12 AM <ada@example.com> wrote:"],
  ["en Yahoo, old", "--- On Thu, 8/8/19, Ada Lovelace <ada@example.com> wrote:"],
  ["en Yahoo, dashes", "On Thursday, August 8, 2019 10:12 AM, Ada Lovelace <ada@example.com> wrote:"],
  ["en Horde", "Quoting Ada Lovelace <ada@example.com>:"],
  ["de Horde", "Zitat von Ada Lovelace <ada@example.com>:"],
  ["es Horde", "Citando a Ada Lovelace <ada@example.com>:"],
  ["en Gmail, old, with a time", "2019-08-08 10:12, Ada Lovelace <ada@example.com>"],
  ["en GitLab", "On 2019-08-08 10:12 UTC Ada Lovelace wrote:"],
  ["de GMX app", "Am 08.08.19, 10:12 schrieb Ada Lovelace <ada@example.com>:"],
  ["de K-9", "Am 8. August 2019 10:12:01 MESZ schrieb Ada Lovelace <ada@example.com>:"],
  ["de Gmail, name first", "Ada Lovelace <ada@example.com> schrieb am Do. 8. Aug. 2019 um 10:12:"],
  ["de Gmail, no address", "Ada Lovelace schrieb am Do. 8. Aug. 2019 um 10:12:"],
  ["de entities", "Ada Lovelace &lt;ada@example.com&gt; schrieb am Do. 8. Aug. 2019 um 10:12:"],
  ["de mailbox.org", "Am 08.08.2019 10:12 CEST schrieb Ada Lovelace <ada@example.com>:"],
  ["de Open-Xchange", "Ada Lovelace <ada@example.com> hat am 8. August 2019 um 10:12 geschrieben:"],
  ["de Outlook for Mac", 'Am 08.08.19, 10:12 schrieb "Ada Lovelace" <ada@example.com>:'],
  ["de Yahoo", "Ada Lovelace <ada@example.com> schrieb am 10:12 Donnerstag, 8.August 2019:"],
  ["de Apple Mail, year last", "Am 08.08.2019 um 10:12 Uhr schrieb Ada Lovelace <ada@example.com>:"],
  ["fr Gmail, old", "Le jeudi 8 août 2019, Ada Lovelace <ada@example.com> a écrit :"],
  ["fr Yahoo", "Le jeudi 8 août 2019 à 10:12:01 UTC+2, Ada Lovelace <ada@example.com> a écrit :"],
  ["fr K-9", "Le 8 août 2019 10:12:01 GMT+02:00, Ada Lovelace <ada@example.com> a écrit :"],
  ["fr Outlook for Mac", "Le 08/08/2019 10:12, « Ada Lovelace » <ada@example.com> a écrit :"],
  ["fr Roundcube", "Le 08.08.2019 10:12, Ada Lovelace a écrit :"],
  ["es Yahoo", "El jueves, 8 de agosto de 2019 10:12:01 GMT+2, Ada Lovelace <ada@example.com> escribió:"],
  [
    "es Gmail, Americas",
    "El jue, 8 de ago. de 2019 a la(s) 10:12 a.m., Ada Lovelace (ada@example.com) escribió:",
  ],
  ["es Outlook for Mac", 'El 8/8/19 10:12, "Ada Lovelace" <ada@example.com> escribió:'],
  ["es Roundcube", "El 2019-08-08 10:12, Ada Lovelace escribió:"],
  ["pt Yahoo", "Em quinta-feira, 8 de agosto de 2019 10:12:01 BRT, Ada Lovelace <ada@example.com> escreveu:"],
  ["pt-PT Apple Mail", "No dia 08/08/2019, às 10:12, Ada Lovelace <ada@example.com> escreveu:"],
  ["pt Apple Mail", "Em 8 de ago. de 2019, à(s) 10:12, Ada Lovelace <ada@example.com> escreveu:"],
  ["it Yahoo", "Il giovedì 8 agosto 2019, 10:12:01 CEST, Ada Lovelace <ada@example.com> ha scritto:"],
  ["it Libero", "Il 08/08/2019 10:12 CEST Ada Lovelace <ada@example.com> ha scritto:"],
  ["it Outlook for Mac", 'Il giorno 08/08/19, 10:12 "Ada Lovelace" <ada@example.com> ha scritto:'],
  ["it TypeApp", 'In data 8 agosto 2019 10:12:01 "Ada Lovelace" <ada@example.com> ha scritto:'],
  ["nl Gmail, old", "Op 8 augustus 2019 10:12 schreef Ada Lovelace <ada@example.com>:"],
  ["nl K-9", "Ada Lovelace <ada@example.com> schreef op 8 augustus 2019 10:12:01 CEST:"],
  ["nl KMail", "Op donderdag 8 augustus 2019 10:12:01 CEST schreef Ada Lovelace:"],
  ["nl Outlook for Mac", "Op 08/08/2019 10:12 heeft Ada Lovelace <ada@example.com> geschreven:"],
  ["sv Thunderbird", "Den 2019-08-08 kl. 10:12, skrev Ada Lovelace:"],
  ["sv Gmail, day only", "torsdag 8 augusti 2019 skrev Ada Lovelace <ada@example.com>:"],
  ["sv K-9", "Ada Lovelace <ada@example.com> skrev: (8 augusti 2019 10:12:01 CEST)"],
  ["da Thunderbird", "Den 08/08/2019 kl. 10.12 skrev Ada Lovelace:"],
  ["da Yahoo", "Den torsdag den 8. august 2019 10.12.01 CEST skrev Ada Lovelace <ada@example.com>:"],
  ["nb Thunderbird", "Den 08.08.2019 10:12, skrev Ada Lovelace:"],
  ["nb Apple Mail", "8. aug. 2019 kl. 10:12 skrev Ada Lovelace <ada@example.com>:"],
  ["nn Gmail", "tor. 8. aug. 2019 kl. 10:12 skreiv Ada Lovelace <ada@example.com>:"],
  ["fi Thunderbird", "Ada Lovelace kirjoitti 8.8.2019 klo 10.12:"],
  ["fi Yahoo", "torstai 8. elokuuta 2019 klo 10.12.01 UTC+3 Ada Lovelace <ada@example.com> kirjoitti:"],
  ["et Thunderbird", "08.08.2019 10:12 Ada Lovelace kirjutas:"],
  ["et Apple Mail", "Ada Lovelace <ada@example.com> kirjutas kuupäeval 8. august 2019 kell 10:12:"],
  ["lv Thunderbird", "2019.08.08. 10:12, Ada Lovelace rakstīja:"],
  ["lt Thunderbird", "2019-08-08 10:12, Ada Lovelace rašė:"],
  ["lt Apple Mail", "2019-08-08, 10:12, Ada Lovelace <ada@example.com> parašė:"],
  [
    "pl Apple Mail",
    "Wiadomość napisana przez Ada Lovelace <ada@example.com> w dniu 8 sie 2019, o godz. 10:12:",
  ],
  ["pl Apple Mail, no address", "Wiadomość napisana przez Ada Lovelace w dniu 08.08.2019, o godz. 10:12:"],
  ["pl Onet", "W dniu 2019-08-08 10:12:01 użytkownik Ada Lovelace <ada@example.com> napisał:"],
  ["pl Gmail, phone", "W dniu czw., 8.08.2019 o 10:12 Ada Lovelace <ada@example.com> napisał(a):"],
  ["pl Outlook for Mac", "Dnia 08.08.2019, 10:12 „Ada Lovelace” <ada@example.com> napisał:"],
  ["cs Apple Mail", "8. 8. 2019 v 10:12, Ada Lovelace <ada@example.com>:"],
  ["cs Gmail, phone", "Dne čt 8. 8. 2019 10:12 uživatel Ada Lovelace <ada@example.com> napsal:"],
  ["cs Outlook for Mac", "Dne 08.08.2019 10:12 napsal uživatel Ada Lovelace <ada@example.com>:"],
  ["sk Thunderbird", "Dňa 8. 8. 2019 o 10:12 Ada Lovelace napísal(a):"],
  ["sk Apple Mail", "8. 8. 2019 o 10:12, Ada Lovelace <ada@example.com>:"],
  ["hu Apple Mail", "Ada Lovelace <ada@example.com> írta (2019. aug. 8., 10:12):"],
  ["hu Apple Mail, old", "2019. aug. 8. dátummal, 10:12 időpontban Ada Lovelace <ada@example.com> írta:"],
  ["hu Gmail, old", "2019. augusztus 8. 10:12 Ada Lovelace írta, <ada@example.com>:"],
  ["ro Apple Mail", "Pe 8 aug. 2019, la 10:12, Ada Lovelace <ada@example.com> a scris:"],
  ["ro Gmail, phone", "joi, 8 aug. 2019, 10:12 Ada Lovelace <ada@example.com> a scris:"],
  ["ro Thunderbird", "Pe 08.08.2019 10:12, Ada Lovelace a scris:"],
  ["hr Thunderbird", "Dana 8.8.2019. u 10:12, Ada Lovelace je napisao/la:"],
  ["hr Apple Mail", "Ada Lovelace <ada@example.com> je 08.08.2019. u 10:12 napisao/la:"],
  [
    "hr Apple Mail, old",
    "Dana 8. kol 2019., u 10:12, Ada Lovelace <ada@example.com> napisao/la je sljedeće:",
  ],
  ["sl Gmail", "V čet., 8. avg. 2019 ob 10:12 je oseba Ada Lovelace <ada@example.com> napisala:"],
  ["sl Thunderbird", "Ada Lovelace je 8. 08. 2019 ob 10:12 napisal:"],
  ["sl Apple Mail", "Dne 8. avg. 2019, ob 10:12, je Ada Lovelace <ada@example.com> napisal(a):"],
  ["sr Gmail, Latin", "čet, 8. avg 2019. u 10:12 Ada Lovelace <ada@example.com> je napisao/la:"],
  ["mk Gmail", "На чет, 8 авг 2019 во 10:12 Ada Lovelace <ada@example.com> напиша:"],
  ["bg Thunderbird", "На 8.8.2019 г. в 10:12 ч., Ada Lovelace написа:"],
  ["bg Apple Mail", "На 8.08.2019 г., в 10:12, Ada Lovelace <ada@example.com> написа:"],
  ["ru Gmail, phone", "чт, 8 авг. 2019 г., 10:12 Ada Lovelace <ada@example.com>:"],
  ["ru Yandex, phone", "10:12, 8 августа 2019 г., Ada Lovelace <ada@example.com>:"],
  ["ru The Bat", "Вы писали 8 августа 2019 г., 10:12:01:"],
  ["ru Outlook for Mac", '08.08.2019, 10:12, пользователь "Ada Lovelace" <ada@example.com> написал:'],
  ["uk Thunderbird", "08.08.19 10:12, Ada Lovelace пише:"],
  ["uk ukr.net", '8 серпня 2019, 10:12:01, від "Ada Lovelace" <ada@example.com>:'],
  ["uk Apple Mail", "8 серп. 2019 р. о 10:12 Ada Lovelace <ada@example.com> пише:"],
  ["el Apple Mail", "Στις 8 Αυγ 2019, στις 10:12 π.μ., ο χρήστης Ada Lovelace <ada@example.com> έγραψε:"],
  ["el Thunderbird", "Στις 8/8/2019 10:12 π.μ., ο/η Ada Lovelace έγραψε:"],
  ["tr Thunderbird", "8.08.2019 10:12 tarihinde Ada Lovelace yazdı:"],
  ["tr Gmail, day only", "8 Ağustos 2019 Perşembe tarihinde Ada Lovelace <ada@example.com> yazdı:"],
  ["tr Yahoo", "8 Ağustos 2019 Perşembe 10:12:01 GMT+3, Ada Lovelace <ada@example.com> şunu yazdı:"],
  ["he Apple Mail", "‏ב-8 באוג׳ 2019, בשעה 10:12, ‏Ada Lovelace ‏<ada@example.com> כתב/ה:"],
  ["he Thunderbird", "בתאריך 8.8.2019 10:12, כתב Ada Lovelace:"],
  ["ar Apple Mail", "في ٠٨‏/٠٨‏/٢٠١٩، الساعة ١٠:١٢ ص، كتب/كتبت ‏Ada Lovelace ‏<ada@example.com>:"],
  ["ar Gmail, short", "في الخميس، 8 أغسطس 2019 10:12 ص Ada Lovelace <ada@example.com> كتب:"],
  ["ar Outlook for Mac", "في 8 أغسطس 2019، الساعة 10:12 ص، كتب Ada Lovelace <ada@example.com>:"],
  ["th Apple Mail", "เมื่อวันที่ 8 ส.ค. 2562 เวลา 10:12 Ada Lovelace <ada@example.com> เขียน:"],
  ["vi Apple Mail", "Vào 10:12, 8 thg 8, 2019, Ada Lovelace <ada@example.com> đã viết:"],
  ["vi Thunderbird", "Vào 08/08/2019 10:12, Ada Lovelace đã viết:"],
  ["id Apple Mail", "Pada 8 Agu 2019, pukul 10.12, Ada Lovelace <ada@example.com> menulis:"],
  ["id Yahoo", "Pada Kamis, 8 Agustus 2019 10.12.01 WIB, Ada Lovelace <ada@example.com> menulis:"],
  ["ms Gmail", "Pada Kha, 8 Ogos 2019 pada 10:12 PG Ada Lovelace <ada@example.com> menulis:"],
  ["ja Gmail, noon", "2019年8月8日(木) 午前10:12 Ada Lovelace <ada@example.com>:"],
  ["ja Thunderbird, old", "2019/08/08 10:12、Ada Lovelace さんは書きました:"],
  ["ja iPhone", "2019/08/08 10:12、Ada Lovelace <ada@example.com>のメール："],
  ["zh NetEase", '在 2019-08-08 10:12:01，"Ada Lovelace" <ada@example.com> 写道：'],
  ["zh NetEase Master", "On 08/08/2019 10:12， Ada Lovelace<ada@example.com> wrote："],
  ["zh NetEase Master, Chinese", "在2019年08月08日 10:12，Ada Lovelace<ada@example.com> 写道："],
  ["zh Thunderbird", "在 2019/8/8 10:12, Ada Lovelace 写道:"],
  ["zh-TW Thunderbird", "於 2019/8/8 上午 10:12, Ada Lovelace 寫道:"],
  ["zh-TW Apple Mail", "Ada Lovelace <ada@example.com> 於 2019年8月8日 上午10:12 寫道："],
  ["ko Thunderbird", "2019-08-08 오전 10:12에 Ada Lovelace 이(가) 쓴 글:"],
  ["ko Gmail, 24 h", "2019년 8월 8일 (목) 10:12, Ada Lovelace <ada@example.com>님이 작성:"],
  ["ca Gmail, phone", "El dj., 8 d’ag. 2019, 10:12, Ada Lovelace <ada@example.com> va escriure:"],
  ["ca Apple Mail", "El 8 ag. 2019, a les 10:12, Ada Lovelace <ada@example.com> va escriure:"],
  ["gl Gmail", "O xov., 8 ago. 2019 ás 10:12, Ada Lovelace (<ada@example.com>) escribiu:"],
  ["eu Gmail", "Ada Lovelace (<ada@example.com>) igorleak hau idatzi du (2019 abu. 8, og. (10:12)):"],
];

const ANSWER = "Thanks, that worked.\n\nThe printer on floor 3 is still offline.\nBest, Grace";
const QUOTE = "> Have you tried\n> turning it off?";

/** Breaks at the last space before `width`, as mail programs do. */
const wrap = (text: string, width: number) =>
  text.replace(new RegExp(`(?=.{${width + 1}})(.{1,${width}}) `, "gu"), "$1\n");

describe("the header and its quote go, the new words stay", () => {
  test.each(HEADERS)("%s, quoted with >", (_, header) => {
    expect(trimReply(`${ANSWER}\n\n${header}\n\n${QUOTE}\n`).textTrimmed).toBe(ANSWER);
  });

  test.each(HEADERS)("%s, quoted without any sign", (_, header) => {
    expect(trimReply(`${ANSWER}\n\n${header}\n\nHave you tried\nthis?\n`).textTrimmed).toBe(ANSWER);
  });

  test.each(HEADERS)("%s, right under the last words", (_, header) => {
    expect(trimReply(`${ANSWER}\n${header}\n${QUOTE}\n`).textTrimmed).toBe(ANSWER);
  });

  test.each(HEADERS)("%s, broken over lines", (_, header) => {
    expect(trimReply(`${ANSWER}\n\n${wrap(header, 40)}\n${QUOTE}\n`).textTrimmed).toBe(ANSWER);
    expect(trimReply(`${ANSWER}\n\n${wrap(header, 60)}\n\nHave you tried\nthis?`).textTrimmed).toBe(ANSWER);
  });

  test.each(HEADERS)("%s, quoted itself", (_, header) => {
    expect(trimReply(`${ANSWER}\n\n> ${header}\n>\n${QUOTE}\n`).textTrimmed).toBe(ANSWER);
  });

  test.each(HEADERS)("%s, over the answer", (_, header) => {
    expect(trimReply(`${header}\n\n${QUOTE}\n\n${ANSWER}\n`).textTrimmed).toBe(ANSWER);
  });
});

describe("names of every sort are names", () => {
  test.each([
    "Eric Han",
    "Big Ben",
    "Yo Ela",
    "'Ada Lovelace' via Support",
    "Ada Lovelace (JIRA)",
    '"Lovelace, Ada, PhD"',
    "Support Team [Example]",
    "Ada 🎉 Lovelace",
    "ADA LOVELACE",
    "ada",
    "Ada v. d. Lovelace-O'Brien",
    "#4711 Support: Example",
    "Ада Лавлейс",
    "阿达",
    "عدا",
  ])("%s", (name) => {
    for (const header of [
      `On Thu, Aug 8, 2019 at 10:12 AM ${name} <ada@example.com> wrote:`,
      `Am 08.08.2019 um 10:12 schrieb ${name} <ada@example.com>:`,
      `On 8/8/19 10:12 AM, ${name} wrote:`,
      `Le 08/08/2019 à 10:12, ${name} a écrit :`,
    ]) {
      expect(trimReply(`${ANSWER}\n\n${header}\n\n${QUOTE}`).textTrimmed).toBe(ANSWER);
      expect(trimReply(`${ANSWER}\n\n${header}\n\nHave you tried\nthis?`).textTrimmed).toBe(ANSWER);
    }
  });
});

describe("somebody's own sentences are no headers", () => {
  test.each([
    "On 8 Aug 2019 at 10:12 I wrote:",
    "On Thursday at 10:12 we sent:",
    "Am 8. August 2019 um 10:12 habe ich geschrieben:",
    "Am 8. August 2019 um 10:12 schrieb ich:",
    "Le 8 août 2019 à 10:12 j'ai écrit :",
    "El 8 de agosto de 2019 a las 10:12 yo escribí:",
    "The log of 8 Aug 2019, 10:12 says what the clerk wrote:",
    "1. On 8 Aug 2019 at 10:12 Bob wrote:",
    "Am 08.08.2019 schrieb die Firma einen Brief, der bei mir liegt.",
  ])("«%s»", (sentence) => {
    const mail = `Hello,\n\n${sentence}\n\nthe printer is broken\n\nand nobody came.`;
    expect(trimReply(mail).textTrimmed).toBe(mail);
  });

  test("what somebody wrote, told of in a first contact, is no header; under one's own words in a reply it is", () => {
    const mail = "Hello,\n\nOn 8 Aug 2019 at 10:12 Bob wrote:\n\nwe refund you.\n\nWhere is it?";
    expect(trimReply(mail, "My refund").textTrimmed).toBe(mail);
    expect(trimReply(mail, "Re: My refund").textTrimmed).toBe("Hello,");
    expect(trimReply(mail.replace("Bob", "Bob <b@example.com>"), "My refund").textTrimmed).toBe("Hello,");
  });

  test("a line above a whole header is not drawn into it", () => {
    const lines = [
      "Il est signalé inaccessible",
      "In stock",
      "A B",
      "Op tijd",
      "Grace",
      "Am Ende gut",
      "g@example.com",
    ];
    for (const line of lines)
      for (const header of [
        "Le mar. 30 avr. 2024, 11:53, Ada Lovelace a écrit :",
        "Ada Lovelace <ada@example.com> schrieb am Do., 8. Aug. 2019, 10:12:",
        "8 aug. 2019 kl. 10:12 skrev Ada Lovelace <ada@example.com>:",
      ])
        expect(trimReply(`Bonjour,\n${line}\n${header}\n> Ok ?`).textTrimmed).toBe(`Bonjour,\n${line}`);
  });

  test("a header without a colon counts over a block or a quote only", () => {
    const header = "Am 20.06.24 um 16:20 schrieb Ada Lovelace";
    expect(trimReply(`Danke.\n\n${header}\n\n> Ok?`).textTrimmed).toBe("Danke.");
    expect(
      trimReply(`Danke.\n\n${header}\n\nVon: "Ada"\nDatum: 20. Juni 2024\nAn: Support\n\nOk?`).textTrimmed,
    ).toBe("Danke.");
    expect(trimReply(`Danke.\n\n${header}\n\nDas war alles.`).textTrimmed).toContain("Das war alles.");
  });

  test("a header whose first word is doubled is whole", () => {
    const mail =
      "Gracias.\n\nEl El vie, 3 de marzo de 2023 a la(s) 9:21, Ada <ada@example.com> escribió:\n\n¿Sí?";
    expect(trimReply(mail).textTrimmed).toBe("Gracias.");
  });
});
