import { afterEach, describe, expect, test } from "vitest";
import { createPostOffice, type PostOffice } from "./post-office.ts";

let office: PostOffice;
afterEach(() => office.close());

const FIRST = { subject: "VPN", text: "The VPN does not connect since this morning." };

describe("machines that answer each other come to an end within two mails", () => {
  test("two desks", async () => {
    office = await createPostOffice();
    const a = await office.openDesk("support@a.example");
    const b = await office.openDesk("support@b.example");
    // Written by a person in B's name, who uses the support address of B as sender.
    await office.post({ from: b.address, to: a.address, ...FIRST });
    await office.settle();
    expect(a.outcomes).toEqual(["ticket"]);
    expect(b.outcomes).toEqual(["auto-reply"]);
    expect(office.sentBy(a)).toHaveLength(1);
    expect(office.sentBy(b)).toHaveLength(0);
  });

  test("two desks, and the way between them drops every header that says so", async () => {
    office = await createPostOffice({
      rewrite: (raw) =>
        raw.replace(/^(?:auto-submitted|precedence|x-auto-response-suppress|x-deskhand):.*\r\n/gim, ""),
    });
    const a = await office.openDesk("support@a.example");
    const b = await office.openDesk("support@b.example");
    await office.post({ from: b.address, to: a.address, ...FIRST });
    await office.settle();
    // B takes the confirmation for a person's and confirms it; that answers A's own mail, and A confirms no answers.
    expect(office.sentBy(a).length + office.sentBy(b).length).toBeLessThanOrEqual(2);
  });

  test("a desk and a machine that answers everything with a new mail, without any mark", async () => {
    office = await createPostOffice();
    const desk = await office.openDesk("support@a.example");
    const robot = office.openRobot("robot@far.example", (mail) => ({
      to: mail.from,
      subject: `Order desk, case ${Math.floor(Math.random() * 1e6)}`,
      text: "Hello, please find enclosed what you asked for.",
    }));
    await office.post({ from: robot.address, to: desk.address, ...FIRST });
    await office.settle();
    expect(office.sentBy(desk)).toHaveLength(2);
  });

  test("a desk and a machine that answers every mail in its thread", async () => {
    office = await createPostOffice();
    const desk = await office.openDesk("support@a.example");
    const robot = office.openRobot("robot@far.example", (mail) => ({
      to: mail.from,
      subject: `Re: ${mail.subject}`,
      text: `We read your mail ${Math.random()}.`,
      inReplyTo: mail.messageId,
    }));
    await office.post({ from: robot.address, to: desk.address, ...FIRST });
    await office.settle();
    expect(desk.outcomes).toEqual(["ticket", "reply"]);
    expect(office.sentBy(desk)).toHaveLength(1);
  });
});

describe("an out-of-office ring", () => {
  const away = (words: Record<string, string>) => (mail: { from: string; subject: string }) => ({
    to: mail.from,
    subject: `Automatic reply: ${mail.subject}`,
    text: "I am out of the office until Monday and have no access to my mail.",
    headers: words,
  });

  test.each([
    ["marked", { "Auto-Submitted": "auto-replied" }],
    ["marked as Exchange does it", { "X-Auto-Response-Suppress": "All" }],
    ["by words alone", {}],
  ])("%s gets no answer", async (_, headers: Record<string, string>) => {
    office = await createPostOffice();
    const desk = await office.openDesk("support@a.example");
    const ada = office.openRobot("ada@far.example", away(headers));
    office.openRobot("team@far.example", away(headers));
    await office.post({ from: ada.address, to: desk.address, cc: "team@far.example", ...FIRST });
    await office.settle();
    expect(office.sentBy(desk)).toHaveLength(1);
    expect(desk.outcomes).toEqual(["ticket", "auto-reply"]);
  });

  test("leaves a waiting ticket waiting (Zammad #5113)", async () => {
    office = await createPostOffice();
    const desk = await office.openDesk("support@a.example");
    const ada = office.openRobot("ada@far.example", away({ "Auto-Submitted": "auto-replied" }));
    await office.post({ from: ada.address, to: desk.address, ...FIRST });
    await office.settle();
    await desk.answer("Please restart the client.");
    await office.settle();
    expect(desk.outcomes).toEqual(["ticket", "auto-reply", "auto-reply"]);
    expect(await desk.statuses()).toEqual(["waiting"]);
    expect(await desk.ledgerTickets()).toEqual([1, 1, 1]);
  });
});

describe("bounces", () => {
  test("a bounce and the bounce of a bounce are recorded and never answered", async () => {
    office = await createPostOffice({ unknown: ["gone@far.example"] });
    const desk = await office.openDesk("support@a.example");
    await office.post({ from: "gone@far.example", to: desk.address, ...FIRST });
    await office.settle();
    // The far end's postmaster returns our confirmation; a second system returns the return.
    const bounced = office.bounces.at(-1);
    expect(bounced).toBeDefined();
    await office.deliverRaw(
      desk.address,
      `Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@relay.example>\r\nTo: ${desk.address}\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <double@relay.example>\r\nContent-Type: text/plain\r\n\r\nThis is the mail system at host relay.example.\r\nI could not deliver your message to <postmaster@far.example>: 550 5.1.1 User unknown\r\n\r\n------ This is a copy of the message ------\r\n${bounced}`,
    );
    await office.settle();
    expect(desk.outcomes).toEqual(["ticket", "bounce", "bounce"]);
    expect(office.sentBy(desk)).toHaveLength(1);
  });

  test("a bounce is tied to the ticket, and no further confirmation goes to a dead address (Libredesk, FreeScout #4806)", async () => {
    office = await createPostOffice({ unknown: ["gone@far.example"] });
    const desk = await office.openDesk("support@a.example");
    await office.post({ from: "gone@far.example", to: desk.address, ...FIRST });
    await office.settle();
    expect(desk.outcomes).toEqual(["ticket", "bounce"]);
    expect(await desk.ledgerTickets()).toEqual([1, 1]);
    expect(await desk.eventTypes()).toContain("bounced");
    for (const word of ["b", "c", "d", "e"])
      await office.post({
        from: "other@far.example",
        to: desk.address,
        subject: word,
        text: `Trouble ${word}`,
      });
    await office.settle();
    expect(office.sentBy(desk)).toHaveLength(5);
    expect(desk.outcomes.filter((outcome) => outcome === "bounce")).toHaveLength(1);
  });
});

test("the post office itself delivers what it is given", async () => {
  office = await createPostOffice();
  const desk = await office.openDesk("support@a.example");
  const got: string[] = [];
  office.openRobot("ada@far.example", (mail) => {
    got.push(mail.subject);
    return null;
  });
  await office.post({ from: "ada@far.example", to: desk.address, ...FIRST });
  await office.settle();
  expect(got).toEqual([expect.stringContaining("VPN")]);
});
