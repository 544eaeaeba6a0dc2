/** A conversation by mail stays one on both sides: one ticket here, one thread in Gmail, Outlook and Apple Mail. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseMail } from "../../src/channels/email/parse/parse-mail.ts";
import { createMailSender, type SmtpMailSender } from "../../src/channels/email/send/send-mail.ts";
import type { AuthenticationVerdict, IntakeResult } from "../../src/core/inbound.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { acknowledgeTicket } from "../../src/desk/acknowledge-ticket.ts";
import type { DeskSettings } from "../../src/desk/desk-settings.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { sendDelivery } from "../../src/workflows/deliver-message.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SETTINGS } from "../helpers/inbound.ts";
import { type ClientMail, MAIL_CLIENTS, readClientMail } from "../helpers/mail-clients.ts";
import { type SmtpSink, startSmtpSink } from "../helpers/smtp-sink.ts";

let db: TestDatabase;
let sql: SqlPool;
let sink: SmtpSink;
let sender: SmtpMailSender;
let settings: DeskSettings;
let mina: { kind: "moderator"; userId: string; name: string; via: "slack" };
let uid = 0;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  const [user] = await sql<{ id: string }[]>`
    insert into users (email, name, role) values ('mina@desk.example', 'Mina', 'moderator') returning id`;
  mina = { kind: "moderator", userId: user?.id ?? "", name: "Mina", via: "slack" };
});
afterAll(() => db.drop());
beforeEach(async () => {
  settings = { ...SETTINGS };
  sink = await startSmtpSink();
  sender = createMailSender({ smtpUrl: sink.url });
});
afterEach(async () => {
  await sender.close();
  await sink.stop();
});

async function receive(mail: ClientMail, dmarc?: AuthenticationVerdict): Promise<IntakeResult> {
  const origin = { account: "support@desk.example/INBOX", externalId: `7:${++uid}`, receivedAt: new Date() };
  const parsed = await parseMail(Buffer.from(mail.raw), origin);
  if (parsed.channel !== "email") throw new Error("It cannot be read.");
  const none = { server: "mx.desk.example", spf: "none", dkim: "none" } as const;
  return recordInbound(sql, settings, { ...parsed, authentication: dmarc ? { ...none, dmarc } : null });
}

/** What leaves for a delivery, as the requester's mailbox gets it. */
async function send(deliveryId: string | null): Promise<ClientMail> {
  const mail = { sender, from: { address: "support@desk.example", name: "Support" } };
  expect(await sendDelivery({ sql, settings, mail, slack: null }, deliveryId ?? "")).toEqual({
    state: "sent",
  });
  return readClientMail(sink.mails.at(-1)?.raw ?? "");
}

async function acknowledge(ticketId: string): Promise<ClientMail> {
  const queued = await acknowledgeTicket(sql, settings, ticketId);
  return send(queued.state === "queued" ? queued.deliveryId : null);
}

async function reply(ticketId: string, text: string): Promise<ClientMail> {
  return send((await queueReply(sql, settings, mina, ticketId, text)).deliveryId);
}

const SUBJECTS = ["Printer on fire", "[Kunde 4711] Drucker brennt", "Hardware: broken"];

describe.each(MAIL_CLIENTS)("a thread through $name", (client) => {
  it.each(SUBJECTS)("«%s» stays one ticket here, and one conversation there", async (subject) => {
    const ada = `ada${uid}@customer.example`;
    const first = client.write(ada, subject);
    const opened = await receive(first);
    const ticketId = opened.ticket?.id ?? "";
    expect(opened.outcome).toBe("ticket");
    const mailbox = [first, await acknowledge(ticketId)];
    for (let round = 1; round <= 3; round++) {
      const answer = client.answer(ada, mailbox.at(-1) as ClientMail);
      expect(await receive(answer)).toMatchObject({ outcome: "reply", ticket: { id: ticketId } });
      mailbox.push(answer, await reply(ticketId, `Have you tried step ${round}?`));
    }
    // She answers an older mail of ours once more.
    const late = client.answer(ada, mailbox[1] as ClientMail);
    expect(await receive(late)).toMatchObject({ outcome: "reply", ticket: { id: ticketId } });
    mailbox.push(late, await reply(ticketId, "Thank you."));
    expect(client.showsAsOne(mailbox)).toBe(true);
    const ours = mailbox.filter((mail) => mail.header("X-Deskhand") !== "");
    expect(new Set(ours.map((mail) => mail.header("Subject"))).size).toBe(1);
  });

  it("whose References were lost on the way stays one ticket, and one conversation", async () => {
    const ada = `lost${uid}@customer.example`;
    const first = client.write(ada, "Printer on fire");
    const ticketId = (await receive(first)).ticket?.id ?? "";
    const mailbox = [first, await acknowledge(ticketId)];
    for (let round = 0; round < 2; round++) {
      const answer = client.answer(ada, mailbox.at(-1) as ClientMail, "references");
      expect(await receive(answer)).toMatchObject({ outcome: "reply", ticket: { id: ticketId } });
      const next = await reply(ticketId, "Step by step.");
      for (const known of mailbox) expect(next.header("References")).toContain(known.header("Message-ID"));
      mailbox.push(answer, next);
    }
    expect(client.showsAsOne(mailbox)).toBe(true);
  });

  it("whose ids were lost altogether is found by the number, from who takes part, and by the ticket's address", async () => {
    const ada = `none${uid}@customer.example`;
    const ticketId = (await receive(client.write(ada, "Printer on fire"))).ticket?.id ?? "";
    const plain = await acknowledge(ticketId);
    expect(await receive(client.answer(ada, plain, "all-ids"))).toMatchObject({
      outcome: "reply",
      ticket: { id: ticketId },
    });
    settings = { ...settings, plusAddress: "support@desk.example" };
    const addressed = await reply(ticketId, "Please answer here.");
    expect(addressed.header("Reply-To")).toMatch(/support\+t\d+\.[a-z2-7]{20}@desk\.example/);
    const renamed = client
      .answer(ada, addressed, "all-ids")
      .raw.replace(/^Subject: .*$/im, "Subject: And now?");
    expect(await receive(readClientMail(renamed))).toMatchObject({
      outcome: "reply",
      reason: expect.stringContaining("own address"),
      ticket: { id: ticketId },
    });
  });

  it("stays one for somebody whose address fails authentication only by a new ticket, which says why", async () => {
    const ada = `forged${uid}@customer.example`;
    const ticketId = (await receive(client.write(ada, "Printer on fire"))).ticket?.id ?? "";
    const ours = await acknowledge(ticketId);
    const forged = await receive(client.answer(ada, ours), "fail");
    expect(forged).toMatchObject({ outcome: "ticket", reason: expect.stringContaining("may be forged") });
    expect(forged.ticket?.id).not.toBe(ticketId);
    expect(await receive(client.answer(ada, ours), "pass")).toMatchObject({ ticket: { id: ticketId } });
  });

  it("lets no stranger in who guesses its number, its Message-ID or its address", async () => {
    const ada = `guess${uid}@customer.example`;
    settings = { ...settings, plusAddress: "support@desk.example" };
    const opened = await receive(client.write(ada, "Printer on fire"));
    const ours = await acknowledge(opened.ticket?.id ?? "");
    const messageId = ours.header("Message-ID");
    const change = (char: string): string => (char === "a" ? "b" : "a");
    const guesses = [
      client
        .answer("eve@stranger.example", ours, "all-ids")
        .raw.replace(/^To: .*$/im, "To: support@desk.example"),
      client
        .answer("eve@stranger.example", ours)
        .raw.replaceAll(
          messageId,
          messageId.replace(/.@/, (end) => `${change(end.charAt(0))}@`),
        )
        .replace(/^References: .*$/im, "References: <x@y>")
        .replace(/^To: .*$/im, "To: support@desk.example"),
      client
        .answer("eve@stranger.example", ours, "all-ids")
        .raw.replace(/\+t(\d+)\.\w+@/i, `+t$1.${"a".repeat(20)}@`),
    ];
    for (const raw of guesses) {
      const got = await receive(readClientMail(raw));
      expect([got.outcome, got.ticket?.id === opened.ticket?.id], raw.slice(0, 800)).toEqual([
        "ticket",
        false,
      ]);
    }
  });
});

describe("somebody to whom our mail was passed on", () => {
  const [client] = MAIL_CLIENTS;
  if (client === undefined) throw new Error("No client.");

  it("joins, is shown as new, and neither receives the answers nor brings others in", async () => {
    const opened = await receive(client.write("ada@passed.example", "Printer on fire"));
    const ticketId = opened.ticket?.id ?? "";
    const ours = await acknowledge(ticketId);
    const raw = client
      .answer("eve@stranger.example", ours)
      .raw.replace(/^MIME/im, "Cc: mallory@stranger.example\r\nMIME");
    const joined = await receive(readClientMail(raw));
    expect(joined).toMatchObject({
      outcome: "reply",
      ticket: { id: ticketId },
      reason: expect.stringContaining("new there"),
    });
    const [message] = await sql`
      select newcomer, author_name, from_address from messages where id = ${joined.messageId ?? ""}`;
    expect(message).toMatchObject({ newcomer: true, from_address: "eve@stranger.example" });
    const events = await sql`select type from ticket_events where ticket_id = ${ticketId}`;
    expect(events.map(({ type }) => type)).toContain("newcomer-wrote");
    await reply(ticketId, "Here is what we know.");
    expect(sink.mails.at(-1)?.to).toEqual(["ada@passed.example"]);
    // Having written once, they are still nobody who gets in by the number alone; nor is whom they copied.
    for (const stranger of ["eve@stranger.example", "mallory@stranger.example"]) {
      const again = await receive(client.answer(stranger, ours, "all-ids"));
      expect(again.ticket?.id, stranger).not.toBe(ticketId);
    }
    expect((await receive(client.answer("eve@stranger.example", ours), "fail")).ticket?.id).not.toBe(
      ticketId,
    );
  });

  it("takes part once somebody who does copies them in", async () => {
    const opened = await receive(client.write("ada@copied.example", "Printer on fire"));
    const ticketId = opened.ticket?.id ?? "";
    const ours = await acknowledge(ticketId);
    const copied = client
      .answer("ada@copied.example", ours)
      .raw.replace(/^MIME/im, "Cc: Bob <bob@copied.example>\r\nMIME");
    expect(await receive(readClientMail(copied))).toMatchObject({ ticket: { id: ticketId } });
    await reply(ticketId, "Hello to both.");
    expect(sink.mails.at(-1)?.to).toEqual(["ada@copied.example", "bob@copied.example"]);
    const bobs = await receive(client.answer("bob@copied.example", ours, "all-ids"));
    expect(bobs).toMatchObject({ outcome: "reply", ticket: { id: ticketId } });
  });
});

it("what a moderator answers by mail becomes a note, and leaves for nobody", async () => {
  const [client] = MAIL_CLIENTS;
  const opened = await receive(
    (client as (typeof MAIL_CLIENTS)[number]).write("ada@staff.example", "Printer on fire"),
  );
  const ticketId = opened.ticket?.id ?? "";
  const subject = `Re: [#${opened.ticket?.number}] Printer on fire`;
  const own = (client as (typeof MAIL_CLIENTS)[number]).write("mina@desk.example", subject);
  const noted = await receive(own);
  expect(noted).toMatchObject({
    outcome: "reply",
    ticket: { id: ticketId },
    reason: expect.stringContaining("note"),
  });
  const [message] = await sql`select kind, visibility from messages where id = ${noted.messageId ?? ""}`;
  expect(message).toEqual({ kind: "note", visibility: "internal" });
  const deliveries = await sql`select 1 from deliveries where ticket_id = ${ticketId}`;
  expect(deliveries).toHaveLength(0);
});

it("a contact form that writes from our own address takes part in no ticket by that address", async () => {
  const [client] = MAIL_CLIENTS;
  const opened = await receive(
    (client as (typeof MAIL_CLIENTS)[number]).write("ada@form.example", "Printer on fire"),
  );
  const raw = (client as (typeof MAIL_CLIENTS)[number])
    .write("support@desk.example", `[#${opened.ticket?.number}] Printer on fire`)
    .raw.replace(/^MIME/im, "Reply-To: eve@stranger.example\r\nMIME");
  const formed = await receive(readClientMail(raw));
  expect(formed.outcome).toBe("ticket");
  expect(formed.ticket?.id).not.toBe(opened.ticket?.id);
  const [row] = await sql`
    select r.address from tickets t join requesters r on r.id = t.requester_id where t.id = ${formed.ticket?.id ?? ""}`;
  expect(row?.address).toBe("eve@stranger.example");
});
