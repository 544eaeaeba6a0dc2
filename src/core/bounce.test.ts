import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { parseBounceText, parseDeliveryStatus, readBounce } from "./bounce.ts";
import { type BounceLike, looksLikeBounce } from "./bounce-text.ts";

const POSTFIX = `Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4ABC
Arrival-Date: Thu,  8 Aug 2019 10:12:00 +0200 (CEST)

Final-Recipient: rfc822; bob@example.org
Original-Recipient: rfc822;robert@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.org>: Recipient address
    rejected: User unknown
`;

describe("parseDeliveryStatus", () => {
  test("reads status, the recipient we wrote to, and the Message-ID of the original", () => {
    const original =
      "Received: from a\nMessage-ID: <m1@desk.example.com>\nSubject: Re: [#1042] Printer\n\nMessage-ID: <no@x>";
    expect(parseDeliveryStatus(POSTFIX, original)).toEqual({
      status: "5.1.1",
      recipient: "robert@example.org",
      originalMessageId: "<m1@desk.example.com>",
      kind: "hard",
    });
  });

  test("reads every system's line ends, folded Message-IDs and no original at all", () => {
    expect(
      parseDeliveryStatus(POSTFIX.replaceAll("\n", "\r\n"), "Message-Id:\r\n <m1@desk.example.com>\r\n"),
    ).toMatchObject({
      status: "5.1.1",
      originalMessageId: "<m1@desk.example.com>",
    });
    expect(parseDeliveryStatus(POSTFIX.replaceAll("\n", "\r"))?.originalMessageId).toBeNull();
  });

  test.each([
    ["delayed", "4.4.1", "soft"],
    ["failed", "4.4.7", "soft"],
    ["failed", "5.2.2", "soft"],
    ["failed", "5.0.0", "hard"],
    ["expired", "", "hard"],
    ["Failed (gone)", "5.7.1 (policy)", "hard"],
    ["failure", "5.4.4", "hard"],
  ])("Action %s with status %s is %s", (action, status, kind) => {
    const fields = `Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822;a@b.example\nAction: ${action}\nStatus: ${status}\n`;
    expect(parseDeliveryStatus(fields)?.kind).toBe(kind);
  });

  test.each(["delivered", "relayed", "expanded", "deliverable"])("Action %s is no bounce", (action) => {
    const fields = `Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822;a@b.example\nAction: ${action}\nStatus: 2.0.0\n`;
    expect(parseDeliveryStatus(fields, "", "Delivery has failed permanently")).toBeNull();
  });

  test("the failed one of several recipients counts", () => {
    const one = (address: string, action: string, status: string) =>
      `Final-Recipient: rfc822;${address}\nAction: ${action}\nStatus: ${status}\n\n`;
    const fields = `Reporting-MTA: dns; x\n\n${one("a@b.example", "delivered", "2.0.0")}${one("c@b.example", "delayed", "4.0.0")}${one("d@b.example", "failed", "5.1.1")}`;
    expect(parseDeliveryStatus(fields)).toMatchObject({ recipient: "d@b.example", status: "5.1.1" });
  });

  test("a vague status gives way to the diagnostic", () => {
    const fields =
      "Final-Recipient: rfc822;a@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552 5.2.2 over quota\n";
    expect(parseDeliveryStatus(fields)).toMatchObject({ status: "5.2.2", kind: "soft" });
    const bare =
      "Final-Recipient: rfc822;a@b.example\nAction: failed\nDiagnostic-Code: smtp; 421 try later\n";
    expect(parseDeliveryStatus(bare)).toMatchObject({ status: "4.0.0", kind: "soft" });
  });

  test("folded fields are joined, the first of a name counts, and blank lines do not matter", () => {
    const fields =
      "\n\n\nFinal-Recipient: rfc822;\n  a@b.example\nAction:\n failed\nStatus:\n\t5.1.1\nStatus: 4.0.0\n\n\n";
    expect(parseDeliveryStatus(fields)).toMatchObject({
      recipient: "a@b.example",
      status: "5.1.1",
      kind: "hard",
    });
  });

  test("an IP address is no status", () => {
    const fields =
      "Final-Recipient: rfc822;a@b.example\nAction: failed\nDiagnostic-Code: smtp; host 5.9.1.44 said no\n";
    expect(parseDeliveryStatus(fields)?.status).toBeNull();
  });

  test("xtext and brackets in recipients are undone", () => {
    expect(
      parseDeliveryStatus("Final-Recipient: rfc822; <A+2Bx@B.example>\nAction: failed\n")?.recipient,
    ).toBe("a+x@b.example");
  });

  test("the human words are read where the part names no recipient", () => {
    const text = "The mail system\n\n<bob@example.org>: host mx said: 550 5.1.1 User unknown";
    expect(parseDeliveryStatus("Reporting-MTA: dns; x\n", "Message-ID: <m1@x>", text)).toEqual({
      status: "5.1.1",
      recipient: "bob@example.org",
      originalMessageId: "<m1@x>",
      kind: "hard",
    });
    expect(parseDeliveryStatus("Reporting-MTA: dns; x\n", "", "Thank you for your mail.")).toBeNull();
  });

  test.each(["", "nonsense", ":::", "\u0000\u0000", "Action:", "Status: 5.1.1\nStatus: 2.0.0"])(
    "«%s» does not throw",
    (fields) => {
      expect(() => parseDeliveryStatus(fields, fields, fields)).not.toThrow();
    },
  );
});

const mailOf = (sketch: Partial<BounceLike> & { address?: string }): BounceLike => ({
  from: { address: sketch.address ?? "mailer-daemon@mx.example.org", name: "" },
  subject: "failure notice",
  text: "",
  headers: {},
  ...sketch,
});

describe("parseBounceText", () => {
  test("reads qmail", () => {
    const text = `Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bob@example.org>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 no such user
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

Return-Path: <support@example.com>
Message-ID: <m1@desk.example.com>
Subject: Re: Printer`;
    expect(parseBounceText(mailOf({ text }))).toEqual({
      status: "5.1.1",
      recipient: "bob@example.org",
      originalMessageId: "<m1@desk.example.com>",
      kind: "hard",
    });
  });

  test("reads exim's header and a delay", () => {
    const headers = { "x-failed-recipients": ["bob@example.org"] };
    const text =
      "A message that you sent has not yet been delivered. No action is required: delivery attempts will continue to be tried; it is delayed.";
    expect(
      parseBounceText(mailOf({ text, headers, subject: "Warning: message 1abc delayed 24 hours" })),
    ).toMatchObject({
      recipient: "bob@example.org",
      kind: "soft",
    });
  });

  test("the mail system's own address is not the recipient", () => {
    const text =
      "For help, write to postmaster@mx.example.org.\n\nYour message to bob@example.org could not be delivered.";
    expect(parseBounceText(mailOf({ text }))?.recipient).toBe("bob@example.org");
  });

  test("In-Reply-To names the original where the text does not", () => {
    expect(
      parseBounceText(mailOf({ headers: { "in-reply-to": ["<m1@desk.example.com>"] } }))?.originalMessageId,
    ).toBe("<m1@desk.example.com>");
  });

  test("reads a cloud service's JSON", () => {
    const text =
      '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"bob@example.org","status":"5.1.1"}]}}';
    expect(
      parseBounceText(
        mailOf({ address: "no-reply@sns.amazonaws.com", subject: "AWS Notification Message", text }),
      ),
    ).toMatchObject({
      status: "5.1.1",
      recipient: "bob@example.org",
    });
  });

  test("a person's words about a bounce are none", () => {
    const text = "My mail to bob@example.org could not be delivered to him: 550 5.1.1 user unknown";
    expect(
      parseBounceText(mailOf({ address: "ada@customer.example", subject: "Undelivered mail", text })),
    ).toBeNull();
    expect(
      parseBounceText(mailOf({ address: "ada@customer.example", subject: "Fwd: failure notice", text })),
    ).toBeNull();
  });
});

describe("readBounce", () => {
  const ORIGINAL =
    "Return-Path: <support@example.com>\nTo: bob@example.org\nMessage-ID: <m1@desk.example.com>\n";

  test("takes the Message-ID and the recipient from what is returned as a part", () => {
    const mail = mailOf({ subject: "Undeliverable mail", text: "Your mail could not be delivered." });
    expect(readBounce(mail, { status: null, original: ORIGINAL })).toEqual({
      status: null,
      recipient: "bob@example.org",
      originalMessageId: "<m1@desk.example.com>",
      kind: "hard",
    });
  });

  test("completes a status part by the words and headers of a mail system", () => {
    const mail = mailOf({
      text: "550 5.1.1 User unknown",
      headers: { "x-failed-recipients": ["bob@example.org"] },
    });
    expect(
      readBounce(mail, { status: "Final-Recipient: rfc822;\nAction: failed\n", original: ORIGINAL }),
    ).toEqual({
      status: "5.1.1",
      recipient: "bob@example.org",
      originalMessageId: "<m1@desk.example.com>",
      kind: "hard",
    });
  });

  test("does not read the words of a person who attaches a status part", () => {
    const mail = mailOf({
      address: "ada@customer.example",
      subject: "Why?",
      text: "550 5.7.1 blocked, for eve@x.example",
    });
    expect(
      readBounce(mail, { status: "Final-Recipient: rfc822;\nAction: failed\n", original: null }),
    ).toMatchObject({
      status: null,
      recipient: null,
    });
  });

  test("a status part that confirms a delivery is no bounce, whatever the words say", () => {
    const status = "Final-Recipient: rfc822;a@b.example\nAction: relayed\nStatus: 2.0.0\n";
    expect(readBounce(mailOf({ text: "550 5.1.1 User unknown" }), { status, original: null })).toBeNull();
  });

  test("the words of the returned message are not the bounce's own", () => {
    const text =
      "Your message could not be delivered to bob@example.org.\n\nReturn-Path: <support@example.com>\nSubject: Re: mailbox full, 552 5.2.2\nMessage-ID: <m1@desk.example.com>\n";
    expect(readBounce(mailOf({ text }), { status: null, original: null })).toMatchObject({
      status: null,
      kind: "hard",
      originalMessageId: "<m1@desk.example.com>",
    });
  });
});

describe("looksLikeBounce", () => {
  test("a postmaster is a person unless subject, words or the null sender say otherwise", () => {
    const address = "postmaster@customer.example";
    expect(looksLikeBounce(mailOf({ address, subject: "Re: your DNS entry", text: "Done." }))).toBe(false);
    expect(looksLikeBounce(mailOf({ address, subject: "Undeliverable: x", text: "Done." }))).toBe(true);
    expect(looksLikeBounce(mailOf({ address, subject: "x", text: "550 5.1.1 user unknown" }))).toBe(true);
    expect(
      looksLikeBounce(mailOf({ address, subject: "x", text: "Done.", headers: { "return-path": ["<>"] } })),
    ).toBe(true);
    expect(
      looksLikeBounce(
        mailOf({ address, subject: "Re: x", text: "Done.", headers: { "return-path": ["<>"] } }),
      ),
    ).toBe(false);
  });

  test("another machine's address needs subject and words", () => {
    const address = "no-reply@mail.example";
    const text = "Your message could not be delivered to bob@example.org.";
    expect(looksLikeBounce(mailOf({ address, subject: "Mail delivery failed", text }))).toBe(true);
    expect(looksLikeBounce(mailOf({ address, subject: "Mail delivery failed", text: "Hello" }))).toBe(false);
    expect(looksLikeBounce(mailOf({ address, subject: "Your parcel", text }))).toBe(false);
    expect(looksLikeBounce(mailOf({ from: null, subject: "Mail delivery failed" }))).toBe(true);
    expect(looksLikeBounce(mailOf({ from: null, subject: "Hello", text: "Hello" }))).toBe(false);
  });
});

test("looksLikeBounce is linear on hostile input", () => {
  const elapsedMs = measureCpuMs(() => {
    for (const text of [
      "a".repeat(1_000_000),
      "@".repeat(1_000_000),
      "1 ".repeat(500_000),
      "to: ".repeat(250_000),
      "5.1.".repeat(250_000),
      "<".repeat(1_000_000),
    ]) {
      looksLikeBounce(mailOf({ text, subject: text }));
      parseBounceText(mailOf({ text, subject: text }));
      parseDeliveryStatus(text, text, text);
    }
  });
  expect(elapsedMs).toBeLessThan(2_000);
});
