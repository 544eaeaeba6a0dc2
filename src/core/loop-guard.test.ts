import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import type { BounceReport, MailHeaders } from "./inbound.ts";
import { classifyMail } from "./loop-guard.ts";
import { mayAnswerAutomatically, whyNoAutomaticAnswer } from "./loop-guard-answering.ts";
import type { ClassifiableMail } from "./loop-guard-types.ts";

const OWN = { addresses: ["support@example.com", "help@example.com"], messageIdDomain: "desk.example.com" };

interface MailSketch {
  from?: string;
  name?: string;
  subject?: string;
  text?: string;
  headers?: Record<string, string>;
  bounce?: BounceReport;
  attachments?: { contentType: string; filename?: string; content?: string }[];
}

function mailOf(sketch: MailSketch): ClassifiableMail {
  const headers: MailHeaders = Object.fromEntries(
    Object.entries(sketch.headers ?? {}).map(([name, value]) => [name.toLowerCase(), [value]]),
  );
  return {
    headers,
    from: { address: sketch.from ?? "ada@customer.example", name: sketch.name ?? "Ada" },
    to: [{ address: "support@example.com", name: "" }],
    cc: [],
    subject: sketch.subject ?? "Printer",
    text: sketch.text ?? "My printer is broken.",
    bounce: sketch.bounce ?? null,
    attachments: (sketch.attachments ?? []).map((one) => ({
      filename: one.filename ?? "",
      contentType: one.contentType,
      content: new TextEncoder().encode(one.content ?? ""),
      contentId: null,
      inline: false,
    })),
    messageId: "<1@customer.example>",
  };
}

const kindOf = (sketch: MailSketch) => classifyMail(mailOf(sketch), OWN).kind;

describe("people's mail is never lost", () => {
  const PEOPLE: [string, MailSketch][] = [
    ["a plain mail", {}],
    ["«Hardware: broken»", { subject: "Hardware: broken" }],
    ["an answer", { subject: "Re: [#1042] Printer", headers: { "In-Reply-To": "<x@desk.example.com>" } }],
    ["Auto-Submitted: no", { headers: { "Auto-Submitted": "no" } }],
    ["Auto-Submitted: No, with a comment", { headers: { "Auto-Submitted": "No (a person)" } }],
    ["an empty Auto-Submitted", { headers: { "Auto-Submitted": "" } }],
    [
      "Auto-Submitted: no under a subject of an autoresponder",
      { subject: "Automatic reply: hello", headers: { "Auto-Submitted": "no", "In-Reply-To": "<x@y>" } },
    ],
    [
      "Exchange's X-Auto-Response-Suppress",
      { headers: { "X-Auto-Response-Suppress": "DR, OOF, AutoReply" } },
    ],
    ["Precedence: normal", { headers: { Precedence: "normal" } }],
    ["Precedence: first-class", { headers: { Precedence: "first-class" } }],
    ["X-Autoreply: no", { headers: { "X-Autoreply": "no" } }],
    ["a header that asks for no automatic replies", { headers: { "X-No-Auto-Reply": "yes" } }],
    [
      "a report that automatic replies do not arrive",
      {
        subject: "Automatic reply: not sent",
        text: "My automatic reply does not work, and my vacation starts on Monday.",
      },
    ],
    [
      "an answer over our own notice, quoted without marks",
      {
        subject: "RE: We have received your request",
        text: "Thanks, but the printer still blinks.\n\nFrom: Support <support@example.com>\nSent: Monday, 5 May 2025 10:12\nTo: Ada\nSubject: We have received your request\n\nWe have received your request and will answer as soon as possible. This is an automated message.",
        headers: { "In-Reply-To": "<x@desk.example.com>", "X-Auto-Response-Suppress": "DR, OOF, AutoReply" },
      },
    ],
    [
      "an answer to our own notice without words of its own",
      {
        subject: "AW: Eingangsbestätigung: Drucker",
        text: "Von: Support <support@example.com>\nGesendet: Montag, 5. Mai 2025 10:12\nAn: Ada\nBetreff: Eingangsbestätigung\n\nIhre Anfrage ist eingegangen. Dies ist eine automatisch erstellte Nachricht.",
        headers: { "In-Reply-To": "<x@desk.example.com>", "X-Auto-Response-Suppress": "DR, OOF, AutoReply" },
      },
    ],
    [
      "a person who thanks and promises",
      {
        subject: "Re: Printer",
        text: "Thank you for your message. I will send the log within two days.",
        headers: { "In-Reply-To": "<x@desk.example.com>" },
      },
    ],
    ["somebody's own absence", { subject: "Absence: Ada", text: "Back on Monday." }],
    [
      "a question about out-of-office replies",
      {
        subject: "Out of office does not work",
        text: "When I am on vacation, no automatic reply is sent. Why?",
      },
    ],
    [
      "a mail about an automatic reply",
      { subject: "Automatic reply: how do I switch it off?", text: "Please tell me how I turn it off." },
    ],
    [
      "a person who will be on vacation",
      {
        subject: "VPN before my vacation",
        text: "I will be on vacation from Monday. Please repair my VPN before.",
      },
    ],
    [
      "a person on holiday with an Exchange header",
      {
        subject: "On holiday without VPN",
        text: "I am in Spain and cannot log in.",
        headers: { "X-Auto-Response-Suppress": "All" },
      },
    ],
    [
      "a person who forwards a bounce",
      {
        subject: "Fwd: Undelivered Mail Returned to Sender",
        text: "Why do I get this?\n\n> This is the mail system at host mx.example.org.",
      },
    ],
    [
      "a person who complains about a bounce",
      { subject: "Undeliverable mail", text: "My mails come back: 550 5.1.1 user unknown. What can I do?" },
    ],
    [
      "a person who attaches a bounce",
      {
        subject: "Why?",
        bounce: { status: "5.1.1", recipient: "x@y.example", originalMessageId: null, kind: "hard" },
        attachments: [{ contentType: "message/delivery-status" }],
      },
    ],
    [
      "a question about delivery",
      { subject: "Delivery failed: my parcel", text: "The parcel did not arrive." },
    ],
    [
      "a person called Postmaster answering",
      { from: "postmaster@customer.example", subject: "Re: your DNS entry", text: "We have fixed it." },
    ],
    [
      "mail through our own Google Group",
      {
        headers: {
          "List-Id": "<support.example.com>",
          "List-Post": "<mailto:support@example.com>",
          Precedence: "list",
          "X-Google-Group-Id": "123",
          "List-Unsubscribe": "<mailto:x>",
        },
      },
    ],
    [
      "mail through another Google Group of our domain",
      { headers: { "List-Id": "<it-help.example.com>", Precedence: "list", "X-Google-Group-Id": "123" } },
    ],
    [
      "an answer to us through a CRM",
      { headers: { "List-Unsubscribe": "<https://crm.example>", References: "<a@b> <m1@desk.example.com>" } },
    ],
    [
      "a contact form that sends from our address",
      { from: "support@example.com", headers: { "Reply-To": "Ada <ada@customer.example>" } },
    ],
    [
      "a reader of our reads",
      { subject: "Read: the manual", text: "I have read the manual and still do not understand it." },
    ],
    ["somebody called Auto", { from: "autoschmidt@customer.example" }],
    [
      "a report of a person",
      {
        subject: "Report domain problems",
        attachments: [{ contentType: "application/zip", filename: "logs.zip" }],
      },
    ],
    ["a mail whose header names are a trap", { headers: { constructor: "x", __proto__: "y" } }],
    [
      "Japanese about leave",
      { subject: "休暇申請システムのエラー", text: "休暇申請の画面が開きません。どうすればいいですか？" },
    ],
    ["Precedence: bulk of an odd mail program", { headers: { Precedence: "bulk" } }],
    ["Precedence: junk of an odd mail program", { headers: { Precedence: "junk" } }],
    [
      "a question about an out-of-office policy",
      {
        subject: "Re: Out of office policy",
        text: "Who may switch it on? I am out of the office on Friday.",
      },
    ],
    [
      "a parcel that cannot be delivered",
      { subject: "Undeliverable parcel, please help", text: "The parcel could not be delivered to me." },
    ],
    [
      "an administrator who asks about a bounce",
      {
        from: "admin@customer.example",
        subject: "Mail delivery failed",
        text: "Please tell me what this means and what I can do about it:\n550 5.1.1 user unknown\n\nReceived: from a by b\nMessage-ID: <x@y>",
        headers: { "User-Agent": "Mozilla Thunderbird" },
      },
    ],
    [
      "a forwarded delivery report with the report attached",
      {
        subject: "Fwd: Delivery Status Notification (Failure)",
        text: "Why?",
        attachments: [{ contentType: "message/rfc822" }, { contentType: "message/delivery-status" }],
        bounce: { status: "5.1.1", recipient: "x@y.example", originalMessageId: null, kind: "hard" },
      },
    ],
    [
      "a person who quotes nothing but an automatic reply",
      {
        subject: "Out of office",
        text: "> I am out of the office until Monday.\n\nNobody has called me back.",
      },
    ],
    [
      "a forwarded DMARC report with few words",
      {
        subject: "Fwd: your report",
        text: "what now",
        attachments: [
          { contentType: "application/zip", filename: "google.com!example.com!1565222400!1565308799.zip" },
        ],
      },
    ],
    [
      "a wish to leave a newsletter",
      { subject: "unsubscribe", text: "Please unsubscribe me from your list." },
    ],
    [
      "a person who asks about a DMARC report",
      {
        subject: "What does this report mean?",
        text: "We got the attached file today. Can you tell me what we should do about it?",
        attachments: [
          { contentType: "application/zip", filename: "google.com!example.com!1565222400!1565308799.zip" },
        ],
      },
    ],
    [
      "an agent's answer through a helpdesk that marks everything",
      {
        subject: "Re: [#1042] Printer",
        text: "We have replaced the toner. Does it work now?",
        headers: {
          "Auto-Submitted": "auto-generated",
          "X-Mailer": "Zendesk Mailer",
          "In-Reply-To": "<x@desk.example.com>",
        },
      },
    ],
    [
      "mail that a mailbox rule redirected to us",
      { headers: { "Auto-Submitted": "auto-generated", "Resent-From": "support@old.example" } },
    ],
    ["mail that was forwarded automatically", { headers: { "Auto-Submitted": "auto-forwarded" } }],
    ["X-Autogenerated: Forward", { headers: { "X-Autogenerated": "Forward" } }],
    [
      "an answer through a sales tool",
      {
        subject: "Re: Your offer",
        headers: { "List-Unsubscribe": "<https://crm.example>", "In-Reply-To": "<x@y.example>" },
      },
    ],
    ["a buyer's question through a market place", { headers: { "X-eBay-MailTracker": "10000.1" } }],
    ["a Yahoo user", { headers: { "X-Yahoo-Newman-Id": "616434.77452.bm@omp1021.mail.sp2.yahoo.com" } }],
    ["a Feedback-ID", { headers: { "Feedback-ID": "1:2:3:mailer" } }],
    [
      "a list's member who asks about somebody's absence",
      {
        subject: "Re: Dermot is out of the office.",
        text: "> I will be out of the office starting Monday\n\nSo who helps?",
      },
    ],
    [
      "a mail that quotes an automatic reply",
      {
        subject: "Your answer",
        text: "> This is an automated response.\n> I am out of the office.\n\nNobody has called me back.",
        headers: { "X-Loop": "x@y.example" },
      },
    ],
    [
      "a German about a holiday calendar",
      { subject: "Urlaub im Kalender eintragen", text: "Wie trage ich meinen Urlaub ein?" },
    ],
  ];

  test.each(PEOPLE)("%s is a person's", (_, sketch) => {
    expect(classifyMail(mailOf(sketch), OWN)).toMatchObject({ kind: "person" });
  });
});

describe("automatic replies", () => {
  const AUTOMATIC: [string, MailSketch][] = [
    ["auto-replied", { headers: { "Auto-Submitted": "auto-replied" } }],
    ["auto-generated", { headers: { "Auto-Submitted": "auto-generated" } }],
    [
      "auto-notified with parameters",
      { headers: { "Auto-Submitted": 'auto-notified; owner-email="a@b.example"' } },
    ],
    ["auto-replied with a comment", { headers: { "Auto-Submitted": "auto-replied (vacation)" } }],
    ["an unknown keyword", { headers: { "Auto-Submitted": "auto-frobnicated" } }],
    ["X-Autoreply", { headers: { "X-Autoreply": "yes" } }],
    ["X-Autorespond", { headers: { "X-Autorespond": "Re: hello" } }],
    ["X-Autoresponder", { headers: { "X-Autoresponder": "cPanel" } }],
    ["X-AutoReply-From", { headers: { "X-AutoReply-From": "ada@customer.example" } }],
    ["X-Mail-Autoreply", { headers: { "X-Mail-Autoreply": "ada" } }],
    ["a vendor's own header", { headers: { "X-Acme-AutoReply": "1" } }],
    ["another vendor's own header", { headers: { "X-MDAutoResponder": "ada" } }],
    [
      "a helpdesk without a header, by what it says of itself",
      {
        subject: "Thank you for contacting Acme",
        text: "We have received your message and will answer within two days.\n\nThis is an automated message.",
      },
    ],
    [
      "a helpdesk that answers under our subject",
      {
        subject: "Re: Drucker",
        text: "Ihre Anfrage ist bei uns eingegangen. Bitte antworten Sie nicht auf diese E-Mail.",
        headers: { "In-Reply-To": "<x@desk.example.com>" },
      },
    ],
    [
      "a null sender as Postfix's pipes note it",
      { headers: { "Return-Path": "<MAILER-DAEMON>", "In-Reply-To": "<m@desk.example.com>" } },
    ],
    [
      "a thank-you from an address that nobody reads",
      {
        from: "automated-notifications@office.example",
        subject: "Case 17 - Acknowledgement of receipt",
        text: "We hereby acknowledge the receipt of your letter.",
      },
    ],
    [
      "a German thank-you from an address that nobody reads",
      {
        from: "no_reply@amt.example",
        subject: "E-Mail Empfangsbestätigung: Drucker",
        text: "Guten Tag, vielen Dank für Ihre elektronische Nachricht. Wir werden sie schnellstmöglich bearbeiten.",
      },
    ],
    ["X-FC-MachineGenerated", { headers: { "X-FC-MachineGenerated": "true" } }],
    ["Precedence: auto_reply", { headers: { Precedence: "auto_reply" } }],
    ["Preference: auto_reply", { headers: { Preference: "auto_reply" } }],
    ["Delivered-To: Autoresponder", { headers: { "Delivered-To": "Autoresponder" } }],
    ["X-POST-MessageClass", { headers: { "X-POST-MessageClass": "9; Autoresponder" } }],
    ["an autoresponder's address", { from: "autoreply@customer.example" }],
    ["an autoresponder's program", { headers: { "X-Mailer": "Vacation 1.2.7" } }],
    [
      "a null sender that answers",
      { headers: { "Return-Path": "<>", "In-Reply-To": "<m@desk.example.com>" } },
    ],
    [
      "Lotus Notes",
      {
        subject: "AUTO: Ada Lovelace is out of the office (returning 12/08/2019)",
        text: "I am out of the office until 12/08/2019.",
      },
    ],
    ["cron", { headers: { "X-Cron-Env": "<SHELL=/bin/sh>" } }],
    ["X-Autogenerated: Reply", { headers: { "X-Autogenerated": "Reply" } }],
    ["a comment in front of the keyword", { headers: { "Auto-Submitted": "(vacation) auto-replied" } }],
    [
      "an agent's helpdesk that confirms",
      {
        subject: "Re: Printer",
        text: "Your request (1234) has been received and is being reviewed by our support staff.",
        headers: { "Auto-Submitted": "auto-generated", "X-Mailer": "Zendesk Mailer", "In-Reply-To": "<x@y>" },
      },
    ],
    [
      "a helpdesk that writes no Auto-Submitted",
      {
        from: "no-reply@helpdesk.example",
        subject: "[Ticket#123] Your ticket has been received",
        text: "Thank you for contacting us. We will get back to you within two days.",
      },
    ],
    [
      "a challenge to prove to be a person",
      {
        subject: "Your message to ada awaits confirmation",
        text: "To deliver your mail, please confirm that you are a real person. This account is protected by a filter.",
      },
    ],
    [
      "the old vacation program",
      { subject: "Re: Printer", text: "I am on vacation until May.", headers: { Precedence: "bulk" } },
    ],
    [
      "an absence told through a list",
      {
        subject: "[users] Ada Lovelace is out of the office.",
        text: "I will be out of the office starting 02/08 and will not return until 06/08.",
        headers: { "List-Id": "<users.lists.example.org>", "List-Post": "<mailto:users@lists.example.org>" },
      },
    ],
    [
      "vacation by words and Precedence",
      { subject: "I am on vacation", text: "I am on vacation until May.", headers: { Precedence: "junk" } },
    ],
  ];

  test.each(AUTOMATIC)("%s is an automatic reply", (_, sketch) => {
    expect(kindOf(sketch)).toBe("auto-reply");
  });

  const BY_PREFIX: [string, string][] = [
    ["Automatic reply: Printer", "I am currently out of the office."],
    ["Out of Office: Printer", "I will be back on Monday."],
    ["Auto-Reply: Printer", "This is an automated response."],
    ["Automatische Antwort: Drucker", "Ich bin bis Montag nicht im Büro."],
    ["Abwesenheitsnotiz: Drucker", "Ich bin derzeit im Urlaub und ab 5. Mai wieder erreichbar."],
    ["Réponse automatique : Imprimante", "Je suis absent jusqu'au 5 mai."],
    ["Respuesta automática: Impresora", "Estoy fuera de la oficina hasta el lunes."],
    ["Resposta automática: Impressora", "Estou de férias até segunda-feira."],
    ["Risposta automatica: Stampante", "Sono fuori ufficio fino a lunedì."],
    ["Automatisch antwoord: Printer", "Ik ben afwezig tot maandag."],
    ["Autosvar: Skrivare", "Jag är på semester till måndag."],
    ["Autosvar: Printer", "Jeg er på ferie til mandag."],
    ["Automatisk svar: Skriver", "Jeg er ikke på kontoret i dag."],
    ["Automaattinen vastaus: Tulostin", "Olen lomalla maanantaihin asti."],
    ["Automatyczna odpowiedź: Drukarka", "Jestem na urlopie do poniedziałku."],
    ["Automatická odpověď: Tiskárna", "Jsem na dovolené do pondělí."],
    ["Automatikus válasz: Nyomtató", "Szabadságon vagyok hétfőig."],
    ["Răspuns automat: Imprimantă", "Sunt în concediu până luni."],
    ["Otomatik yanıt: Yazıcı", "Pazartesiye kadar izindeyim."],
    ["Автоматический ответ: Принтер", "Я сейчас в отпуске до понедельника."],
    ["Автоматична відповідь: Принтер", "Я у відпустці до понеділка."],
    ["Αυτόματη απάντηση: Εκτυπωτής", "Είμαι σε άδεια μέχρι τη Δευτέρα."],
    ["תשובה אוטומטית: מדפסת", "אני בחופשה עד יום שני."],
    ["رد تلقائي: طابعة", "أنا في إجازة حتى الاثنين."],
    ["自動応答: プリンター", "月曜日まで不在にしております。"],
    ["自动答复: 打印机", "我正在休假。"],
    ["自動回覆: 印表機", "我正在休假。"],
    ["자동 회신: 프린터", "월요일까지 휴가입니다."],
    ["Trả lời tự động: Máy in", "Tôi đang nghỉ phép đến thứ hai."],
    ["ตอบกลับอัตโนมัติ: เครื่องพิมพ์", "ลาพักร้อนถึงวันจันทร์"],
    ["Balasan otomatis: Printer", "Saya sedang cuti sampai Senin."],
    ["Balasan automatik: Pencetak", "Saya di luar pejabat hingga Isnin."],
    ["Resposta automàtica: Impressora", "Estaré fora de l'oficina fins dilluns."],
    ["Erantzun automatikoa: Inprimagailua", "Astelehenera arte oporretan nago."],
    ["Sjálfvirkt svar: Prentari", "Ég er í fríi fram á mánudag."],
    ["Automātiskā atbilde: Printeris", "Esmu atvaļinājumā līdz pirmdienai."],
    ["Automatinis atsakymas: Spausdintuvas", "Šiuo metu atostogauju iki pirmadienio."],
    ["Automaatvastus: Printer", "Olen puhkusel esmaspäevani."],
    ["Automatická odpoveď: Tlačiareň", "Som na dovolenke do pondelka."],
    ["Automatski odgovor: Pisač", "Na godišnjem sam odmoru, nisam u uredu do ponedjeljka."],
    ["Samodejni odgovor: Tiskalnik", "Do ponedeljka sem na dopustu."],
    ["Автоматичен отговор: Принтер", "В отпуск съм до понеделник."],
    ["Автоматски одговор: Печатач", "На одмор сум до понеделник."],
    ["Аутоматски одговор: Штампач", "До понедељка сам на одмору."],
    ["Përgjigje automatike: Printer", "Jam me pushime deri të hënën."],
    ["Avtomatik cavab: Printer", "Bazar ertəsinə qədər məzuniyyətdəyəm."],
    ["Автоматты жауап: Принтер", "Дүйсенбіге дейін демалыстамын."],
    ["ავტომატური პასუხი: პრინტერი", "ორშაბათამდე შვებულებაში ვარ."],
    ["پاسخ خودکار: چاپگر", "تا دوشنبه در مرخصی هستم."],
    ["خودکار جواب: پرنٹر", "میں پیر تک چھٹی پر ہوں۔"],
    ["स्वचालित उत्तर: प्रिंटर", "मैं सोमवार तक छुट्टी पर हूँ।"],
    ["স্বয়ংক্রিয় উত্তর: প্রিন্টার", "আমি সোমবার পর্যন্ত ছুটিতে আছি।"],
    ["தானியங்கி பதில்: அச்சுப்பொறி", "திங்கள் வரை விடுப்பில் உள்ளேன்."],
    ["Outomatiese antwoord: Drukker", "Ek is met verlof tot Maandag."],
    ["Ateb awtomatig: Argraffydd", "Rwyf ar wyliau tan ddydd Llun."],
    ["Freagra uathoibríoch: Printéir", "Táim as oifig go dtí Dé Luain."],
    ["Jibu la kiotomatiki: Printa", "Niko likizo hadi Jumatatu."],
    ["Awtomatikong tugon: Printer", "Wala ako sa opisina hanggang Lunes."],
  ];

  test.each(BY_PREFIX)("«%s» is one, once its text or a header says so too", (subject, text) => {
    expect(kindOf({ subject, text })).toBe("auto-reply");
    expect(kindOf({ subject, text: "...", headers: { "X-Auto-Response-Suppress": "All" } })).toBe(
      "auto-reply",
    );
    expect(kindOf({ subject, text: "...", headers: { "In-Reply-To": "<m@desk.example.com>" } })).toBe(
      "auto-reply",
    );
    expect(kindOf({ subject, text: "Can you help me with that?" })).toBe("person");
    expect(kindOf({ subject: `Re: ${subject}`, text: "Thank you, I have read it." })).toBe("person");
  });
});

test.each([
  ["Automatic reply: Printer", "Thanks for writing, back on Monday 5 May."],
  ["Automatische Antwort: Drucker", "Ab Montag wieder da. In Notfällen: 0123 456."],
  ["Réponse automatique : Imprimante", "Retour lundi."],
  ["自动回复: 打印机", "您好，您的邮件已收到。"],
  ["Otomatik Yanıt: Yazıcı", "Pazartesi döneceğim, ofis dışındayım."],
  ["Αυτόματη απάντηση: Εκτυπωτής", "Απουσιάζω αυτή την εβδομάδα."],
  ["Yahoo! Auto Response", "I will return next week."],
])("«%s» is one by a few words of absence", (subject, text) => {
  expect(kindOf({ subject, text })).toBe("auto-reply");
  expect(kindOf({ subject, text: "The device in room 4 beeps." })).toBe("person");
});

test("a prefix in front of the subject that it answers is enough", () => {
  expect(kindOf({ subject: "Out of Office: Re: [#1042] Printer", text: "..." })).toBe("auto-reply");
  expect(kindOf({ subject: "Re: Out of Office: Printer", text: "..." })).toBe("person");
});

describe("bounces and reports", () => {
  const DSN = "multipart/report; report-type=delivery-status; boundary=x";

  test("a delivery status notification is a bounce, by type or by part", () => {
    expect(kindOf({ headers: { "Content-Type": DSN } })).toBe("bounce");
    expect(
      kindOf({
        headers: { "Content-Type": 'Multipart/Report; boundary="x"' },
        attachments: [{ contentType: "message/delivery-status" }],
      }),
    ).toBe("bounce");
  });

  test("a notification that only confirms a delivery is a report", () => {
    const attachments = [
      {
        contentType: "message/delivery-status",
        content: "Final-Recipient: rfc822;a@b\nAction: delivered\nStatus: 2.0.0\n",
      },
    ];
    expect(kindOf({ headers: { "Content-Type": DSN }, attachments })).toBe("report");
  });

  test.each([
    ["mailer-daemon", { from: "mailer-daemon@mx.example.org", subject: "failure notice" }],
    ["mailer-daemon without a domain", { from: "mailer-daemon", subject: "Returned mail" }],
    [
      "Mail Delivery Subsystem",
      { from: "x@mx.example.org", name: "Mail Delivery Subsystem", subject: "Warning" },
    ],
    [
      "postmaster with a telling subject",
      { from: "postmaster@mx.example.org", subject: "Unzustellbar: Drucker" },
    ],
    [
      "postmaster with telling words",
      { from: "postmaster@mx.example.org", subject: "Printer", text: "550 5.1.1 user unknown" },
    ],
    [
      "Exchange",
      {
        from: "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@x.example",
        subject: "Undeliverable: Printer",
      },
    ],
    [
      "a null sender with a telling subject",
      { headers: { "Return-Path": "<>" }, subject: "Mail delivery failed: returning message to sender" },
    ],
    ["X-Failed-Recipients", { headers: { "X-Failed-Recipients": "x@y.example" } }],
    ["Japanese", { from: "mailer-daemon@mx.example.jp", subject: "メールエラー通知" }],
    [
      "a filter's refusal, sent as a receipt",
      {
        from: "postmaster@mx.example.org",
        subject: "Automatically rejected mail",
        headers: {
          "Content-Type": "multipart/report; report-type=disposition-notification",
          "Auto-Submitted": "auto-replied (rejected)",
        },
      },
    ],
    [
      "a list that refuses who is no member",
      {
        from: "users-owner@lists.example.org",
        subject: "Your message to users",
        text: "You are not a member of this mailing list. Your message was rejected.",
        headers: { "List-Id": "<users.lists.example.org>" },
      },
    ],
    [
      "an unnamed machine that returns a message",
      {
        from: "noreply@gateway.example",
        subject: "Notice",
        text: "Your message could not be delivered to the following recipients:\nbob@x.example\n\nReceived: from a by b\nMessage-ID: <m@desk.example.com>\n",
      },
    ],
    [
      "a null sender with a code and what it returns",
      {
        from: "gateway@mx.example.org",
        subject: "Notice",
        text: "550 5.7.1 rejected",
        headers: { "Return-Path": "<>" },
        attachments: [{ contentType: "message/rfc822" }],
      },
    ],
  ] satisfies [string, MailSketch][])("a bounce of %s is a bounce", (_, sketch) => {
    expect(kindOf(sketch)).toBe("bounce");
  });

  test.each([
    ["ARF", { headers: { "Content-Type": "multipart/report; report-type=feedback-report" } }],
    ["MDN", { headers: { "Content-Type": "multipart/report; report-type=disposition-notification" } }],
    [
      "MDN by its part",
      {
        headers: { "Content-Type": "multipart/report" },
        attachments: [{ contentType: "message/disposition-notification" }],
      },
    ],
    ["another report", { headers: { "Content-Type": "multipart/report; report-type=tlsrpt" } }],
    [
      "DMARC",
      {
        subject: "Report Domain: example.com Submitter: google.com Report-ID: <1>",
        attachments: [{ contentType: "application/zip" }],
      },
    ],
    [
      "DMARC by its file",
      {
        subject: "Report",
        attachments: [
          {
            contentType: "application/gzip",
            filename: "google.com!example.com!1565222400!1565308799.xml.gz",
          },
        ],
      },
    ],
    ["TLS-RPT", { headers: { "TLS-Report-Domain": "example.com" } }],
    ["TLS-RPT by its part", { attachments: [{ contentType: "application/tlsrpt+gzip" }] }],
    ["a complaint of Hotmail's users", { headers: { "X-HmXmrOriginalRecipient": "ada@customer.example" } }],
    [
      "a signed receipt",
      { headers: { "Content-Type": "application/pkcs7-mime; smime-type=signed-receipt" } },
    ],
    [
      "a confirmation of delivery without a report's type",
      {
        from: "postmaster@mx.example.org",
        subject: "Delivered: Printer",
        text: "Your message was delivered.",
      },
    ],
    ["an empty receipt", { subject: "Read: Printer", text: "", headers: { "Return-Path": "<>" } }],
    [
      "a receipt in plain words",
      {
        subject: "Read: Printer",
        text: "Your message\n\nTo: Ada\nSubject: Printer\n\nwas read on 08.08.2019 10:12.",
      },
    ],
    [
      "a German receipt",
      { subject: "Gelesen: Drucker", text: "Ihre Nachricht wurde am 8.8.2019 um 10:12 gelesen." },
    ],
  ] satisfies [string, MailSketch][])("%s is a report", (_, sketch) => {
    expect(kindOf(sketch)).toBe("report");
  });
});

describe("lists", () => {
  test.each([
    ["List-Id", { "List-Id": "Users <users.lists.example.org>" }],
    ["List-Unsubscribe", { "List-Unsubscribe": "<https://news.example.org/u>" }],
    ["Precedence: list", { Precedence: "list" }],
    ["fml", { "X-MLServer": "fml 4.0" }],
    [
      "another's Google Group",
      { "List-Id": "<users.other.example>", "X-Google-Group-Id": "9", Precedence: "list" },
    ],
  ])("%s makes it a list's", (_, headers) => {
    expect(kindOf({ headers })).toBe("list");
  });
});

describe("lists without list headers", () => {
  test.each([
    ["majordomo", { Sender: "owner-users@lists.example.org" }],
    ["mailman's envelope", { "Return-Path": "<users-bounces@lists.example.org>" }],
    ["ezmlm", { "Delivered-To": "mailing list users@lists.example.org" }],
    ["bulk with a tag", { Precedence: "bulk" }],
    ["a list server's own mail", { "X-List-Administrivia": "yes", Precedence: "bulk" }],
  ])("%s makes it a list's", (_, headers) => {
    const mail = {
      ...mailOf({ headers, subject: "[users] Printer" }),
      to: [{ address: "users@lists.example.org", name: "" }],
    };
    expect(classifyMail(mail, OWN).kind).toBe("list");
  });

  test("an envelope for bounces alone is no list's", () => {
    expect(kindOf({ headers: { "Return-Path": "<ada-bounces@crm.example>" } })).toBe("person");
  });

  test("a newsletter stays a list's, though it says auto-generated", () => {
    expect(
      kindOf({ headers: { "Auto-Submitted": "auto-generated", "List-Unsubscribe": "<https://x.example>" } }),
    ).toBe("list");
    expect(
      kindOf({ headers: { "Auto-Submitted": "auto-replied", "List-Unsubscribe": "<https://x.example>" } }),
    ).toBe("auto-reply");
  });

  test("who writes to a list and to us in one mail has written to us", () => {
    const headers = {
      "List-Id": "<users.lists.example.org>",
      "List-Post": "<mailto:users@lists.example.org>",
    };
    const mail = mailOf({ headers });
    expect(classifyMail({ ...mail, cc: [{ address: "users@lists.example.org", name: "" }] }, OWN).kind).toBe(
      "person",
    );
    expect(classifyMail(mail, OWN).kind).toBe("list");
  });
});

describe("whyNoAutomaticAnswer", () => {
  const why = (sketch: MailSketch) => whyNoAutomaticAnswer(mailOf(sketch), mailOf(sketch).from, OWN);

  test("a plain mail is answered", () => {
    expect(why({})).toBeNull();
    expect(why({ subject: "Re: Printer", headers: { "In-Reply-To": "<x@y>" } })).toBeNull();
  });

  test.each([
    ["bulk", { headers: { Precedence: "bulk" } }],
    ["a CRM's list header", { headers: { "List-Unsubscribe": "<https://crm.example>" } }],
    ["another helpdesk", { headers: { "X-Zendesk-From-Account-Id": "1" } }],
    ["another Deskhand", { headers: { "X-Deskhand": "desk.other.example" } }],
    ["X-Loop", { headers: { "X-Loop": "x@y.example" } }],
    ["an automatic subject", { subject: "Automatic reply: Printer", text: "Can you help me?" }],
    ["a bounce's subject", { subject: "Undeliverable: Printer", text: "What is that?" }],
    ["nobody's address", { from: "noreply@shop.example" }],
  ] satisfies [string, MailSketch][])(
    "in doubt (%s) nobody is answered by a machine, though it is a person's",
    (_, sketch) => {
      expect(kindOf(sketch) === "person" || kindOf(sketch) === "list").toBe(true);
      expect(why(sketch)).not.toBeNull();
    },
  );
});

describe("our own mail", () => {
  test("our header or our address makes it our own", () => {
    expect(kindOf({ headers: { "X-Deskhand": "desk.example.com" } })).toBe("own");
    expect(kindOf({ from: "help@example.com" })).toBe("own");
    expect(kindOf({ from: "help@example.com", headers: { "Reply-To": "support@example.com" } })).toBe("own");
  });

  test("a mail of another company's Deskhand is not ours", () => {
    expect(kindOf({ headers: { "X-Deskhand": "desk.other.example" } })).toBe("person");
  });

  test("the bounce of our own mail is a bounce, though it has our header", () => {
    expect(
      kindOf({
        from: "mailer-daemon@mx.example.org",
        subject: "failure notice",
        headers: { "X-Deskhand": "desk.example.com" },
      }),
    ).toBe("bounce");
  });
});

describe("mayAnswerAutomatically", () => {
  const ada = { address: "ada@customer.example", name: "Ada" };
  const at = (local: string) => ({ address: `${local}@customer.example`, name: "" });

  test("a person is answered, also through our own group", () => {
    expect(mayAnswerAutomatically("person", {}, ada)).toBe(true);
    expect(
      mayAnswerAutomatically("person", { "list-id": ["<support.example.com>"], precedence: ["list"] }, ada),
    ).toBe(true);
    expect(mayAnswerAutomatically("person", { "x-auto-response-suppress": ["DR, RN"] }, ada)).toBe(true);
    expect(mayAnswerAutomatically("person", { "auto-submitted": ["no"] }, ada)).toBe(true);
  });

  test.each(["auto-reply", "bounce", "report", "list", "own"] as const)("%s is never answered", (kind) => {
    expect(mayAnswerAutomatically(kind, {}, ada)).toBe(false);
  });

  test("nobody is answered who cannot or does not want to read it", () => {
    expect(mayAnswerAutomatically("person", {}, null)).toBe(false);
    expect(mayAnswerAutomatically("person", {}, { address: "", name: "" })).toBe(false);
    expect(mayAnswerAutomatically("person", { "return-path": ["<>"] }, ada)).toBe(false);
    expect(mayAnswerAutomatically("person", { "return-path": [""] }, ada)).toBe(false);
    expect(mayAnswerAutomatically("person", { precedence: ["bulk"] }, ada)).toBe(false);
    expect(mayAnswerAutomatically("person", { "auto-submitted": ["auto-generated"] }, ada)).toBe(false);
    expect(mayAnswerAutomatically("person", { "x-auto-response-suppress": ["All"] }, ada)).toBe(false);
    expect(mayAnswerAutomatically("person", { "x-auto-response-suppress": ["DR, AutoReply"] }, ada)).toBe(
      false,
    );
  });

  test.each([
    "noreply",
    "no-reply",
    "no.reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "noreply+x",
    "news-noreply",
    "notreply",
    "mailer-daemon",
    "postmaster",
    "bounce",
    "bounces+1",
    "nobody",
    "owner-users",
    "users-owner",
    "users-bounces",
    "autoreply",
    "ne-pas-repondre",
  ])("%s@ is not answered", (local) => {
    expect(mayAnswerAutomatically("person", {}, at(local))).toBe(false);
  });

  test.each(["norepl", "nora.eply", "reply", "noah", "postmann", "bounceback.fitness", "owner", "support"])(
    "%s@ is answered",
    (local) => {
      expect(mayAnswerAutomatically("person", {}, at(local))).toBe(true);
    },
  );
});

test("hostile headers and bodies take time in proportion to their length", () => {
  const big = "a".repeat(200_000);
  const elapsedMs = measureCpuMs(() => {
    for (const text of [
      big,
      " ".repeat(200_000),
      "thank you for contacting ".repeat(8_000),
      "ich bin ".repeat(25_000),
      "0 ".repeat(100_000),
    ])
      classifyMail(
        mailOf({
          text,
          subject: text,
          from: `${big}@x.example`,
          name: big,
          headers: {
            "List-Post": text,
            Precedence: text,
            "Return-Path": text,
            "Content-Type": text,
            "Auto-Submitted": ` ${text}`,
          },
        }),
        OWN,
      );
  });
  expect(elapsedMs).toBeLessThan(1_000);
});
