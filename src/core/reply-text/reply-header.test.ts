import { describe, expect, test } from "vitest";
import { trimReply } from "../reply-text.ts";

/** What mail programs put over a quote, by language and program. */
const HEADERS: [string, string][] = [
  ["en Gmail", "On Thu, Aug 8, 2019 at 10:12 AM Ada Lovelace <ada@example.com> wrote:"],
  ["en Gmail, 24 h", "On Thu, 8 Aug 2019 at 10:12, Ada Lovelace <ada@example.com> wrote:"],
  ["en Apple Mail", "On 8 Aug 2019, at 10:12, Ada Lovelace <ada@example.com> wrote:"],
  ["en Apple Mail, US", "On Aug 8, 2019, at 10:12 AM, Ada Lovelace <ada@example.com> wrote:"],
  ["en Yahoo", "On Thursday, August 8, 2019, 10:12:01 AM GMT+2, Ada Lovelace <ada@example.com> wrote:"],
  ["en Thunderbird", "On 8/8/19 10:12 AM, Ada Lovelace wrote:"],
  ["en Thunderbird, ISO", "On 2019-08-08 10:12, Ada Lovelace wrote:"],
  ["en Evolution", "On Thu, 2019-08-08 at 10:12 +0200, Ada Lovelace wrote:"],
  ["en mutt", "On Thu, Aug 08, 2019 at 10:12:44AM +0200, Ada Lovelace wrote:"],
  ["en Zoho", "---- On Thu, 08 Aug 2019 10:12:01 +0200 Ada Lovelace <ada@example.com> wrote ----"],
  ["en Proton", "On Thursday, August 8th, 2019 at 10:12, Ada Lovelace <ada@example.com> wrote:"],
  ["en Lotus Notes", "Ada Lovelace <ada@example.com> wrote on 08/08/2019 10:12:01 AM:"],
  ["en NetEase", 'At 2019-08-08 10:12:01, "Ada Lovelace" <ada@example.com> wrote:'],
  ["en Front", "On August 8, 2019, 10:12 AM GMT+2 ada@example.com wrote:"],
  ["de Gmail", "Am Do., 8. Aug. 2019 um 10:12 Uhr schrieb Ada Lovelace <ada@example.com>:"],
  ["de Apple Mail", "Am 08.08.2019 um 10:12 schrieb Ada Lovelace <ada@example.com>:"],
  ["de Thunderbird", "Am 08.08.19 um 10:12 schrieb Ada Lovelace:"],
  ["de KMail", "Am Donnerstag, 8. August 2019, 10:12:01 CEST schrieb Ada Lovelace:"],
  ["de Roundcube", "Am 2019-08-08 10:12, schrieb Ada Lovelace:"],
  ["de name first", "Ada Lovelace <ada@example.com> schrieb am Do., 8. Aug. 2019, 10:12:"],
  ["de Notes", "Ada Lovelace <ada@example.com> hat am 08.08.2019 10:12 geschrieben:"],
  ["fr Gmail", "Le jeu. 8 août 2019 à 10:12, Ada Lovelace <ada@example.com> a écrit :"],
  ["fr Apple Mail", "Le 8 août 2019 à 10:12, Ada Lovelace <ada@example.com> a écrit :"],
  ["fr Thunderbird", "Le 08/08/2019 à 10:12, Ada Lovelace a écrit :"],
  ["es Gmail", "El jue., 8 ago. 2019 a las 10:12, Ada Lovelace (<ada@example.com>) escribió:"],
  ["es Apple Mail", "El 8 ago 2019, a las 10:12, Ada Lovelace <ada@example.com> escribió:"],
  ["es Thunderbird", "El 8/8/19 a las 10:12, Ada Lovelace escribió:"],
  ["pt Gmail", "Em qui., 8 de ago. de 2019 às 10:12, Ada Lovelace <ada@example.com> escreveu:"],
  ["pt-PT Gmail", "Ada Lovelace <ada@example.com> escreveu no dia quinta, 8/08/2019 à(s) 10:12:"],
  ["pt Thunderbird", "Em 08/08/2019 10:12, Ada Lovelace escreveu:"],
  ["it Gmail", "Il giorno gio 8 ago 2019 alle ore 10:12 Ada Lovelace <ada@example.com> ha scritto:"],
  ["it Apple Mail", "Il giorno 8 ago 2019, alle ore 10:12, Ada Lovelace <ada@example.com> ha scritto:"],
  ["it Thunderbird", "Il 08/08/19 10:12, Ada Lovelace ha scritto:"],
  ["nl Gmail", "Op do 8 aug. 2019 om 10:12 schreef Ada Lovelace <ada@example.com>:"],
  ["nl Apple Mail", "Op 8 aug. 2019, om 10:12 heeft Ada Lovelace <ada@example.com> het volgende geschreven:"],
  ["nl Thunderbird", "Op 08-08-19 om 10:12 schreef Ada Lovelace:"],
  ["sv Gmail", "Den tors 8 aug. 2019 kl 10:12 skrev Ada Lovelace <ada@example.com>:"],
  ["sv Apple Mail", "8 aug. 2019 kl. 10:12 skrev Ada Lovelace <ada@example.com>:"],
  ["da Gmail", "Den tor. 8. aug. 2019 kl. 10.12 skrev Ada Lovelace <ada@example.com>:"],
  ["da Apple Mail", "Den 8. aug. 2019 kl. 10.12 skrev Ada Lovelace <ada@example.com>:"],
  ["nb Gmail", "tor. 8. aug. 2019 kl. 10:12 skrev Ada Lovelace <ada@example.com>:"],
  ["is Gmail", "Þann fim., 8. ágú. 2019 kl. 10:12 skrifaði Ada Lovelace <ada@example.com>:"],
  ["fi Gmail", "to 8. elok. 2019 klo 10.12 Ada Lovelace (ada@example.com) kirjoitti:"],
  ["fi Apple Mail", "Ada Lovelace <ada@example.com> kirjoitti 8.8.2019 kello 10.12:"],
  ["et Gmail", "Kuupäev N, 8. august 2019 kell 10:12 kirjutas Ada Lovelace <ada@example.com>:"],
  [
    "lv Gmail",
    "ceturtd., 2019. g. 8. aug., plkst. 10:12 — lietotājs Ada Lovelace (<ada@example.com>) rakstīja:",
  ],
  ["lt Gmail", "2019-08-08, kt, 10:12 Ada Lovelace <ada@example.com> rašė:"],
  ["pl Gmail", "czw., 8 sie 2019 o 10:12 Ada Lovelace <ada@example.com> napisał(a):"],
  ["pl Thunderbird", "W dniu 08.08.2019 o 10:12, Ada Lovelace pisze:"],
  ["pl WP", "Dnia 8 sierpnia 2019 10:12 Ada Lovelace <ada@example.com> napisał(a):"],
  ["cs Gmail", "čt 8. 8. 2019 v 10:12 odesílatel Ada Lovelace <ada@example.com> napsal:"],
  ["cs Thunderbird", "Dne 08. 08. 19 v 10:12 Ada Lovelace napsal(a):"],
  ["sk Gmail", "št 8. 8. 2019 o 10:12 Ada Lovelace <ada@example.com> napísal(a):"],
  ["hu Gmail", "Ada Lovelace <ada@example.com> ezt írta (időpont: 2019. aug. 8., Cs, 10:12):"],
  ["hu Thunderbird", "2019. 08. 08. 10:12 keltezéssel, Ada Lovelace írta:"],
  ["ro Gmail", "În joi, 8 aug. 2019 la 10:12, Ada Lovelace <ada@example.com> a scris:"],
  ["ro Gmail, old", "Pe joi, 8 aug. 2019 la 10:12, Ada Lovelace <ada@example.com> a scris:"],
  ["hr Gmail", "čet, 8. kol 2019. u 10:12 Ada Lovelace <ada@example.com> napisao je:"],
  ["sl Gmail", "V V čet., 8. avg. 2019 ob 10:12 je oseba Ada Lovelace <ada@example.com> napisala:"],
  ["sr Gmail", "чет, 8. авг 2019. у 10:12 Ada Lovelace <ada@example.com> је написао/ла:"],
  ["bg Gmail", "На чт, 8.08.2019 г. в 10:12 Ada Lovelace <ada@example.com> написа:"],
  ["ru Gmail", "чт, 8 авг. 2019 г. в 10:12, Ada Lovelace <ada@example.com>:"],
  ["ru Apple Mail", "8 авг. 2019 г., в 10:12, Ada Lovelace <ada@example.com> написал(а):"],
  ["ru Thunderbird", "08.08.2019 10:12, Ada Lovelace пишет:"],
  ["ru mail.ru", "Четверг, 8 августа 2019, 10:12 +03:00 от Ada Lovelace <ada@example.com>:"],
  ["ru Yandex", '08.08.2019, 10:12, "Ada Lovelace" <ada@example.com>:'],
  ["uk Gmail", "чт, 8 серп. 2019 р. о 10:12 Ada Lovelace <ada@example.com> пише:"],
  ["el Gmail", "Στις Πέμ, 8 Αυγ 2019 στις 10:12 π.μ., ο/η Ada Lovelace <ada@example.com> έγραψε:"],
  ["tr Gmail", "Ada Lovelace <ada@example.com>, 8 Ağu 2019 Per, 10:12 tarihinde şunu yazdı:"],
  ["tr Apple Mail", "Ada Lovelace <ada@example.com> şunları yazdı (8 Ağu 2019 10:12):"],
  ["he Gmail", "‫בתאריך יום ה׳, 8 באוג׳ 2019 ב-10:12 מאת ‪Ada Lovelace‬‏ <‪ada@example.com‬‏>:‬"],
  ["ar Gmail", "في الخميس، 8 أغسطس 2019 في 10:12 ص تمت كتابة ما يلي بواسطة Ada Lovelace <ada@example.com>:"],
  ["fa Gmail", "در تاریخ پنجشنبه ۸ اوت ۲۰۱۹، ۱۰:۱۲ Ada Lovelace <ada@example.com> نوشت:"],
  ["hi Gmail", "गुरु, 8 अग॰ 2019 को 10:12 बजे को Ada Lovelace <ada@example.com> ने लिखा:"],
  ["th Gmail", "ในวันที่ พฤ. 8 ส.ค. 2019 เวลา 10:12 Ada Lovelace <ada@example.com> เขียนว่า:"],
  ["vi Gmail", "Vào Th 5, 8 thg 8, 2019 vào lúc 10:12 Ada Lovelace <ada@example.com> đã viết:"],
  ["id Gmail", "Pada tanggal Kam, 8 Agu 2019 pukul 10.12 Ada Lovelace <ada@example.com> menulis:"],
  ["ja Gmail", "2019年8月8日(木) 10:12 Ada Lovelace <ada@example.com>:"],
  ["ja Apple Mail", "2019/08/08 10:12、Ada Lovelace <ada@example.com>のメール:"],
  ["ja Thunderbird", "On 2019/08/08 10:12, Ada Lovelace wrote:"],
  ["zh Gmail", "Ada Lovelace <ada@example.com> 于2019年8月8日周四 上午10:12写道："],
  ["zh Apple Mail", "在 2019年8月8日，上午10:12，Ada Lovelace <ada@example.com> 写道："],
  ["zh-TW Gmail", "Ada Lovelace <ada@example.com> 於 2019年8月8日 週四 上午10:12寫道："],
  ["ko Gmail", "2019년 8월 8일 (목) 오전 10:12, Ada Lovelace <ada@example.com>님이 작성:"],
  ["ko Apple Mail", "2019. 8. 8. 오전 10:12, Ada Lovelace <ada@example.com> 작성:"],
  ["ca Gmail", "Missatge de Ada Lovelace <ada@example.com> del dia dj., 8 d'ag. 2019 a les 10:12:"],
  ["af Gmail", "Op Do. 8 Aug. 2019 om 10:12 het Ada Lovelace <ada@example.com> geskryf:"],
];

/** Wraps at the spaces, as mail programs do. */
function wrap(text: string, width: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if ((lines[last] ?? "") !== "" && `${lines[last]} ${word}`.length > width) lines.push(word);
    else lines[last] = `${lines[last]} ${word}`.trim();
  }
  return lines.join("\n");
}

const ANSWER =
  "Thanks, that worked.\n\nOne more thing: the printer on floor 3 is still offline.\nBest, Grace";

describe("a reply keeps its new words and nothing of the quote under", () => {
  test.each(HEADERS)("%s, quoted with >", (_, header) => {
    expect(trimReply(`${ANSWER}\n\n${header}\n\n> Have you tried\n> turning it off?\n`).textTrimmed).toBe(
      ANSWER,
    );
  });

  test.each(HEADERS)("%s, quoted without any sign", (_, header) => {
    expect(trimReply(`${ANSWER}\n\n${header}\n\nHave you tried\nturning it off?\n`).textTrimmed).toBe(ANSWER);
  });

  test.each(HEADERS)("%s, wrapped at 40 characters", (_, header) => {
    expect(
      trimReply(`${ANSWER}\n\n${wrap(header, 40)}\n> Have you tried\n> turning it off?\n`).textTrimmed,
    ).toBe(ANSWER);
  });

  test.each(HEADERS)("%s, with the answer below the quote", (_, header) => {
    const mail = `${header}\n\n> Have you tried\n> turning it off?\n\n${ANSWER}\n`;
    expect(trimReply(mail).textTrimmed).toBe(ANSWER);
  });
});
