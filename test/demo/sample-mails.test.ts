import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseMail } from "../../src/channels/email/parse/parse-mail.ts";
import { classifyMail } from "../../src/core/loop-guard.ts";
import { type Customers, createCustomers } from "../../src/demo/customers.ts";
import { createDemoMailServer, type DemoMailServer } from "../../src/demo/mail-server.ts";
import { openOutgoingMails } from "../../src/demo/outgoing-mails.ts";
import { type ReceivedAcknowledgement, readMessageId, renderMail } from "../../src/demo/render-mail.ts";
import { SUPPORT_ADDRESS } from "../../src/demo/samples/people.ts";
import { FIRST_CONTACTS, LATER_MAILS, readSampleMail } from "../../src/demo/samples/sample-mails.ts";

const ACKNOWLEDGEMENT: ReceivedAcknowledgement = {
  messageId: "<ack.1000@deskhand.example>",
  subject: "Re: [#1000] =?UTF-8?Q?VPN_dr=C3=B6ps?=",
  date: new Date("2026-11-22T10:00:00Z"),
  text: "Hello Ada,\n\nticket #1000 <opened> & counted – thanks.\n",
};
const SENT_AT = new Date("2026-11-22T11:00:00Z");
const SAMPLES = [...FIRST_CONTACTS, ...LATER_MAILS];

async function render(file: string) {
  const raw = renderMail(await readSampleMail(file), SENT_AT, ACKNOWLEDGEMENT);
  return { raw: Buffer.from(raw), mail: await simpleParser(Buffer.from(raw)) };
}

describe("every sample mail", () => {
  test.each(SAMPLES.map(({ file }) => file))(
    "%s is a complete mail with CRLF, a date, a sender and words",
    async (file) => {
      const { raw, mail } = await render(file);
      expect(raw.toString("latin1")).not.toMatch(/(?<!\r)\n|\{\{/);
      expect(raw.toString("latin1").endsWith("\r\n")).toBe(true);
      expect(mail.date).toEqual(SENT_AT);
      expect(mail.from?.value[0]?.address).toMatch(/@[\w.-]+\.example$/);
      expect(mail.subject).toBeTruthy();
      expect(mail.text?.trim() || mail.html).toBeTruthy();
      expect(readMessageId(raw)).toBe(mail.messageId);
    },
  );

  test("is used, and has a Message-ID of its own", async () => {
    const folder = new URL("../../src/demo/samples/mail/", import.meta.url);
    const files = (await readdir(folder)).filter((name) => name.endsWith(".eml")).sort();
    expect([...new Set(SAMPLES.map(({ file }) => file))].sort()).toEqual(files);
    const ids = await Promise.all(
      files.map(async (file) => readMessageId(await readFile(new URL(file, folder)))),
    );
    expect(new Set(ids).size).toBe(files.length);
  });
});

describe("the samples are what they are meant to be", () => {
  test("the Japanese one is ISO-2022-JP and reads as Japanese", async () => {
    const { raw, mail } = await render("07-japanese.eml");
    expect(raw.includes(0x1b)).toBe(true);
    expect(mail.subject).toBe("プリンターで印刷できません");
    expect(mail.text).toContain("お手数ですが、ご確認をお願いいたします。");
  });

  test("the screenshot is a PNG that a decoder would accept", async () => {
    const { mail } = await render("08-webhook-with-screenshot.eml");
    const [file] = mail.attachments;
    expect(file?.filename).toBe("webhook-401.png");
    expect(file?.content.subarray(0, 8)).toEqual(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
    expect(file?.content.subarray(12, 16).toString()).toBe("IHDR");
    expect(file?.content.subarray(-8, -4).toString()).toBe("IEND");
  });

  test("the HTML one has no text part", async () => {
    const { raw, mail } = await render("06-calendar-html-only.eml");
    expect(raw.toString("latin1")).toMatch(/^Content-Type: text\/html/m);
    expect(mail.html).toContain("<b>shared calendar</b>");
  });

  test.each(["02-vpn-reply.eml", "13-vpn-reply-from-outlook.eml"])(
    "%s answers the acknowledgement by its Message-ID, and quotes it",
    async (file) => {
      const { mail } = await render(file);
      expect(mail.inReplyTo).toBe(ACKNOWLEDGEMENT.messageId);
      expect(mail.references).toContain(ACKNOWLEDGEMENT.messageId);
      expect(mail.subject).toBe("Re: [#1000] VPN dröps");
      expect(mail.text).toContain("ticket #1000 <opened> & counted – thanks.");
    },
  );

  test("the reply's HTML part quotes the acknowledgement as text, not as markup", async () => {
    const { mail } = await render("02-vpn-reply.eml");
    expect(mail.html).toContain("ticket #1000 &lt;opened&gt; &amp; counted – thanks.");
  });

  test("the out-of-office and the bounce say that a machine wrote them, and about which mail", async () => {
    const outOfOffice = await render("14-out-of-office.eml");
    expect(outOfOffice.mail.headers.get("auto-submitted")).toBe("auto-replied");
    expect(outOfOffice.mail.inReplyTo).toBe(ACKNOWLEDGEMENT.messageId);
    const bounce = await render("15-bounce.eml");
    expect(bounce.raw.toString()).toContain("report-type=delivery-status");
    expect(bounce.raw.toString()).toContain(`\r\nMessage-ID: ${ACKNOWLEDGEMENT.messageId}\r\n`);
  });

  test("a reply cannot be rendered while nothing is known of what it answers", async () => {
    const template = await readSampleMail("02-vpn-reply.eml");
    expect(() => renderMail(template, SENT_AT, null)).toThrow("{{acknowledgement.messageId}}");
  });
});

describe("as Deskhand reads them", () => {
  const own = { addresses: [SUPPORT_ADDRESS], messageIdDomain: "deskhand.example" };

  async function read(file: string) {
    const { raw } = await render(file);
    const mail = await parseMail(raw, { account: "a/INBOX", externalId: "1:1", receivedAt: SENT_AT });
    if (mail.channel === "unreadable") throw new Error(mail.reason);
    return { mail, kind: classifyMail(mail, own).kind };
  }

  test.each([
    ["12-newsletter.eml", "list"],
    ["14-out-of-office.eml", "auto-reply"],
    ["15-bounce.eml", "bounce"],
  ])("%s is %s", async (file, kind) => {
    expect((await read(file)).kind).toBe(kind);
  });

  const machines = ["12-newsletter.eml", "14-out-of-office.eml", "15-bounce.eml"];
  const people = SAMPLES.map(({ file }) => file).filter((file) => !machines.includes(file));
  test.each([...new Set(people)])("%s is a person's", async (file) => {
    expect((await read(file)).kind).toBe("person");
  });

  test("the bounce names our mail, whom it did not reach, and that it may be tried again", async () => {
    expect((await read("15-bounce.eml")).mail.bounce).toEqual({
      status: "4.2.2",
      recipient: "grace.whitfield@alder-clinic.example",
      originalMessageId: ACKNOWLEDGEMENT.messageId,
      kind: "soft",
    });
  });

  test("the replies are trimmed to their new words", async () => {
    expect((await read("02-vpn-reply.eml")).mail.textTrimmed).toBe(
      "One more thing I noticed: it only drops while a large upload is running.\nWith the upload paused it has held for half an hour.",
    );
    const { mail } = await read("13-vpn-reply-from-outlook.eml");
    expect(mail.textTrimmed).toMatch(/^I am back at the office now/);
    expect(mail.textTrimmed).not.toMatch(/Sent:|Hello Ada/);
  });

  test("the HTML one is text, the Japanese one Japanese", async () => {
    expect((await read("06-calendar-html-only.eml")).mail.text).toContain(
      "since the clocks went back, the shared calendar",
    );
    expect((await read("07-japanese.eml")).mail).toMatchObject({
      subject: "プリンターで印刷できません",
      from: { name: "佐藤 由紀", address: "sato.yuki@aozora-trading.example" },
    });
  });
});

describe("customers", () => {
  const patience = { timeoutMs: 2000, signal: new AbortController().signal };
  let dir: string;
  let mail: DemoMailServer;
  let customers: Customers;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "deskhand-samples-"));
  });
  afterAll(() => rm(dir, { recursive: true }));
  beforeEach(async () => {
    mail = await createDemoMailServer({ dir: join(dir, "mail"), imapAddresses: [SUPPORT_ADDRESS] });
    customers = createCustomers(mail, await openOutgoingMails(join(dir, "sent")), patience);
  });
  afterEach(async () => {
    customers.stop();
    await mail.stop();
  });

  test("send every first contact once, and nothing again in later runs", async () => {
    for (const sample of FIRST_CONTACTS) expect((await customers.send(sample)).sentBefore).toBe(false);
    const before = mail.mailbox(SUPPORT_ADDRESS).map(({ raw }) => Buffer.from(raw).toString("latin1"));
    expect(before).toHaveLength(FIRST_CONTACTS.length);
    for (const sample of FIRST_CONTACTS) expect((await customers.send(sample)).sentBefore).toBe(true);
    expect(mail.mailbox(SUPPORT_ADDRESS)).toHaveLength(FIRST_CONTACTS.length);
  });

  test("send the duplicate with the very same bytes, once, in whichever run it comes", async () => {
    const duplicate = LATER_MAILS.find(({ copy }) => copy === 2);
    if (duplicate === undefined) throw new Error("There is no duplicate among the samples.");
    const first = await customers.send({ file: duplicate.file });
    const second = await customers.send(duplicate);
    expect(first.sentBefore).toBe(true);
    expect(second.sentBefore).toBe(false);
    expect(Buffer.from(second.raw).equals(Buffer.from(first.raw))).toBe(true);
    expect((await customers.send(duplicate)).sentBefore).toBe(true);
    expect(mail.mailbox(SUPPORT_ADDRESS)).toHaveLength(FIRST_CONTACTS.length + 1);
  });

  test("answer an acknowledgement only once it is in their own mailbox", async () => {
    const reply = LATER_MAILS.find(({ file }) => file === "02-vpn-reply.eml");
    if (reply === undefined) throw new Error("There is no reply among the samples.");
    let sent = false;
    const sending = customers.send(reply).then((mailSent) => {
      sent = true;
      return mailSent;
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(sent).toBe(false);

    const question = readMessageId(await readSampleMail("01-vpn-first-contact.eml"));
    const acknowledgement = `From: ${SUPPORT_ADDRESS}\r\nMessage-ID: <ack@x.example>\r\nIn-Reply-To: ${question}\r\nSubject: Re: [#7] VPN\r\n\r\nHello\r\n`;
    await mail.deliver(Buffer.from(acknowledgement), {
      from: SUPPORT_ADDRESS,
      to: ["ada.moreau@harbourline.example"],
    });
    const { raw } = await sending;
    expect(Buffer.from(raw).toString()).toContain("In-Reply-To: <ack@x.example>");
  });

  test("say what they wait for when no acknowledgement comes", async () => {
    const impatient = createCustomers(mail, await openOutgoingMails(join(dir, "sent")), {
      ...patience,
      timeoutMs: 100,
    });
    const outOfOffice = LATER_MAILS.find(({ file }) => file === "14-out-of-office.eml");
    await expect(impatient.send(outOfOffice ?? { file: "" })).rejects.toThrow(
      "the acknowledgement of 05-billing-double-charge.eml in the mailbox of jules.bernard@northfold.example",
    );
    impatient.stop();
  });
});
