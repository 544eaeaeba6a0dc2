import MailComposer from "nodemailer/lib/mail-composer";
import { describe, expect, it } from "vitest";
import type { OutgoingMail } from "../../../core/delivery.ts";
import type { InboundEmail } from "../../../core/inbound.ts";
import { parseMail } from "../parse/parse-mail.ts";
import { composeMail } from "./compose.ts";

const REPLY: OutgoingMail = {
  messageId: "<one.1042@desk.example>",
  from: { address: "support@desk.example", name: "Support" },
  to: [{ address: "ada@customer.example", name: "Ada Lovelace" }],
  cc: [{ address: "boss@customer.example", name: "" }],
  replyTo: null,
  subject: "Re: [#1042] Drucker brennt – wirklich",
  text: "Hallo Ada,\n\nwir löschen <jetzt>.\n  - Schritt 1\n\nGrüße",
  inReplyTo: "<two@customer.example>",
  references: ["<first@customer.example>", "<one.1@desk.example>"],
  automatic: false,
};

/** What arrives: the built source, read by our own parser. */
async function send(change: Partial<OutgoingMail> = {}): Promise<InboundEmail & { source: string }> {
  const raw = await new MailComposer(composeMail({ ...REPLY, ...change })).compile().build();
  const origin = { account: "x", externalId: "1:1", receivedAt: new Date(0) };
  const parsed = await parseMail(raw, origin);
  if (parsed.channel !== "email") throw new Error(parsed.reason);
  return { ...parsed, source: raw.toString() };
}

describe("composeMail", () => {
  it("arrives as it was written, as text and as HTML", async () => {
    const mail = await send();
    expect(mail).toMatchObject({
      messageId: REPLY.messageId,
      from: REPLY.from,
      to: REPLY.to,
      cc: REPLY.cc,
      replyTo: [],
      subject: REPLY.subject,
      text: REPLY.text,
    });
    expect(mail.html).toContain("<p>wir löschen &lt;jetzt&gt;.<br>\n&nbsp;&nbsp;- Schritt 1</p>");
    expect(mail.html).not.toContain("<jetzt>");
  });

  it("threads: In-Reply-To names the mail that it answers, References ends with it", async () => {
    expect(await send()).toMatchObject({
      inReplyTo: "<two@customer.example>",
      references: ["<first@customer.example>", "<one.1@desk.example>", "<two@customer.example>"],
    });
    expect(await send({ inReplyTo: null, references: [] })).toMatchObject({
      inReplyTo: null,
      references: [],
    });
  });

  it("does not repeat an id that References has already", async () => {
    const references = ["<first@customer.example>", "<two@customer.example>"];
    expect((await send({ references })).references).toEqual(references);
  });

  it("shortens long References in the middle", async () => {
    const references = Array.from({ length: 200 }, (_none, index) => `<mail-${index}@customer.example>`);
    const sent = (await send({ references, inReplyTo: "<mail-199@customer.example>" })).references;
    expect(sent).toHaveLength(20);
    expect([sent[0], sent[1], sent.at(-1)]).toEqual([references[0], references[181], references[199]]);
    const long = Array.from(
      { length: 10 },
      (_none, index) => `<${index}${"x".repeat(400)}@customer.example>`,
    );
    const kept = (await send({ references: long, inReplyTo: null })).references;
    expect([kept[0], kept.at(-1)]).toEqual([long[0], long[9]]);
    expect(kept.join(" ").length).toBeLessThan(2_000);
  });

  it("marks a machine's mail, and only that, so that no machine answers", async () => {
    const answer = (await send({ automatic: true })).headers;
    expect(answer["auto-submitted"]).toEqual(["auto-replied"]);
    expect(answer["x-auto-response-suppress"]).toEqual(["DR, RN, NRN, OOF, AutoReply"]);
    expect(answer.precedence).toEqual(["bulk"]);
    const notice = (await send({ automatic: true, inReplyTo: null, references: [] })).headers;
    expect(notice["auto-submitted"]).toEqual(["auto-generated"]);
    const person = (await send()).headers;
    for (const name of ["auto-submitted", "x-auto-response-suppress", "precedence"])
      expect(person[name]).toBeUndefined();
  });

  it("names Outlook's conversation, without the token that Outlook would not pass over", async () => {
    const threadIndex = "AQHbPQ8mJ0aYk1Z4nUqj6Vw5bB7c7rJKfQ==".slice(0, 36);
    const { headers } = await send({ threadIndex });
    expect(headers["thread-topic"]).toEqual(["Drucker brennt – wirklich"]);
    expect(headers["thread-index"]).toEqual([threadIndex]);
    const odd = (await send({ threadIndex: "AAAA\r\nX-Injected: yes" })).headers;
    expect([odd["thread-index"], odd["x-injected"]]).toEqual([undefined, undefined]);
  });

  it("asks for answers at the ticket's own address where it has one", async () => {
    const replyTo = { address: "support+t1042.abc@desk.example", name: "" };
    expect((await send({ replyTo })).replyTo).toEqual([replyTo]);
  });

  it("carries our header on every mail", async () => {
    expect((await send()).headers["x-deskhand"]).toEqual(["desk.example"]);
    expect((await send({ automatic: true })).headers["x-deskhand"]).toEqual(["desk.example"]);
  });

  it("lets no line break add a header", async () => {
    const mail = await send({
      subject: "Re: x\r\nBcc: evil@evil.example\r\n\r\nbody",
      to: [{ address: "ada@customer.example", name: "Ada\r\nX-Injected: yes" }],
      inReplyTo: "<two@customer.example>\r\nX-Injected: yes",
      references: ["<a@b.example\r\nX-Injected: yes>"],
    });
    expect(mail.headers["x-injected"]).toBeUndefined();
    expect(mail.headers.bcc).toBeUndefined();
    expect(mail.subject).toBe("Re: x Bcc: evil@evil.example body");
    expect(mail).toMatchObject({ inReplyTo: null, references: [] });
  });

  it.each([
    "",
    "ada",
    "ada@customer.example, evil@evil.example",
    "a b@c.example",
    "<a@b.example>",
    "a@b.example\r\nRCPT",
  ])("refuses %j as a recipient", (address) => {
    expect(() => composeMail({ ...REPLY, to: [{ address, name: "" }] })).toThrow("not a mail address");
  });

  it("refuses a mail without a recipient or a Message-ID", () => {
    expect(() => composeMail({ ...REPLY, to: [], cc: [] })).toThrow("without a recipient");
    expect(() => composeMail({ ...REPLY, messageId: "no brackets" })).toThrow("Message-ID");
  });
});
