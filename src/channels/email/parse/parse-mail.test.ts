import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { InboundEmail } from "../../../core/inbound.ts";
import { PARSE_LIMITS, parseMail } from "./parse-mail.ts";

const ORIGIN = {
  account: "support@desk.example/INBOX",
  externalId: "1:7",
  receivedAt: new Date("2026-11-02T08:15:03Z"),
};

async function parseRaw(raw: Uint8Array | string): Promise<InboundEmail> {
  const parsed = await parseMail(typeof raw === "string" ? Buffer.from(raw) : raw, ORIGIN);
  if (parsed.channel !== "email") throw new Error(`parked: ${parsed.reason}`);
  return parsed;
}

async function parseFixture(name: string): Promise<InboundEmail> {
  return parseRaw(await readFile(new URL(`../../../../test/fixtures/mail/${name}.eml`, import.meta.url)));
}

const textOf = (content: Uint8Array) => new TextDecoder().decode(content);

describe("parseMail", () => {
  it("keeps the words of a multipart whose boundary never occurs", async () => {
    const head =
      "From: ada@customer.example\nSubject: Lost\nContent-Type: multipart/mixed; boundary=declared\n\n";
    const mail = await parseRaw(
      `${head}--another\nContent-Type: text/plain\n\nThe printer is on fire.\n--another--\n`,
    );
    expect(mail.text).toContain("The printer is on fire.");
    expect((await parseRaw(`${head}No part at all.\n`)).text).toBe("No part at all.");
  });

  it("reads an ordinary mail into every field", async () => {
    const mail = await parseFixture("first-contact");
    expect(mail).toMatchObject({
      channel: "email",
      ...ORIGIN,
      date: new Date("2026-11-02T08:15:00Z"),
      messageId: "<first-contact@customer.example>",
      inReplyTo: null,
      references: [],
      from: { address: "ada@customer.example", name: "Ada Lovelace" },
      to: [{ address: "support@desk.example", name: "Support" }],
      cc: [{ address: "charles@customer.example", name: "Babbage, Charles" }],
      replyTo: [],
      subject: "The printer on floor 2 is on fire",
      text: "Hello,\n\nthe printer on floor 2 is on fire – really.\n\nAda",
      html: null,
      attachments: [],
      authentication: { server: "mx.desk.example", spf: "pass", dkim: "pass", dmarc: "pass" },
      bounce: null,
    });
    expect(mail.textTrimmed).toContain("on fire – really");
    expect(mail.headers["content-transfer-encoding"]).toEqual(["8bit"]);
  });

  it("guesses an undeclared 8-bit charset in subject and body", async () => {
    expect(await parseFixture("undeclared-latin1")).toMatchObject({
      subject: "Störung im Büro",
      text: "Die Heizung ist ausgefallen, größere Schäden drohen.",
    });
  });

  it("reads ISO-2022-JP", async () => {
    expect(await parseFixture("iso-2022-jp")).toMatchObject({
      subject: "プリンターが動きません",
      text: "お世話になっております。\n印刷できません。",
    });
  });

  it("has no Message-ID where the mail has none or an empty one, and no date where it cannot be read", async () => {
    expect(await parseFixture("no-message-id")).toMatchObject({ messageId: null, date: null });
  });

  it("takes the first of two From headers and shows both to the rules", async () => {
    const mail = await parseFixture("two-from");
    expect(mail.from).toEqual({ address: "mallory@evil.example", name: "Mallory" });
    expect(mail.headers.from).toHaveLength(2);
  });

  it("reads text from HTML, without scripts and styles", async () => {
    const mail = await parseFixture("html-only");
    expect(mail.text).toBe(
      "My VPN drops & drops.\n\nSee the status page [https://status.customer.example/vpn].",
    );
    expect(mail.html).toContain("<p>My VPN drops &amp; drops.</p>");
  });

  it("loses no part of a body that is text first and HTML after, and takes a named text part for a file", async () => {
    const mail = await parseFixture("mixed-html-after-text");
    expect(mail.text).toBe("First words.\n\nWords that stand in HTML only.");
    expect(mail.attachments).toMatchObject([
      { filename: "log.txt", contentType: "text/plain", inline: false },
    ]);
    expect(textOf(mail.attachments[0]?.content ?? new Uint8Array())).toBe("12:00 it broke");
  });

  it("keeps an attached mail whole, whatever its disposition says", async () => {
    const mail = await parseFixture("nested-rfc822");
    expect(mail).toMatchObject({ subject: "Please see the attached mail", text: "See what I got." });
    expect(mail.attachments).toMatchObject([{ filename: "original.eml", contentType: "message/rfc822" }]);
    expect(textOf(mail.attachments[0]?.content ?? new Uint8Array())).toContain("Inner words.");
  });

  it("reads a multipart that was cut off before its end", async () => {
    const mail = await parseFixture("unclosed-multipart");
    expect(mail.text).toBe("The mail ends in the middle of");
    expect(Array.from(mail.attachments[0]?.content ?? [])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("keeps S/MIME parts as attachments", async () => {
    const signed = await parseFixture("smime-signed");
    expect(signed.text).toBe("I signed this.");
    expect(signed.attachments).toMatchObject([{ filename: "smime.p7s" }]);
    const encrypted = await parseFixture("smime-encrypted");
    expect(encrypted).toMatchObject({
      text: "[This mail is encrypted with S/MIME: its words are in the attached file smime.p7m.]",
      attachments: [{ contentType: "application/pkcs7-mime" }],
    });
    expect(signed.remarks).toEqual([expect.stringMatching(/^It is signed with S\/MIME/)]);
  });

  it.each([
    ["undeclared-koi8", "Сбой", "Здравствуйте, у нас не работает почта. Пожалуйста, помогите."],
    ["undeclared-big5", "印表機無法運作", "您好，辦公室的印表機今天早上開始無法運作。"],
    ["undeclared-thai", "ขอความช่วยเหลือ", "เครื่องพิมพ์ไม่ทำงานตั้งแต่เช้า"],
    ["japanese-mislabelled", "x", "送信できませんでした。宛先をご確認ください。"],
    ["no-blank-line", "x", "Good day."],
    ["bare-cr-crlf", "Three ends", "Line one.\nLine two."],
    ["utf16-file", "Größe", "words"],
  ])("reads %s", async (name, subject, text) => {
    expect(await parseFixture(name)).toMatchObject({
      subject,
      text,
      from: { address: "ada@customer.example" },
    });
  });

  it("reads raw UTF-8 in the name of a file", async () => {
    expect((await parseFixture("raw-utf8-filename")).attachments).toMatchObject([{ filename: "Отчёт.pdf" }]);
  });

  it("finds the parts of a mail whose boundary is declared wrongly, and says so", async () => {
    const mail = await parseFixture("wrong-boundary");
    expect(mail.text).toBe("The heater is bröken.");
    expect(mail.attachments).toMatchObject([{ filename: "heater.png", contentType: "image/png" }]);
    expect(mail.remarks).toEqual(["Its parts are not separated as it declares."]);
  });

  it("takes files out of a text that has them inside", async () => {
    const mail = await parseFixture("uuencoded");
    expect(mail.text).toBe("The log:\n\n\nAda");
    expect(mail.attachments).toMatchObject([{ filename: "log.txt", contentType: "text/plain" }]);
    expect(textOf(mail.attachments[0]?.content ?? new Uint8Array())).toBe("aaaaaaaaaaaa");
  });

  it("keeps the bytes of a text file as they are, whatever its charset", async () => {
    const [file] = (await parseFixture("text-file-charset")).attachments;
    expect(Array.from(file?.content ?? [])).toEqual([0xe4, 0xf6]);
  });

  it("reads a body that bears a file's name, and keeps it as a file too", async () => {
    const mail = await parseFixture("named-body");
    expect(mail.text).toBe("It could not be delivered.");
    expect(mail.attachments).toMatchObject([{ filename: "problem.txt" }]);
  });

  it("says that a mail is encrypted with PGP, and keeps its parts", async () => {
    const mail = await parseFixture("pgp-encrypted");
    expect(mail.text).toMatch(/^\[This mail is encrypted with PGP/);
    expect(mail.textTrimmed).toBe(mail.text);
    expect(mail.attachments.map(({ contentType }) => contentType)).toEqual([
      "application/pgp-encrypted",
      "application/octet-stream",
    ]);
  });

  it("reads what an opaque S/MIME signature holds, and says that it was not checked", async () => {
    const mail = await parseFixture("smime-opaque");
    expect(mail.text).toBe("I signed all of this.");
    expect(mail.attachments.map(({ filename }) => filename)).toEqual(["smime.p7m", "list.csv"]);
    expect(mail.remarks).toEqual(["It is signed with S/MIME; the signature is not checked."]);
  });

  it("takes text and files out of Outlook's winmail.dat", async () => {
    const mail = await parseFixture("tnef");
    expect(mail.text).toBe("Please print the attached plan.");
    expect(mail.attachments.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      ["winmail.dat", "application/ms-tnef"],
      ["Plan für März.txt", "text/plain"],
    ]);
    expect(textOf(mail.attachments[1]?.content ?? new Uint8Array())).toBe("floor 2");
  });

  it("takes a mail without From for one from whoever else it names", async () => {
    expect((await parseFixture("no-from")).from).toEqual({ address: "ada@customer.example", name: "" });
  });

  it("keeps a calendar part", async () => {
    const mail = await parseFixture("calendar");
    expect(mail.text).toBe("Rollout on Tuesday.\n\nInvitation: Rollout");
    expect(mail.html).toContain("<b>Tuesday</b>");
    expect(mail.attachments).toMatchObject([{ contentType: "text/calendar", filename: "" }]);
  });

  it("keeps an inline image with its content id", async () => {
    const mail = await parseFixture("inline-image");
    expect(mail.attachments).toMatchObject([
      { filename: "shot.png", contentType: "image/png", contentId: "shot.1@customer.example", inline: true },
    ]);
    expect(mail.html).toContain("cid:shot.1@customer.example");
  });

  it("reads file names of RFC 2231 and RFC 2047", async () => {
    const names = (await parseFixture("attachment-names")).attachments.map(({ filename }) => filename);
    expect(names).toEqual(["Übersicht 2026.pdf", "Rechnung März.pdf", ""]);
  });

  it("reads a bounce's report", async () => {
    expect((await parseFixture("bounce-dsn")).bounce).toEqual({
      status: "5.1.1",
      recipient: "gone@customer.example",
      originalMessageId: "<t-1042@desk.example>",
      kind: "hard",
    });
  });

  it("shows the headers that tell an automatic mail", async () => {
    expect((await parseFixture("auto-reply")).headers["auto-submitted"]).toEqual(["auto-replied"]);
    expect((await parseFixture("auto-submitted-no")).headers["auto-submitted"]).toEqual(["no"]);
  });

  it("believes no Authentication-Results that a stranger wrote", async () => {
    expect((await parseFixture("forged-authentication")).authentication).toBeNull();
  });

  it("repairs what programs do to address and id headers", async () => {
    expect(await parseFixture("encoded-whole-from")).toMatchObject({
      from: { address: "juergen@customer.example", name: "Jürgen Müller" },
      replyTo: [{ address: "reply@customer.example", name: "Müller, J." }],
      to: [],
      messageId: "<whole-from@customer.example>",
      inReplyTo: "<b@x.example>",
      references: ["<a@x.example>", "<b@x.example>"],
      subject: "a ✓ b",
    });
  });

  it("reads a mail whose lines end in a bare CR", async () => {
    expect(await parseFixture("bare-cr")).toMatchObject({ subject: "Bare CR", text: "Line one.\nLine two." });
  });

  it("keeps NUL bytes and broken surrogates out of everything that goes to the database", async () => {
    const mail = await parseRaw(
      "From: a@b.example\nSubject: nul\0nul\nX-Note: =?utf-16be?B?2D0=?=\nContent-Type: text/html\n\n<p>n\0ul</p>",
    );
    expect(JSON.stringify({ ...mail, raw: null })).not.toMatch(/\\u0000|\\ud8/i);
    expect(mail.subject).toBe("nulnul");
  });

  it("reads a type without a subtype as text, and knows other alternatives for what they are", async () => {
    expect(await parseRaw("From: a@b.example\nContent-Type: text\n\nold words")).toMatchObject({
      text: "old words",
    });
    const mail = await parseRaw(
      "From: a@b.example\nContent-Type: multipart/alternative; boundary=b\n\n" +
        "--b\n\nplain\n--b\nContent-Type: text/enriched\n\n<bold>rich</bold>\n--b--\n",
    );
    expect(mail).toMatchObject({ text: "plain", html: null, attachments: [] });
  });

  it("takes no header for the separator of an mbox, and no separator for a header", async () => {
    expect(await parseRaw("From  : Ada <ada@b.example>\nSubject : s\n\nx")).toMatchObject({
      from: { address: "ada@b.example", name: "Ada" },
      subject: "s",
    });
    expect(await parseRaw("From ada@b.example Mon Nov  2 10:00:00 2026\nSubject: s\n\nx")).toMatchObject({
      from: { address: "ada@b.example", name: "" },
      subject: "s",
    });
  });

  it("keeps a local name as sender, and no name for an address", async () => {
    expect((await parseRaw("From: MAILER-DAEMON (Mail System)\n\nx")).from?.address).toBe("mailer-daemon");
    expect((await parseRaw("From: Ada <>\n\nx")).from).toBeNull();
  });

  it("takes a mail of no known form for what it is: words without a sender", async () => {
    expect(await parseRaw("just some words\nand more")).toMatchObject({ from: null, subject: "" });
  });
});

describe("fingerprint", () => {
  it("keeps mails apart that have the same words, and neither a Message-ID nor a Date", async () => {
    const form = "From: form@customer.example\nSubject: Contact\n\nPlease call me.\n";
    const one = await parseRaw(`Received: from web1; Mon, 2 Nov 2026 09:00:00 +0000\n${form}`);
    const two = await parseRaw(`Received: from web1; Mon, 2 Nov 2026 17:30:00 +0000\n${form}`);
    expect(two.fingerprint).not.toBe(one.fingerprint);
  });

  const mail = (trace: string, end = "") =>
    `${trace}From: a@b.example\nMessage-ID: <1@b.example>\nSubject: s\n\nwords${end}\n`;

  it("is the same for every copy of one mail", async () => {
    const one = await parseRaw(mail("Received: by mx1.desk.example\nDelivered-To: support@desk.example\n"));
    const two = await parseRaw(mail("Received: by mx2.desk.example\n", " \n\n").replaceAll("\n", "\r\n"));
    expect(two.fingerprint).toBe(one.fingerprint);
    expect(one.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it("differs where a Message-ID is used again for another mail", async () => {
    const one = await parseRaw(mail(""));
    const two = await parseRaw(mail("", " that differ"));
    expect(two.messageId).toBe(one.messageId);
    expect(two.fingerprint).not.toBe(one.fingerprint);
  });
});

describe("a mail that goes beyond all measure is still a mail", () => {
  it("with 10,000 parts, side by side or nested", async () => {
    const flat = `From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n${"--b\n\nx\n".repeat(10_000)}--b--\n`;
    let nested = "From: a@b.example\n";
    for (let level = 0; level < 10_000; level++)
      nested += `Content-Type: multipart/mixed; boundary=b${level}\n\n--b${level}\n`;
    for (const raw of [flat, nested]) {
      const mail = await parseRaw(raw);
      expect(mail.from?.address).toBe("a@b.example");
      expect(mail.remarks).toEqual([expect.stringMatching(/^It has too many parts, or too deep ones/)]);
      expect(mail.attachments.map(({ filename }) => filename)).toEqual(["more-parts.txt"]);
    }
    expect((await parseRaw(flat)).text.match(/x/g)).toHaveLength(PARSE_LIMITS.partsMax);
  });

  it("with a header block of megabytes, and what decides behind all of it", async () => {
    const bomb = `${"X-Bomb: boom\n".repeat(70_000)}From: a@b.example\nSubject: behind\n\nwords`;
    const mail = await parseRaw(bomb);
    expect(mail).toMatchObject({ from: { address: "a@b.example" }, subject: "behind", text: "words" });
    expect(mail.headers["x-bomb"]).toHaveLength(1_000);
  });

  it("with a header line of 10 MB", async () => {
    const mail = await parseRaw(`From: a@b.example\nX-Long: ${"y".repeat(10_000_000)}\nSubject: s\n\nwords`);
    expect(mail).toMatchObject({ from: { address: "a@b.example" }, subject: "s", text: "words" });
    expect(mail.headers["x-long"]?.[0]).toHaveLength(99_999);
  });
});

describe("what cannot be read is parked with its source and a reason", () => {
  it("an empty mail", async () => {
    expect(await parseMail(new Uint8Array(), ORIGIN)).toMatchObject({
      channel: "unreadable",
      sourceChannel: "email",
      ...ORIGIN,
      reason: "It is empty.",
    });
  });

  it("a mail over the size limit", async () => {
    const parsed = await parseMail(Buffer.from("From: a@b.example\n\nx"), ORIGIN, {
      ...PARSE_LIMITS,
      sizeBytesMax: 10,
    });
    expect(parsed).toMatchObject({
      channel: "unreadable",
      reason: "It has 20 bytes; at most 10 bytes are read.",
    });
  });

  it("a mail that takes too long", async () => {
    const raw = Buffer.from(
      `From: a@b.example\nContent-Transfer-Encoding: x-odd\nContent-Type: text/plain\n\n${"words \n".repeat(400_000)}`,
    );
    const parsed = await parseMail(raw, ORIGIN, { ...PARSE_LIMITS, timeMsMax: 1 });
    expect(parsed).toMatchObject({ channel: "unreadable", reason: "Reading it took more than 0.001 s." });
    expect(parsed.raw).toBe(raw);
  });
});
