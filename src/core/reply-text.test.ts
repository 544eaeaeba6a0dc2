import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { findForwardedSender } from "./reply-text/forward.ts";
import { trimReply } from "./reply-text.ts";

const trimmed = (text: string) => trimReply(text).textTrimmed;

const BLOCKS: [string, string][] = [
  [
    "en",
    "From: Ada <ada@example.com>\nSent: Thursday, August 8, 2019 10:12 AM\nTo: Support\nSubject: RE: Printer",
  ],
  [
    "en, bold",
    "*From:* Ada <ada@example.com>\n*Sent:* Thursday, August 8, 2019 10:12 AM\n*To:* Support\n*Subject:* RE: Printer",
  ],
  [
    "en, bold in Markdown",
    "**From:** Ada <ada@example.com>\n**Sent:** Thursday 10:12\n**To:** Support\n**Subject:** Printer",
  ],
  [
    "en, padded by Notes",
    "From:        Ada/Berlin/Example\nTo:        Support\nDate:        08.08.2019 10:12\nSubject:        Re: Printer",
  ],
  [
    "en, long To",
    "From: Ada <ada@example.com>\nSent: Monday\nTo: One <one@example.com>; Two <two@example.com>;\n Three <three@example.com>\nCc: Four\nSubject: Printer",
  ],
  [
    "en, flattened",
    "From: Ada <ada@example.com> Sent: Thursday, August 8, 2019 10:12 AM To: Support Subject: Printer",
  ],
  [
    "en, blank lines between",
    "From: Ada <ada@example.com>\n\nSent: Thursday\n\nTo: Support\n\nSubject: Printer",
  ],
  [
    "de",
    "Von: Ada <ada@example.com>\nGesendet: Donnerstag, 8. August 2019 10:12\nAn: Support\nBetreff: AW: Drucker",
  ],
  [
    "de, web.de",
    "Gesendet: Donnerstag, 08. August 2019 um 10:12 Uhr\nVon: Ada <ada@example.com>\nAn: Support\nBetreff: Drucker",
  ],
  ["fr", "De : Ada <ada@example.com>\nEnvoyé : jeudi 8 août 2019 10:12\nÀ : Support\nObjet : RE: Imprimante"],
  [
    "es",
    "De: Ada <ada@example.com>\nEnviado el: jueves, 8 de agosto de 2019 10:12\nPara: Soporte\nAsunto: RE: Impresora",
  ],
  [
    "pt",
    "De: Ada <ada@example.com>\nEnviada em: quinta-feira, 8 de agosto de 2019 10:12\nPara: Suporte\nAssunto: RES: Impressora",
  ],
  [
    "it",
    "Da: Ada <ada@example.com>\nInviato: giovedì 8 agosto 2019 10:12\nA: Supporto\nOggetto: R: Stampante",
  ],
  [
    "nl",
    "Van: Ada <ada@example.com>\nVerzonden: donderdag 8 augustus 2019 10:12\nAan: Support\nOnderwerp: RE: Printer",
  ],
  ["sv", "Från: Ada <ada@example.com>\nSkickat: den 8 augusti 2019 10:12\nTill: Support\nÄmne: SV: Skrivare"],
  ["da", "Fra: Ada <ada@example.com>\nSendt: 8. august 2019 10:12\nTil: Support\nEmne: SV: Printer"],
  [
    "nb",
    "Fra: Ada <ada@example.com>\nDato: torsdag 8. august 2019 kl. 10:12\nTil: Support\nEmne: SV: Skriver",
  ],
  [
    "fi",
    "Lähettäjä: Ada <ada@example.com>\nLähetetty: torstai 8. elokuuta 2019 10.12\nVastaanottaja: Tuki\nAihe: VS: Tulostin",
  ],
  [
    "pl",
    "Od: Ada <ada@example.com>\nWysłano: czwartek, 8 sierpnia 2019 10:12\nDo: Pomoc\nTemat: ODP: Drukarka",
  ],
  [
    "cs",
    "Od: Ada <ada@example.com>\nOdesláno: čtvrtek 8. srpna 2019 10:12\nKomu: Podpora\nPředmět: RE: Tiskárna",
  ],
  [
    "hu",
    "Feladó: Ada <ada@example.com>\nElküldve: 2019. augusztus 8., csütörtök 10:12\nCímzett: Support\nTárgy: RE: Nyomtató",
  ],
  [
    "ro",
    "De la: Ada <ada@example.com>\nTrimis: joi, 8 august 2019 10:12\nCătre: Suport\nSubiect: RE: Imprimantă",
  ],
  ["ru", "От: Ada <ada@example.com>\nОтправлено: 8 августа 2019 г. 10:12\nКому: Support\nТема: RE: Принтер"],
  ["uk", "Від: Ada <ada@example.com>\nНадіслано: 8 серпня 2019 р. 10:12\nКому: Support\nТема: RE: Принтер"],
  ["bg", "От: Ada <ada@example.com>\nИзпратено: 8 август 2019 г. 10:12\nДо: Support\nОтносно: RE: Принтер"],
  [
    "el",
    "Από: Ada <ada@example.com>\nΣτάλθηκε: Πέμπτη, 8 Αυγούστου 2019 10:12\nΠρος: Support\nΘέμα: RE: Εκτυπωτής",
  ],
  [
    "tr",
    "Gönderen: Ada <ada@example.com>\nGönderildi: 8 Ağustos 2019 Perşembe 10:12\nKime: Destek\nKonu: RE: Yazıcı",
  ],
  ["he", "מאת: Ada <ada@example.com>\nנשלח: יום חמישי 08 אוגוסט 2019 10:12\nאל: Support\nנושא: RE: מדפסת"],
  ["ar", "من: Ada <ada@example.com>\nتم الإرسال: 08/08/2019 10:12\nإلى: Support\nالموضوع: RE: طابعة"],
  ["ja", "差出人: Ada <ada@example.com>\n送信日時: 2019年8月8日 10:12\n宛先: Support\n件名: RE: プリンター"],
  ["zh", "发件人: Ada <ada@example.com>\n发送时间: 2019年8月8日 10:12\n收件人: Support\n主题: 回复: 打印机"],
  [
    "zh-TW, wide colons",
    "寄件者： Ada <ada@example.com>\n寄件日期： 2019年8月8日 上午 10:12\n收件者： Support\n主旨： RE: 印表機",
  ],
  [
    "ko",
    "보낸 사람: Ada <ada@example.com>\n보낸 날짜: 2019년 8월 8일 10:12\n받는 사람: Support\n제목: RE: 프린터",
  ],
  ["th", "จาก: Ada <ada@example.com>\nส่ง: 8 สิงหาคม 2562 10:12\nถึง: Support\nเรื่อง: RE: เครื่องพิมพ์"],
  ["vi", "Từ: Ada <ada@example.com>\nĐã gửi: 8 tháng 8, 2019 10:12\nĐến: Support\nChủ đề: RE: Máy in"],
  ["id", "Dari: Ada <ada@example.com>\nTerkirim: 8 Agustus 2019 10:12\nKepada: Support\nSubjek: RE: Printer"],
];

describe("header blocks", () => {
  test.each(BLOCKS)("what stands over a %s block is kept, the rest is quoted", (_, block) => {
    const mail = `It works now, thank you!\n\n${block}\n\nPlease try again.\nAda`;
    expect(trimReply(mail)).toEqual({
      textTrimmed: "It works now, thank you!",
      quoted: `${block.replace(/^ /gm, " ")}\n\nPlease try again.\nAda`,
    });
  });

  test.each(BLOCKS)("a rule of underscores over a %s block goes with it", (_, block) => {
    expect(trimmed(`It works now.\n\n________________________________\n${block}\n\nPlease try again.`)).toBe(
      "It works now.",
    );
  });

  test("a person's own list of labels is no block", () => {
    const mail =
      "Please book a train.\n\nFrom: Berlin\nTo: Paris\nDate: 12 May, 9:30\nClass: second\n\nThanks, Grace";
    expect(trimmed(mail)).toBe(mail);
  });

  test("a contact form is kept whole", () => {
    const mail =
      "Name: Grace Hopper\nEmail: grace@example.com\nSubject: Broken link\nMessage: The link on your page is broken.";
    expect(trimmed(mail)).toBe(mail);
  });

  test("a log with From: and To: lines is kept whole", () => {
    const mail = "The relay says:\n\nfrom: 10.0.0.1\nto: 10.0.0.2\nretries: 5\n\nWhat can I do?";
    expect(trimmed(mail)).toBe(mail);
  });
});

describe("markers", () => {
  test.each([
    "-----Original Message-----",
    "----- Original Message -----",
    "-------- Original message --------",
    "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
    "-----Ursprüngliche Nachricht-----",
    "-----Message d'origine-----",
    "-----Message d’origine-----",
    "-----Mensaje original-----",
    "-----Messaggio originale-----",
    "-----Mensagem original-----",
    "-----Oorspronkelijk bericht-----",
    "-----Ursprungligt meddelande-----",
    "-----Oprindelig meddelelse-----",
    "-----Alkuperäinen viesti-----",
    "-----Oryginalna wiadomość-----",
    "---------- Původní e-mail ----------",
    "-----Eredeti üzenet-----",
    "-----Исходное сообщение-----",
    "-----Αρχικό μήνυμα-----",
    "-----Özgün İleti-----",
    "-----הודעה מקורית-----",
    "------------------ 原始邮件 ------------------",
    "-----元のメッセージ-----",
    "-----원본 메시지-----",
    '-----"Ada Lovelace" <ada@example.com> wrote: -----',
    "##- Please type your reply above this line -##",
    "-- Bitte antworten Sie oberhalb dieser Zeile --",
  ])("%s ends the new words", (marker) => {
    expect(trimmed(`Yes, please.\n\n${marker}\nFrom: Ada\n\nShall I?`)).toBe("Yes, please.");
  });

  test("an error message between dashes is no marker", () => {
    const mail = "I see this:\n\n----- Error message -----\nDisk full\n-------------------------\nWhat now?";
    expect(trimmed(mail)).toBe(mail);
  });
});

describe("answers among quotes", () => {
  test("inline answers stay with the questions that they answer", () => {
    const mail =
      "On 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n\n> Which printer?\n\nThe one on floor 3.\n\n> Since when?\n\nMonday.\n\n> Regards, Ada\n";
    expect(trimmed(mail)).toBe("> Which printer?\n\nThe one on floor 3.\n\n> Since when?\n\nMonday.");
  });

  test("inline answers without blank lines stay", () => {
    const mail =
      "Hi Ada,\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Which printer?\nFloor 3.\n> Since when?\nMonday.";
    expect(trimmed(mail)).toBe("Hi Ada,\n\n> Which printer?\nFloor 3.\n> Since when?\nMonday.");
  });

  test("an answer below the one quote stays alone", () => {
    const mail =
      "Hi,\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Shall I reset it?\n\nYes, do.\n";
    expect(trimmed(mail)).toBe("Hi,\n\nYes, do.");
  });

  test("a quote of one's own choice, without a header, stays with the text under it", () => {
    const mail = "> Restart the service.\n\nHow do I do that?";
    expect(trimmed(mail)).toBe(mail);
  });

  test("a quoted line that was wrapped without > is no answer", () => {
    const quote =
      "> This line is so long that some mail program on its way has wrapped it at the\nend, you see\n> and then went on.\n";
    expect(trimmed(`Done.\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n${quote}`)).toBe("Done.");
  });

  test("the header in the same line as the last words ends them", () => {
    expect(trimmed("Thanks! On Wed, Aug 7, 2019 at 3:59 PM, Ada <ada@example.com> wrote:\n> Done.")).toBe(
      "Thanks!",
    );
  });

  const HEADER = "On 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:";

  test.each([
    ["bars", "| Is it done?\n|\n| Ada"],
    ["initials", "AL> Is it done?\nAL>\nAL> Ada"],
    ["wide signs", "＞ Is it done?\n＞ Ada"],
  ])("quotes by %s are quotes under a header", (_, quote) => {
    expect(trimmed(`Yes.\n\n${HEADER}\n\n${quote}\n`)).toBe("Yes.");
    expect(trimmed(`${HEADER}\n\n${quote}\n\nYes.`)).toContain("Yes.");
  });

  test("bars and prompts in a first contact are somebody's words", () => {
    const mail = "I see:\n\n| a | b |\n| 1 | 2 |\n\nsql> select 1\nsql> select 2\n| x\n| y";
    expect(trimmed(mail)).toBe(mail);
  });

  test.each([
    "Ada Lovelace wrote:",
    "Ada schrieb:",
    "Ada Lovelace <ada@example.com> wrote:",
    "you wrote:",
    "* Ada Lovelace wrote:",
  ])("«%s» over a quote is a header", (header) => {
    expect(trimmed(`Yes.\n\n${header}\n> Is it done?`)).toBe("Yes.");
    expect(trimmed(`${header}\n> Is it done?\n\nYes.`)).toBe("Yes.");
  });

  test.each(["I agree with what Ada wrote:", "This is how the manual describes it:", "See what she wrote:"])(
    "«%s» over a quote is somebody's sentence",
    (sentence) => {
      expect(trimmed(`${sentence}\n> Is it done?\n\nYes.`)).toBe(`${sentence}\n> Is it done?\n\nYes.`);
    },
  );

  test("a header torn apart by blank lines is one", () => {
    const mail =
      "Yes.\n\nOn Thu, 8 Aug 2019 at 10:12 Ada\n\n<\nmailto:Ada <ada@example.com>\n> wrote:\n\nIs it done?";
    expect(trimmed(mail)).toBe("Yes.");
  });

  test("a sentence that ends in a colon does not swallow the lines before it", () => {
    const mail =
      "It fails since 8 Aug 2019 10:12.\nI wrote to ada@example.com\nand this came back:\n\nError 42";
    expect(trimmed(mail)).toBe(mail);
  });

  test("a phone's quoted header goes with its quote", () => {
    const mail = "Perfect.\n\n> Den 8. aug. 2019 kl. 10.12 skrev Ada <ada@example.com>:\n> \n> Skal jeg?\n";
    expect(trimmed(mail)).toBe("Perfect.");
  });
});

describe("forwards", () => {
  const HEAD =
    "From: Carol <carol@example.org>\nDate: Thu, Aug 8, 2019 at 10:12 AM\nSubject: Order\nTo: <ada@example.com>";

  test.each([
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "-------- Weitergeleitete Nachricht --------",
    "Anfang der weitergeleiteten Nachricht:",
    "-------- Message transféré --------",
    "---------- Mensaje reenviado ---------",
    "-------- Messaggio inoltrato --------",
    "-------- Пересылаемое сообщение --------",
    "-------- 転送メッセージ --------",
  ])("nothing is cut from what follows %s, and its sender is found", (marker) => {
    const mail = `Can you take this?\n\n${marker}\n${HEAD}\n\nWhere is my order?\n-- \nCarol`;
    expect(trimmed(mail)).toBe(mail);
    expect(findForwardedSender(mail)).toEqual({ address: "carol@example.org", name: "Carol" });
  });

  test("a quoted forward of Apple Mail stays, and its sender is found", () => {
    const mail = `See below.\n\nBegin forwarded message:\n\n> ${HEAD.replaceAll("\n", "\n> ")}\n> \n> Where is my order?`;
    expect(trimmed(mail)).toBe(mail);
    expect(findForwardedSender(mail)).toEqual({ address: "carol@example.org", name: "Carol" });
  });

  test("a block at the very top is a forward without a word", () => {
    const mail = `${HEAD}\n\nWhere is my order?`;
    expect(trimmed(mail)).toBe(mail);
    expect(findForwardedSender(mail)?.address).toBe("carol@example.org");
  });

  test("a sender in an Outlook forward with mailto and brackets is read", () => {
    const mail =
      "________________________________\nVon: Carol Müller [mailto:Carol@Example.ORG]\nGesendet: Montag\nAn: Ada\nBetreff: Bestellung\n\nWo?";
    expect(findForwardedSender(mail)).toEqual({ address: "carol@example.org", name: "Carol Müller" });
  });

  test("the subject tells an Outlook forward from an Outlook reply", () => {
    const mail = `Please take this over.\n\n${HEAD}\n\nWhere is my order?`;
    expect(trimReply(mail, "Re: Order").textTrimmed).toBe("Please take this over.");
    expect(trimReply(mail, "RE: FW: Order").textTrimmed).toBe("Please take this over.");
    for (const subject of [
      "FW: Order",
      "Fwd: Order",
      "WG: Bestellung",
      "TR : Commande",
      "RV: Pedido",
      "转发：订单",
    ]) {
      expect(trimReply(mail, subject).textTrimmed).toBe(mail);
      expect(findForwardedSender(mail, subject)?.address).toBe("carol@example.org");
    }
    expect(findForwardedSender(mail, "RE: FW: Order")).toBeNull();
  });

  test("what somebody else once forwarded, quoted in a reply, is a quote", () => {
    const mail = `Thanks.\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Look:\n>\n> ---------- Forwarded message ---------\n> ${HEAD.replaceAll("\n", "\n> ")}\n>\n> Where?`;
    expect(trimmed(mail)).toBe("Thanks.");
    expect(findForwardedSender(mail)).toBeNull();
  });

  test("a line that only looks like a label hides no forward", () => {
    const mail = `No: 4711\n\n---------- Forwarded message ---------\n${HEAD}\n\nWhere?`;
    expect(findForwardedSender(mail)?.address).toBe("carol@example.org");
  });

  test("a mail's source pasted into a mail is kept", () => {
    const mail =
      "I got this header:\n\nReceived: from mx (mx [192.0.2.1])\nFrom: x@evil.example\nTo: ada@example.com\nSubject: Win\nDate: Thu, 8 Aug 2019 10:12:00 +0200\nMessage-ID: <1@evil.example>\n\nIs it phishing?";
    expect(trimmed(mail)).toBe(mail);
  });

  test("a plain reply names no forwarded sender", () => {
    expect(findForwardedSender(`Thanks.\n\n${HEAD}\n\nWhere?`)).toBeNull();
    expect(findForwardedSender("Hello, my printer is broken.")).toBeNull();
    expect(findForwardedSender("")).toBeNull();
  });
});

describe("signatures", () => {
  test("what follows -- is cut, however the quote comes after it", () => {
    const mail =
      "All fine.\n\n-- \nGrace Hopper\nExample Ltd\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Is it?";
    expect(trimmed(mail)).toBe("All fine.");
  });

  test("a signature under the quote is cut too", () => {
    const mail =
      "All fine.\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Is it?\n\n-- \nGrace Hopper\n";
    expect(trimmed(mail)).toBe("All fine.");
  });

  test.each([
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from Yahoo Mail on Android",
    "Sent from Mail for Windows 10",
    "Sent from Outlook for iOS",
    "Sent via BlackBerry from T-Mobile",
    "Sent from my mobile device, please excuse typos.",
    "Get Outlook for Android<https://aka.ms/ghei36>",
    "Get [Outlook for iOS](https://aka.ms/o0ukef)",
    "Von meinem iPhone gesendet",
    "Gesendet von Outlook für iOS",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Holen Sie sich Outlook für Android",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon téléphone Orange",
    "Envoyé à partir d’Outlook pour Android",
    "Télécharger Outlook pour iOS",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Enviado do Yahoo Mail no Android",
    "Obtener Outlook para iOS",
    "Obter o Outlook para Android",
    "Inviato da iPhone",
    "Inviato da Outlook per iOS",
    "Ottieni Outlook per Android",
    "Verstuurd vanaf mijn iPhone",
    "Outlook voor iOS downloaden",
    "Skickat från min iPhone",
    "Hämta Outlook för iOS",
    "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu",
    "Odoslané z iPhonu",
    "Az iPhone-omról küldve",
    "Trimis de pe iPhone-ul meu",
    "Poslano s mog iPhonea",
    "Отправлено с iPhone",
    "Отправлено из мобильной Почты Mail.ru",
    "Надіслано з iPhone",
    "Изпратено от моя iPhone",
    "Στάλθηκε από το iPhone μου",
    "iPhone'umdan gönderildi",
    "נשלח מה-iPhone שלי",
    "أرسلت من الـ iPhone",
    "iPhoneから送信",
    "从我的iPhone发送",
    "發自我的 iPhone",
    "从 Outlook for iOS 获取",
    "나의 iPhone에서 보냄",
    "Đã gửi từ iPhone của tôi",
    "Dikirim dari iPhone saya",
    "ส่งจาก iPhone ของฉัน",
    "Enviat des del meu iPhone",
  ])("%s is cut", (footer) => {
    expect(trimmed(`Yes.\n\n${footer}\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Ok?`)).toBe(
      "Yes.",
    );
  });

  test.each([
    "Sent from my desk, is much easier than from my phone.",
    "Send the invoice by mail",
    "The report was sent from my iPhone app to all users.",
    "Please get Outlook for me installed on the new laptop.",
    "From the Windows team",
    "Enviado por error, lo siento: ¿pueden borrarlo?",
    "I have sent it from my phone, did you get it?",
    "Send from Android does not work",
  ])("the sentence «%s» stays", (sentence) => {
    expect(trimmed(`Hello,\n\n${sentence}`)).toBe(`Hello,\n\n${sentence}`);
  });

  test("dashes within a text are no signature", () => {
    const mail =
      "Points:\n\n-- first point\n-- second point\n\n---\n\nMore below the rule, and it goes on.\n\n===\nEnd.";
    expect(trimmed(mail)).toBe(mail);
  });

  test("a mailing list's footer is cut", () => {
    const mail =
      "I agree.\n\n_______________________________________________\nusers mailing list\nusers@lists.example.com\nhttps://lists.example.com/listinfo/users";
    expect(trimmed(mail)).toBe("I agree.");
  });

  test("greetings and names stay: they are the writer's words", () => {
    expect(trimmed("It works.\n\nBest regards,\nGrace")).toBe("It works.\n\nBest regards,\nGrace");
  });
});

describe("a person's words are never lost", () => {
  test.each([
    ["only a signature", "Sent from my iPhone"],
    ["only a quote", "> Is it done?"],
    ["only a rule", "-- "],
    ["an emoji", "👍"],
    ["a plus", "+1"],
    ["one line that looks like a header", "On Monday at 10:00 Bob wrote:"],
    [
      "a first contact",
      "Hello,\n\nOn Monday I bought a printer.\nOn Tuesday it broke:\n\nError 42\n\nWhat can I do?",
    ],
    ["a sentence with wrote", "As Bob wrote:\n\nthe printer is broken."],
    ["times with colons", "I tried at:\n10:00\n11:30 on 8 Aug 2019:\nand it failed."],
    ["greater-than signs", "if a > b\nthen\n>_< happens"],
    ["code", "I run\n\n```\n$ cat x > y\n```\n\nand nothing happens."],
    ["a question about mail", "My mails say «Sent from my iPhone» under each text. How do I stop that?"],
  ])("%s is kept whole", (_, mail) => {
    expect(trimmed(mail)).toBe(mail.trim());
  });

  test("nothing but a device's signature over a quote stays as the text", () => {
    const mail = "Sent from my iPhone\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Ok?";
    expect(trimmed(mail)).toBe("Sent from my iPhone");
  });

  test("an empty text is empty", () => {
    expect(trimReply("")).toEqual({ textTrimmed: "", quoted: "" });
    expect(trimReply(" \n\r\n ")).toEqual({ textTrimmed: "", quoted: "" });
  });

  test("line endings of every system are read", () => {
    for (const end of ["\n", "\r\n", "\r"])
      expect(
        trimmed(["Yes.", "", "On 8 Aug 2019, at 10:12, Ada <a@example.com> wrote:", "> Ok?"].join(end)),
      ).toBe("Yes.");
  });

  test("blanks and indentation inside the text stay", () => {
    const mail = "Code:\n\n    if (x) {\n      y();\n    }\n\n\nDone.";
    expect(trimmed(mail)).toBe(mail);
  });
});

describe("hostile input takes time in proportion to its length", () => {
  const HOSTILE: [string, string][] = [
    ["one line of a", "a".repeat(1_000_000)],
    ["one line of spaces", `x${" ".repeat(1_000_000)}y`],
    ["one line of >", ">".repeat(1_000_000)],
    ["one line of <", "<".repeat(1_000_000)],
    ["one line of On", "On 1 ".repeat(200_000)],
    ["one line of dashes", "-".repeat(1_000_000)],
    ["one line of colons", ":".repeat(1_000_000)],
    ["one line of @", "a@".repeat(500_000)],
    ["one line of From:", "From: a@b.c Sent: 10:10 To: ".repeat(36_000)],
    ["one line of zero-width signs", "\u200b".repeat(1_000_000)],
    ["blank lines", "\n".repeat(1_000_000)],
    ["lines of >", ">\n".repeat(500_000)],
    ["lines of --", "--\n".repeat(333_000)],
    ["lines of ____", "____\n".repeat(200_000)],
    ["lines of colons", ":\n".repeat(500_000)],
    ["lines of wrote:", "wrote:\n".repeat(140_000)],
    ["lines of Sent from my iPhone", "Sent from my iPhone\n".repeat(50_000)],
    ["lines of From:", "From: a\n".repeat(125_000)],
    ["lines of dates", "On 8 Aug 2019 10:12 x\n".repeat(45_000)],
    ["lines of headers", "On 8 Aug 2019, at 10:12, A <a@b.c> wrote:\n> x\n".repeat(20_000)],
    ["quotes and words by turns", "> q\nw\n".repeat(160_000)],
    ["shared lines", "Yes! On 8 Aug 2019, at 10:12, A <a@b.c> wrote:\n> x\ny\n".repeat(18_000)],
  ];

  test.each(HOSTILE)("%s, 1 MB", (_, text) => {
    trimReply(text.slice(0, 10_000));
    expect(measureCpuMs(() => trimReply(text))).toBeLessThan(1_000);
  });

  test("a line of 1 MB takes no more than a moment", () => {
    const times = HOSTILE.filter(([, text]) => !text.includes("\n")).map(([, text]) => {
      const rounds = [1, 2, 3].map(() => measureCpuMs(() => trimReply(text)));
      return Math.min(...rounds);
    });
    expect(Math.max(...times)).toBeLessThan(400);
  });

  test("a quote of 20,000 lines under its header is cut", () => {
    const mail = `Yes.\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n${"> line\n".repeat(20_000)}`;
    expect(trimmed(mail)).toBe("Yes.");
  });

  test("a log of 20,000 lines is kept", () => {
    const mail = `My log:\n${"10:12 <ada@example.com> wrote: x\n".repeat(20_000)}`;
    expect(trimmed(mail)).toBe(mail.trim());
  });
});
