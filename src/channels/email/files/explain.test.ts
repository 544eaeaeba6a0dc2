import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { explainMail } from "./explain.ts";

const OWN = { addresses: ["support@desk.example"] };

async function explainFixture(name: string) {
  const file = new URL(`../../../../test/fixtures/mail/${name}.eml`, import.meta.url);
  return explainMail(`${name}.eml`, await readFile(file), OWN);
}

const explainText = (text: string) => explainMail("x.eml", Buffer.from(text), OWN);

describe("explainMail", () => {
  it.each([
    ["first-contact", "ticket"],
    ["hardware-broken", "ticket"],
    ["auto-submitted-no", "ticket"],
    ["html-only", "ticket"],
    ["no-message-id", "ticket"],
    ["two-from", "ticket"],
    ["auto-reply", "auto-reply"],
    ["bounce-dsn", "bounce"],
  ])("%s is a %s", async (name, outcome) => {
    expect(await explainFixture(name)).toMatchObject({ file: `${name}.eml`, outcome });
  });

  it("answers in the shape that scripts rely on", async () => {
    const line = await explainFixture("attachment-names");
    expect(Object.keys(line)).toEqual([
      "file",
      "outcome",
      "reason",
      "messageId",
      "from",
      "to",
      "cc",
      "subject",
      "text",
      "textTrimmed",
      "attachments",
      "inReplyTo",
      "references",
      "autoSubmitted",
      "authentication",
    ]);
    expect(line.attachments[0]).toEqual({
      filename: "Übersicht 2026.pdf",
      contentType: "application/pdf",
      size: 5,
    });
    expect((await explainFixture("auto-reply")).autoSubmitted).toBe("auto-replied");
    expect((await explainFixture("bounce-dsn")).bounce).toEqual({
      status: "5.1.1",
      recipient: "gone@customer.example",
      originalMessageId: "<t-1042@desk.example>",
      kind: "hard",
    });
  });

  it("takes an answer to a mail of ours for a reply, and an answer to anything else for a first contact", async () => {
    const answer = (id: string) =>
      `From: ada@customer.example\nSubject: Re: x\nIn-Reply-To: ${id}\n\nwords\n`;
    const id = "0b9f6a0e-7a53-4f0e-9c55-0d6a7f6f1a11.1042";
    expect(await explainText(answer(`<${id}@desk.example>`))).toMatchObject({ outcome: "reply" });
    expect(await explainText(answer(`<${id}@other.example>`))).toMatchObject({ outcome: "ticket" });
    expect(await explainText(answer("<x@desk.example>"))).toMatchObject({ outcome: "ticket" });
  });

  it("says what is odd about a mail", async () => {
    expect((await explainFixture("two-from")).reason).toMatch(/more than one From header/);
  });

  it("says who sent it in whose name, and what of it could not be read", async () => {
    const sent = "From: ada@customer.example\nSender: office@agency.example\nSubject: x\n\nwords\n";
    expect((await explainText(sent)).reason).toContain(
      "office@agency.example sent it in the name of ada@customer.example.",
    );
    expect((await explainFixture("smime-encrypted")).reason).toMatch(/It is encrypted with S\/MIME/);
  });

  it("takes mail from our own address for our own", async () => {
    expect(await explainText("From: support@desk.example\nSubject: x\n\nwords\n")).toMatchObject({
      outcome: "own",
    });
  });

  it("takes a mail without a sender for a ticket where it says anything", async () => {
    expect(await explainText("Subject: from nobody\n\nwords\n")).toMatchObject({
      outcome: "ticket",
      from: null,
    });
    expect(await explainText("To: support@desk.example\n\n\n")).toMatchObject({
      outcome: "parked",
      from: null,
    });
  });

  it("parks mail that cannot be read, with what its headers say", async () => {
    const huge = `From: ada@customer.example\nSubject: Size\n\n${"words ".repeat(20_000_000)}`;
    expect(await explainText(huge)).toMatchObject({
      outcome: "parked",
      reason: expect.stringMatching(/^It has \d+ bytes; at most/),
      from: { address: "ada@customer.example", name: "" },
      subject: "Size",
      text: "",
    });
  });
});
