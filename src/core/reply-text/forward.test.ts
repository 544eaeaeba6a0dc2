import { describe, expect, test } from "vitest";
import { trimReply } from "../reply-text.ts";
import { findForwardedSender } from "./forward.ts";

/** Markers of programs and languages, each with the labels that stand under it: from, date, subject, to. */
const FORWARDS: [string, string, [string, string, string, string]][] = [
  ["en Gmail", "---------- Forwarded message ---------", ["From", "Date", "Subject", "To"]],
  ["en Yahoo", "----- Forwarded Message -----", ["From", "Sent", "Subject", "To"]],
  ["en Eudora", "--- begin forwarded text", ["From", "Date", "Subject", "To"]],
  ["de Thunderbird", "-------- Weitergeleitete Nachricht --------", ["Von", "Datum", "Betreff", "An"]],
  ["de Apple Mail", "> Anfang der weitergeleiteten Nachricht:", ["Von", "Datum", "Betreff", "An"]],
  ["fr Apple Mail", "> Début du message réexpédié :", ["De", "Date", "Objet", "À"]],
  ["fr Yahoo", "----- Message transmis -----", ["De", "Envoyé", "Objet", "À"]],
  ["es Apple Mail", "> Inicio del mensaje reenviado:", ["De", "Fecha", "Asunto", "Para"]],
  ["pt Apple Mail", "> Início da mensagem encaminhada:", ["De", "Data", "Assunto", "Para"]],
  ["it Yahoo", "----- Messaggio Inoltrato -----", ["Da", "Inviato", "Oggetto", "A"]],
  ["nl Thunderbird", "-------- Doorgestuurd bericht --------", ["Van", "Datum", "Onderwerp", "Aan"]],
  ["sv Apple Mail", "> Vidarebefordrat mejl:", ["Från", "Datum", "Ämne", "Till"]],
  ["da Apple Mail", "> Start på videresendt besked:", ["Fra", "Dato", "Emne", "Til"]],
  ["nb Apple Mail", "> Videresendt melding:", ["Fra", "Dato", "Emne", "Til"]],
  ["fi Apple Mail", "> Välitetty viesti alkaa:", ["Lähettäjä", "Päivämäärä", "Aihe", "Vastaanottaja"]],
  ["pl HubSpot", "---------- Wiadomość przesłana dalej ---------", ["Od", "Data", "Temat", "Do"]],
  ["cs Apple Mail", "> Začátek přeposílané zprávy:", ["Od", "Datum", "Předmět", "Komu"]],
  ["sk Apple Mail", "> Začiatok preposlanej správy:", ["Od", "Dátum", "Predmet", "Komu"]],
  ["hu Apple Mail", "> Továbbított levél kezdete:", ["Feladó", "Dátum", "Tárgy", "Címzett"]],
  ["ro Apple Mail", "> Începe mesajul redirecționat:", ["Expeditorul", "Dată", "Subiectul", "Destinatarul"]],
  ["hr Apple Mail", "> Započni proslijeđenu poruku:", ["Od", "Datum", "Predmet", "Prima"]],
  ["ru Thunderbird", "-------- Перенаправленное сообщение --------", ["От", "Дата", "Тема", "Кому"]],
  ["ru mail.ru", "-------- Пересылаемое сообщение --------", ["От кого", "Дата", "Тема", "Кому"]],
  ["uk Apple Mail", "> Початок листа, що пересилається:", ["Від кого", "Дата", "Тема", "Кому"]],
  ["tr Thunderbird", "-------- İletilen İleti --------", ["Kimden", "Tarih", "Konu", "Kime"]],
  ["ja HubSpot", "---------- メッセージを転送 ---------", ["送信元", "日付", "件名", "送信先"]],
  ["zh", "---------- 转发的邮件 ----------", ["发件人", "日期", "主题", "收件人"]],
];

const build = (marker: string, [from, date, subject, to]: [string, string, string, string]) => {
  const lines = [
    marker,
    "",
    `${from}: Carol <carol@example.org>`,
    `${subject}: Order`,
    `${date}: 8.8.2019 10:12`,
    `${to}: ada@example.com`,
    "",
    "Where is my order?",
  ];
  const quote = marker.startsWith(">") ? "> " : "";
  return lines.map((line, index) => (index === 0 ? line : `${quote}${line}`.trimEnd())).join("\n");
};

describe("what was forwarded by hand stays, and its sender is found", () => {
  test.each(FORWARDS)("%s", (_, marker, labels) => {
    const mail = `Can you take this?\n\n${build(marker, labels)}`;
    expect(trimReply(mail).textTrimmed).toBe(mail);
    expect(findForwardedSender(mail)).toEqual({ address: "carol@example.org", name: "Carol" });
  });

  test.each(FORWARDS)("%s, within a reply's quote, is a quote", (_, marker, labels) => {
    const quote = build(marker, labels).replace(/^/gm, "> ");
    const mail = `Thanks.\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n${quote}`;
    expect(trimReply(mail).textTrimmed).toBe("Thanks.");
    expect(findForwardedSender(mail)).toBeNull();
  });

  test("a marker and its block in one line, however long", () => {
    const mail = `FYI\n\n   ----- Forwarded Message ----- From: Carol <carol@example.org>To: "ada@example.com" <ada@example.com>Cc: Dora <dora@example.org>; Emil <emil@example.org>; Fay <fay@example.org>Sent: Thursday, August 8, 2019, 10:12:01 AM GMT+2Subject: Order\n Where is it?`;
    expect(trimReply(mail).textTrimmed).toBe(mail);
    expect(findForwardedSender(mail)).toEqual({ address: "carol@example.org", name: "Carol" });
  });

  test("labels and values in lines of their own, as a table becomes text", () => {
    const mail =
      "-------- Forwarded Message --------\n\nSubject:\nRe: Order\nDate:\nThu, 8 Aug 2019 10:12:01 +0200\nFrom:\nCarol <carol@example.org>\nTo:\nada@example.com\n\nWhere?";
    expect(findForwardedSender(mail)).toEqual({ address: "carol@example.org", name: "Carol" });
  });

  test("Outlook for Mac names the sender in a line; the subject says that it forwards", () => {
    const mail = 'FYI\n\nOn 08/08/2019 10:12, "Carol" <carol@example.org> wrote:\n\n    Where is my order?';
    expect(findForwardedSender(mail, "FW: Order")).toEqual({ address: "carol@example.org", name: "Carol" });
    expect(trimReply(mail, "FW: Order").textTrimmed).toBe(mail);
    expect(findForwardedSender(mail, "RE: Order")).toBeNull();
    expect(trimReply(mail, "RE: Order").textTrimmed).toBe("FYI");
  });

  test("a block that a first contact introduces is what it is about", () => {
    const mail =
      "I got this mail:\n\nFrom: Bank <x@example.net>\nDate: Thu, 8 Aug 2019 10:12\nSubject: Win\nTo: ada@example.com\n\nIs it real?";
    expect(trimReply(mail, "Phishing?").textTrimmed).toBe(mail);
    expect(trimReply(mail, "Re: Phishing?").textTrimmed).toBe("I got this mail:");
    expect(trimReply(mail.replace("mail:", "mail"), "Phishing?").textTrimmed).toBe("I got this mail");
  });
});
