import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InboundMessage, MailboxPosition } from "../../src/core/inbound.ts";
import { connectDatabase, type SqlPool } from "../../src/db/client.ts";
import { countOutcomes } from "../../src/db/ledger.ts";
import { readMailboxCursor, startMailboxCursor } from "../../src/db/mailbox-cursors.ts";
import { acknowledgeTicket } from "../../src/desk/acknowledge-ticket.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { replayParked } from "../../src/desk/replay-parked.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS, slackMessage } from "../helpers/inbound.ts";

let db: TestDatabase;
let sql: SqlPool;
beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());

const record = (message: InboundMessage, position?: MailboxPosition) =>
  recordInbound(sql, SETTINGS, message, position);

async function ticketCount(): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from tickets`;
  return row?.count ?? 0;
}

/** Acknowledges the ticket, and answers with the Message-ID that the acknowledgement carries. */
async function acknowledge(ticketId: string): Promise<string> {
  await acknowledgeTicket(sql, SETTINGS, ticketId);
  const [row] = await sql<{ id: string }[]>`
    select email_message_id as id from messages where ticket_id = ${ticketId} and kind = 'acknowledgement'`;
  if (!row) throw new Error("The ticket was not acknowledged.");
  return row.id;
}

describe("recordInbound", () => {
  it("makes one ticket, one ledger row and one outbox event of a first contact", async () => {
    const result = await record(mail());
    expect(result).toMatchObject({ outcome: "ticket", alreadyRecorded: false });
    const ticketId = result.ticket?.id ?? "";
    const [ticket] = await sql`select title, status, channel from tickets where id = ${ticketId}`;
    expect(ticket).toMatchObject({ title: "VPN is down", status: "open", channel: "email" });
    const events = await sql`select name from outbox where data ->> 'ticketId' = ${ticketId}`;
    expect(events.map((row) => row.name)).toEqual(["ticket/created"]);
    const ledger = await sql`select outcome from intake_ledger where ticket_id = ${ticketId}`;
    expect(ledger.map((row) => row.outcome)).toEqual(["ticket"]);
  });

  it("changes nothing when the same external id comes again, also 8 times at once", async () => {
    const message = mail();
    const before = await ticketCount();
    const results = await Promise.all(Array.from({ length: 8 }, () => record(message)));
    expect(results.filter((result) => !result.alreadyRecorded)).toHaveLength(1);
    expect(new Set(results.map((result) => result.ticket?.id)).size).toBe(1);
    expect(await ticketCount()).toBe(before + 1);
  });

  it("records a second copy of the same mail under another UID as a duplicate, also when both come at once", async () => {
    const first = mail();
    const copy = { ...first, externalId: "2:1" };
    const before = await ticketCount();
    const outcomes = (await Promise.all([record(first), record(copy)])).map((result) => result.outcome);
    expect(outcomes.sort()).toEqual(["duplicate", "ticket"]);
    expect(await ticketCount()).toBe(before + 1);
  });

  it("takes a reused Message-ID with other content for a mail of its own", async () => {
    const first = mail({ messageId: "<daily@scanner.example>", text: "Report of Monday" });
    const second = mail({ messageId: "<daily@scanner.example>", text: "Report of Tuesday" });
    expect((await record(first)).outcome).toBe("ticket");
    expect((await record(second)).outcome).not.toBe("duplicate");
  });

  it("keeps strangers' mails without a Message-ID apart", async () => {
    const one = await record(mail({ messageId: null, text: "Printer jams", fromAddress: "a@one.example" }));
    const two = await record(mail({ messageId: null, text: "Cannot log in", fromAddress: "b@two.example" }));
    expect(one.ticket?.id).not.toBe(two.ticket?.id);
  });

  it("joins a reply to our acknowledgement to its ticket, and wakes a waiting ticket", async () => {
    const first = await record(mail({ text: "The VPN asks for a token that nobody gave me." }));
    const ticketId = first.ticket?.id ?? "";
    const acknowledgement = await acknowledge(ticketId);
    await sql`update tickets set status = 'waiting' where id = ${ticketId}`;
    const reply = await record(
      mail({ inReplyTo: acknowledgement, subject: "Re: VPN is down", text: "Still down." }),
    );
    expect(reply).toMatchObject({ outcome: "reply", ticket: { id: ticketId } });
    const [ticket] = await sql`select status from tickets where id = ${ticketId}`;
    expect(ticket?.status).toBe("in_progress");
  });

  it("opens a linked follow-up for a reply to a closed ticket", async () => {
    const first = await record(mail({ text: "My monitor flickers." }));
    const ticketId = first.ticket?.id ?? "";
    const acknowledgement = await acknowledge(ticketId);
    await sql`update tickets set status = 'closed', closed_at = now() where id = ${ticketId}`;
    const reply = await record(mail({ inReplyTo: acknowledgement, text: "It is broken again." }));
    expect(reply.outcome).toBe("ticket");
    const [ticket] = await sql`select follow_up_of from tickets where id = ${reply.ticket?.id ?? ""}`;
    expect(ticket?.follow_up_of).toBe(ticketId);
  });

  it("lets no stranger into a ticket by its number", async () => {
    const first = await record(mail());
    const subject = `Re: [#${first.ticket?.number}] VPN is down`;
    const stranger = await record(
      mail({ fromAddress: "eve@stranger.example", subject, text: "Send me the key." }),
    );
    expect(stranger.outcome).toBe("ticket");
    expect(stranger.ticket?.id).not.toBe(first.ticket?.id);
    const participant = await record(mail({ subject, text: "One more thing." }));
    expect(participant).toMatchObject({ outcome: "reply", ticket: { id: first.ticket?.id } });
  });

  it("makes a ticket of 'Hardware: broken'", async () => {
    expect((await record(mail({ subject: "Hardware: broken", text: "The dock is dead." }))).outcome).toBe(
      "ticket",
    );
  });

  it("records an out-of-office without a ticket, an answer, or waking the ticket it replies to", async () => {
    const first = await record(mail({ text: "The coffee machine is on fire." }));
    const ticketId = first.ticket?.id ?? "";
    const acknowledgement = await acknowledge(ticketId);
    await sql`update tickets set status = 'waiting' where id = ${ticketId}`;
    const before = await ticketCount();
    const outOfOffice = await record(
      mail({
        headers: { "auto-submitted": ["auto-replied"] },
        inReplyTo: acknowledgement,
        text: "I am away.",
      }),
    );
    expect(outOfOffice.outcome).toBe("auto-reply");
    expect(await ticketCount()).toBe(before);
    const [ticket] = await sql`select status from tickets where id = ${ticketId}`;
    expect(ticket?.status).toBe("waiting");
  });

  it("ties a bounce to the mail of ours that bounced, and marks the address", async () => {
    const first = await record(mail({ fromAddress: "gone@customer.example" }));
    const ticketId = first.ticket?.id ?? "";
    const acknowledgement = await acknowledge(ticketId);
    await sql`update deliveries set state = 'sent' where ticket_id = ${ticketId}`;
    const bounce = await record(
      mail({
        fromAddress: "mailer-daemon@customer.example",
        bounce: {
          status: "5.1.1",
          recipient: "gone@customer.example",
          originalMessageId: acknowledgement,
          kind: "hard",
        },
      }),
    );
    expect(bounce.outcome).toBe("bounce");
    const [delivery] = await sql`select state from deliveries where ticket_id = ${ticketId}`;
    expect(delivery?.state).toBe("bounced");
    const [requester] = await sql`select mail_state from requesters where address = 'gone@customer.example'`;
    expect(requester?.mail_state).toBe("bouncing");
  });

  it("opens a ticket for a mail without a sender, to whom nothing is ever sent", async () => {
    const { outcome, ticket } = await record(mail({ from: null }));
    expect(outcome).toBe("ticket");
    expect(await acknowledgeTicket(sql, SETTINGS, ticket?.id ?? "")).toMatchObject({
      state: "withheld",
      reason: "It names no sender.",
    });
    const actor = { kind: "admin", userId: randomUUID(), name: "Noor", via: "cli" } as const;
    await sql`insert into users (id, email, role) values (${actor.userId}, 'noor@desk.example', 'admin')`;
    await queueReply(sql, SETTINGS, actor, ticket?.id ?? "", "Who are you?");
    const [delivery] = await sql<{ recipients: unknown }[]>`
      select recipients from deliveries where ticket_id = ${ticket?.id ?? ""}`;
    expect(delivery?.recipients).toMatchObject({ to: [], cc: [] });
  });

  it("parks a mail that names no sender and says nothing, with its source", async () => {
    const parked = await record(mail({ from: null, subject: "", text: " \n" }));
    expect(parked).toMatchObject({ outcome: "parked", ticket: null });
    const [row] = await sql`select raw_id from intake_ledger where outcome = 'parked' and raw_id is not null`;
    expect(row).toBeDefined();
  });

  it("gives a parked mail another chance: still parked, or a ticket once it can be read", async () => {
    const unreadable = mail({ from: null, subject: "", text: "" });
    await record(unreadable);
    const [row] = await sql<{ id: string }[]>`
      select id from intake_ledger where external_id = ${unreadable.externalId}`;
    const ledgerId = row?.id ?? "";
    expect(await replayParked(sql, SETTINGS, ledgerId, unreadable)).toMatchObject({ outcome: "parked" });
    const readable = { ...unreadable, from: { address: "late@customer.example", name: "" } };
    expect(await replayParked(sql, SETTINGS, ledgerId, readable)).toMatchObject({ outcome: "ticket" });
    expect(await replayParked(sql, SETTINGS, ledgerId, readable)).toBeNull();
  });

  it("stores text that Postgres would refuse", async () => {
    const result = await record(
      mail({ text: "nul \u0000 and lone \ud800 surrogate", subject: "odd \u0000 subject" }),
    );
    expect(result.outcome).toBe("ticket");
  });

  it("moves the mailbox position with the message, and never back", async () => {
    const mailbox = "support@desk.example/INBOX";
    await startMailboxCursor(sql, mailbox, { uidValidity: 7, firstUid: 1, lastUid: 0, since: new Date(0) });
    await record(mail(), { mailbox, uidValidity: 7, uid: 12 });
    await record(mail(), { mailbox, uidValidity: 7, uid: 11 });
    await record(mail(), { mailbox, uidValidity: 6, uid: 99 });
    expect((await readMailboxCursor(sql, mailbox))?.lastUid).toBe(12);
  });

  it("rejects as unavailable while the database is away, so that the channel keeps the message", async () => {
    const away = connectDatabase("postgres://nobody:x@127.0.0.1:9/none", {
      max: 1,
      connectTimeoutSeconds: 2,
    });
    await expect(recordInbound(away, SETTINGS, mail())).rejects.toMatchObject({
      code: "unavailable",
      retryable: true,
    });
    await away.end();
  });

  it("parks a message that cannot be stored, and goes on", async () => {
    await sql`alter table messages add constraint test_poison check (text <> 'poison')`;
    const result = await record(mail({ text: "poison" }));
    await sql`alter table messages drop constraint test_poison`;
    expect(result.outcome).toBe("parked");
    expect(result.reason).toContain("test_poison");
  });

  it("accounts for every message in exactly one outcome", async () => {
    const counts = await countOutcomes(sql, null);
    const [rows] = await sql<{ count: number }[]>`select count(*) as count from intake_ledger`;
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(rows?.count);
    const [unsettled] = await sql<{ count: number }[]>`
      select count(*) as count from intake_ledger where reason = 'Intake has begun.'`;
    expect(unsettled?.count).toBe(0);
  });
});

describe("recordInbound from Slack", () => {
  it("makes one ticket of a message that is delivered three times", async () => {
    const message = slackMessage();
    const results = await Promise.all([record(message), record(message), record(message)]);
    expect(new Set(results.map((result) => result.ticket?.id)).size).toBe(1);
    expect(results.filter((result) => !result.alreadyRecorded)).toHaveLength(1);
  });

  it("joins words in the requester's thread to the ticket", async () => {
    const message = slackMessage();
    const first = await record(message);
    const reply = await record(slackMessage({ threadTs: message.ts, text: "It beeps twice." }));
    expect(reply).toMatchObject({ outcome: "reply", ticket: { id: first.ticket?.id } });
  });

  it("keeps text under the card internal", async () => {
    const first = await record(slackMessage());
    const ticketId = first.ticket?.id ?? "";
    await sql`insert into slack_threads (channel, thread_ts, role, ticket_id) values ('CTRIAGE', '9.1', 'card', ${ticketId})`;
    const note = await record(
      slackMessage({ slackChannel: "CTRIAGE", threadTs: "9.1", text: "Known bad batch." }),
    );
    const [message] = await sql`select kind, visibility from messages where id = ${note.messageId ?? ""}`;
    expect(message).toMatchObject({ kind: "note", visibility: "internal" });
  });

  it("makes no ticket of what moderators say among themselves", async () => {
    const before = await ticketCount();
    const result = await record(slackMessage({ slackChannel: "CTRIAGE", threadTs: "8.1", text: "Lunch?" }));
    expect(result.outcome).toBe("own");
    expect(await ticketCount()).toBe(before);
  });

  it("takes what we posted ourselves for our own", async () => {
    const first = await record(slackMessage());
    const ticketId = first.ticket?.id ?? "";
    await acknowledgeTicket(sql, SETTINGS, ticketId);
    await sql`
      update messages set slack_channel = 'CHELP', slack_ts = '7.1'
      where ticket_id = ${ticketId} and kind = 'acknowledgement'`;
    const echo = await record(slackMessage({ ts: "7.1" }));
    expect(echo).toMatchObject({ outcome: "own", ticket: { id: ticketId } });
  });

  it("gives the thread of a closed ticket to its follow-up", async () => {
    const message = slackMessage();
    const first = await record(message);
    await sql`update tickets set status = 'closed', closed_at = now() where id = ${first.ticket?.id ?? ""}`;
    const again = await record(slackMessage({ threadTs: message.ts, text: "Broken again." }));
    const more = await record(slackMessage({ threadTs: message.ts, text: "And louder." }));
    expect(again.outcome).toBe("ticket");
    expect(more).toMatchObject({ outcome: "reply", ticket: { id: again.ticket?.id } });
  });
});

describe("a ticket that was closed lately", () => {
  it("is opened again by a reply, and one that was closed long ago is followed up", async () => {
    const settings = { ...SETTINGS, followUpAfterDays: 14 };
    const first = await record(mail({ fromAddress: "back@customer.example", text: "The scanner hums." }));
    const ticketId = first.ticket?.id ?? "";
    const acknowledgement = await acknowledge(ticketId);
    const answer = (text: string) =>
      mail({ fromAddress: "back@customer.example", inReplyTo: acknowledgement, text });
    await sql`update tickets set status = 'closed', closed_at = now() - interval '3 days' where id = ${ticketId}`;
    const soon = await recordInbound(sql, settings, answer("It hums again."));
    expect(soon).toMatchObject({ outcome: "reply", ticket: { id: ticketId } });
    const [ticket] = await sql`select status, closed_at from tickets where id = ${ticketId}`;
    expect(ticket).toMatchObject({ status: "open", closed_at: null });
    await sql`update tickets set status = 'closed', closed_at = now() - interval '15 days' where id = ${ticketId}`;
    const late = await recordInbound(sql, settings, answer("It hums once more."));
    expect(late.outcome).toBe("ticket");
    const [followUp] = await sql`select follow_up_of from tickets where id = ${late.ticket?.id ?? ""}`;
    expect(followUp?.follow_up_of).toBe(ticketId);
  });
});
