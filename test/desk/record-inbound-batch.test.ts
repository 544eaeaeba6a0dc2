import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { unreadable } from "../../src/channels/email/parse/parse-mail.ts";
import type { InboundEmail, InboundMail } from "../../src/core/inbound.ts";
import { connectDatabase, inTransaction, type SqlPool } from "../../src/db/client.ts";
import { readMailboxCursor, startMailboxCursor } from "../../src/db/mailbox-cursors.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createBatchRecorder, recordInboundBatch } from "../../src/desk/record-inbound-batch.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";

let db: TestDatabase;
let sql: SqlPool;
beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());

let mailboxes = 0;
let mailbox = "";
beforeEach(async () => {
  mailboxes++;
  mailbox = `support${mailboxes}@desk.example/INBOX`;
  const cursor = { uidValidity: 1, firstUid: 1, lastUid: 0, since: new Date(0) };
  await startMailboxCursor(sql, mailbox, cursor);
});

type Fields = Parameters<typeof mail>[0];

/** One batch, with UIDs from 1 on. */
function batchOf(...fields: Fields[]): (InboundMail & { message: InboundEmail })[] {
  return fields.map((one, at) => place(mail(one), at + 1));
}

function place<M extends InboundMail["message"]>(message: M, uid: number) {
  return {
    message: { ...message, account: mailbox, externalId: `1:${uid}` },
    position: { mailbox, uidValidity: 1, uid },
  };
}

const record = (mails: readonly InboundMail[]) => recordInboundBatch(sql, SETTINGS, mails);
const outcomesOf = async (mails: readonly InboundMail[]) =>
  (await record(mails)).map(({ outcome }) => outcome);

async function ledger() {
  return sql<{ externalId: string; outcome: string; reason: string }[]>`
    select external_id as "externalId", outcome, reason from intake_ledger
    where account = ${mailbox} order by split_part(external_id, ':', 2)::int`;
}

const lastUid = async () => (await readMailboxCursor(sql, mailbox))?.lastUid;

/** Refuses messages with this text, as a defect of ours would. */
async function withPoison<T>(work: () => Promise<T>): Promise<T> {
  await sql`alter table messages add constraint test_poison check (text <> 'poison')`;
  try {
    return await work();
  } finally {
    await sql`alter table messages drop constraint test_poison`;
  }
}

describe("recordInboundBatch", () => {
  it("gives each mail its ledger row, ticket, message, original and event, and moves the position once", async () => {
    const file = { filename: "a.txt", contentType: "text/plain", contentId: null, inline: false };
    const batch = batchOf(
      { subject: "one", attachments: [{ ...file, content: new Uint8Array([1, 2, 3]) }] },
      { subject: "two" },
      {
        subject: "three",
        attachments: [file, file].map((one) => ({ ...one, content: new Uint8Array([4]) })),
      },
    );
    const results = await record(batch);
    expect(results.map(({ outcome }) => outcome)).toEqual(["ticket", "ticket", "ticket"]);
    expect(results.map(({ ticket }) => ticket?.number)).toEqual(
      results.map(({ ticket }) => ticket?.number ?? 0).sort((a, b) => a - b),
    );
    for (const [at, { ticket, messageId }] of results.entries()) {
      const [row] = await sql`
        select t.title, r.source, l.outcome, o.name,
          (select count(*) from attachments a where a.message_id = m.id) as files
        from tickets t
        join messages m on m.ticket_id = t.id join raw_messages r on r.id = m.raw_id
        join intake_ledger l on l.message_id = m.id
        join outbox o on o.data ->> 'ticketId' = t.id::text
        where t.id = ${ticket?.id ?? ""} and m.id = ${messageId}`;
      const source = batch[at]?.message.raw;
      expect(row).toMatchObject({
        title: ["one", "two", "three"][at],
        outcome: "ticket",
        name: "ticket/created",
      });
      expect(row?.files).toBe([1, 0, 2][at]);
      expect(new Uint8Array(row?.source)).toEqual(source);
    }
    expect(await lastUid()).toBe(3);
  });

  it("joins a reply to the mail that it answers in the same batch, and a reply to that one too", async () => {
    const results = await record(
      batchOf(
        { messageId: "<root@customer.example>", text: "first" },
        { subject: "Something else", text: "other" },
        { messageId: "<again@customer.example>", inReplyTo: "<root@customer.example>", text: "second" },
        { inReplyTo: "<again@customer.example>", text: "third" },
      ),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(["ticket", "ticket", "reply", "reply"]);
    const ticketId = results[0]?.ticket?.id ?? "";
    expect([results[2]?.ticket?.id, results[3]?.ticket?.id]).toEqual([ticketId, ticketId]);
    const messages =
      await sql`select text from messages where ticket_id = ${ticketId} order by created_at, id`;
    expect(messages.map(({ text }) => text)).toEqual(["first", "second", "third"]);
    const events = await sql`select name from outbox where data ->> 'ticketId' = ${ticketId} order by id`;
    expect(events.map(({ name }) => name)).toEqual(["ticket/created", "ticket/replied", "ticket/replied"]);
  });

  it("lets a stranger in the same batch not into the ticket that a participant's reply joins", async () => {
    const results = await record(
      batchOf(
        { messageId: "<mine@customer.example>" },
        { inReplyTo: "<mine@customer.example>", fromAddress: "eve@stranger.example", text: "let me in" },
        { inReplyTo: "<mine@customer.example>", text: "one more thing" },
      ),
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(["ticket", "ticket", "reply"]);
    expect(results[2]?.ticket?.id).toBe(results[0]?.ticket?.id);
  });

  it("takes a copy in the same batch for a duplicate, and names the ticket", async () => {
    const [first] = batchOf({});
    if (!first) throw new Error("no mail");
    const results = await record([first, place(mail({ text: "between" }), 2), place(first.message, 3)]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["ticket", "ticket", "duplicate"]);
    expect(results[2]?.ticket).toEqual(results[0]?.ticket);
  });

  it("makes one requester of a person who writes several times, and fills in a name that was empty", async () => {
    await record(
      batchOf(
        { from: { address: "nora@customer.example", name: "" } },
        { from: { address: "nora@customer.example", name: "Nora" } },
        { from: { address: "nora@customer.example", name: "Other" } },
      ),
    );
    await record([place(mail({ from: { address: "nora@customer.example", name: "Nora" } }), 4)]);
    const rows = await sql`select name from requesters where address = 'nora@customer.example'`;
    expect(rows.map(({ name }) => name)).toEqual(["Nora"]);
  });

  it("parks only the mail that cannot be stored, wherever it stands, and records the rest", async () => {
    for (const poisoned of [0, 3, 6]) {
      mailbox = `poison${poisoned}@desk.example/INBOX`;
      await startMailboxCursor(sql, mailbox, { uidValidity: 1, firstUid: 1, lastUid: 0, since: new Date(0) });
      const batch = batchOf(
        ...Array.from({ length: 7 }, (_none, at) => ({ text: at === poisoned ? "poison" : `words ${at}` })),
      );
      const outcomes = await withPoison(() => outcomesOf(batch));
      expect(outcomes).toEqual(outcomes.map((_one, at) => (at === poisoned ? "parked" : "ticket")));
      expect((await ledger()).map(({ outcome }) => outcome)).toEqual(outcomes);
      expect(await lastUid()).toBe(7);
    }
  });

  it("parks what no parser could read, with its source, beside the others", async () => {
    const origin = { account: mailbox, externalId: "1:2", receivedAt: new Date() };
    const source = new Uint8Array([1, 2, 3]);
    const [first, last] = batchOf({}, {});
    if (!first || !last) throw new Error("no mails");
    const results = await record([
      first,
      place(unreadable(source, origin, "It has too many parts."), 2),
      place(last.message, 3),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["ticket", "parked", "ticket"]);
    const [row] = await sql`
      select r.source from intake_ledger l join raw_messages r on r.id = l.raw_id
      where l.account = ${mailbox} and l.outcome = 'parked'`;
    expect(new Uint8Array(row?.source)).toEqual(source);
  });

  it("changes nothing for what is recorded already, and records what is not", async () => {
    const batch = batchOf({}, {}, {}, {});
    const [, second, , fourth] = batch;
    if (!second || !fourth) throw new Error("no mails");
    const before = await record([second, fourth]);
    const results = await record(batch);
    expect(results.map(({ alreadyRecorded }) => alreadyRecorded)).toEqual([false, true, false, true]);
    expect(results[1]?.ticket).toEqual(before[0]?.ticket);
    expect(await ledger()).toHaveLength(4);
    expect((await record(batch)).every(({ alreadyRecorded }) => alreadyRecorded)).toBe(true);
  });

  it("makes one ticket of each mail when two services read one mailbox, with batches that overlap", async () => {
    const other = connectDatabase(db.url, { max: 4 });
    const batch = batchOf(
      ...Array.from({ length: 40 }, (_none, at) => ({ fromAddress: `p${at % 7}@both.example` })),
    );
    const ours = [batch.slice(0, 25), batch.slice(25)];
    const theirs = [batch.slice(0, 10), batch.slice(10, 33), batch.slice(33)];
    const read = async (pool: SqlPool, parts: InboundMail[][]) => {
      const results = [];
      for (const part of parts) results.push(...(await recordInboundBatch(pool, SETTINGS, part)));
      return results;
    };
    const [one, two] = await Promise.all([read(sql, ours), read(other, theirs)]);
    await other.end();
    expect(one?.map(({ ticket }) => ticket?.id)).toEqual(two?.map(({ ticket }) => ticket?.id));
    expect((await ledger()).map(({ outcome }) => outcome)).toEqual(Array(40).fill("ticket"));
    const [tickets] = await sql<
      { count: number }[]
    >`select count(*) as count from tickets where account = ${mailbox}`;
    expect(tickets?.count).toBe(40);
  });

  it("records the same mails of two mailboxes at once, in crossed order, one ticket each", async () => {
    const mails = Array.from({ length: 20 }, (_none, at) => mail({ fromAddress: `c${at}@cross.example` }));
    const here = mails.map((one, at) => place(one, at + 1));
    const there = mails.toReversed().map((one, at) => ({
      message: { ...one, account: "sales@desk.example/INBOX", externalId: `9:${at + 1}` },
      position: { mailbox: "sales@desk.example/INBOX", uidValidity: 9, uid: at + 1 },
    }));
    const [ours = [], theirs = []] = await Promise.all([outcomesOf(here), outcomesOf(there)]);
    const count = (outcome: string) => [...ours, ...theirs].filter((one) => one === outcome).length;
    expect({ tickets: count("ticket"), duplicates: count("duplicate") }).toEqual({
      tickets: 20,
      duplicates: 20,
    });
  });

  it("waits for a writer of the same ticket, and does not overwrite what it did", async () => {
    const first = await recordInbound(sql, SETTINGS, mail({ messageId: "<held@customer.example>" }));
    const ticketId = first.ticket?.id ?? "";
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const holder = inTransaction(sql, async (tx) => {
      await tx`update tickets set status = 'waiting' where id = ${ticketId}`;
      await released;
    });
    const batch = batchOf({ inReplyTo: "<held@customer.example>", text: "still there?" }, {});
    const recording = outcomesOf(batch);
    const early = await Promise.race([
      recording,
      new Promise((resolve) => setTimeout(resolve, 100, "waits")),
    ]);
    expect(early).toBe("waits");
    release();
    await holder;
    expect(await recording).toEqual(["reply", "ticket"]);
    const [ticket] = await sql`select status from tickets where id = ${ticketId}`;
    expect(ticket?.status).toBe("in_progress");
  });

  it("goes again after a deadlock, and parks nothing for it", async () => {
    await sql`create sequence test_tries`;
    await sql`
      create function test_deadlock() returns trigger language plpgsql as $$ begin
        if nextval('test_tries') <= 4 then raise exception 'turned back' using errcode = '40P01'; end if;
        return null;
      end $$`;
    await sql`create trigger test_deadlock after insert on messages for each statement execute function test_deadlock()`;
    const outcomes = await outcomesOf(batchOf({}, {}));
    await sql`drop function test_deadlock cascade`;
    expect(outcomes).toEqual(["ticket", "ticket"]);
  });

  it("leaves nothing behind when the connection is cut within a batch, and records all of it the next time", async () => {
    const doomed = connectDatabase(db.url, { max: 1, applicationName: "doomed-batch" });
    const batch = batchOf({}, {}, {});
    await withHeldTickets(async () => {
      const cut = expect(recordInboundBatch(doomed, SETTINGS, batch)).rejects.toMatchObject({
        retryable: true,
      });
      await killWhenWaiting("doomed-batch");
      await cut;
    });
    await doomed.end({ timeout: 1 });
    expect(await ledger()).toEqual([]);
    expect(await lastUid()).toBe(0);
    expect(await outcomesOf(batch)).toEqual(["ticket", "ticket", "ticket"]);
    expect(await lastUid()).toBe(3);
  });
});

/** A promise that the test settles, as the recording of the mails before. */
function createTurn() {
  let come = (): void => {};
  let fail = (_error: Error): void => {};
  const before = new Promise<void>((resolve, reject) => {
    come = resolve;
    fail = reject;
  });
  return { before, come, fail };
}

describe("a batch that is begun before its turn", () => {
  const untilStored = async (applicationName: string): Promise<void> => {
    for (let tries = 0; tries < 200; tries++) {
      const [waits] = await sql`
        select 1 from pg_stat_activity where application_name = ${applicationName}
          and state = 'idle in transaction' and query like '%raw_messages%'`;
      if (waits) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error("The batch never stored its originals.");
  };

  /** Begins the batch on connections of its own, and resolves once its originals are stored. */
  async function begin(batch: readonly InboundMail[]) {
    const { before, come, fail } = createTurn();
    const pool = connectDatabase(db.url, { max: 4, applicationName: `ahead-${mailbox}` });
    const recording = createBatchRecorder(pool, SETTINGS)(batch, before).finally(() => pool.end());
    recording.catch(() => {});
    await untilStored(`ahead-${mailbox}`);
    return { recording, come, fail };
  }

  it("decides when its turn comes: a reply joins the ticket that was made meanwhile", async () => {
    const [first, ...later] = batchOf(
      { messageId: "<ahead@customer.example>" },
      { inReplyTo: "<ahead@customer.example>", text: "more" },
      { subject: "other" },
    );
    if (!first) throw new Error("no mail");
    const { recording, come } = await begin(later);
    const { ticket } = await recordInbound(sql, SETTINGS, first.message, first.position);
    expect(await ledger()).toHaveLength(1);
    expect(await lastUid()).toBe(1);
    come();
    const results = await recording;
    expect(results.map(({ outcome }) => outcome)).toEqual(["reply", "ticket"]);
    expect(results[0]?.ticket).toEqual(ticket);
    expect(await lastUid()).toBe(3);
  });

  it("stands in nobody's way: its own mails are recorded by another service while it waits", async () => {
    const batch = batchOf({ text: "mine" }, { text: "yours" });
    const { recording, come } = await begin(batch);
    expect(await outcomesOf(batch)).toEqual(["ticket", "ticket"]);
    come();
    expect((await recording).map(({ alreadyRecorded }) => alreadyRecorded)).toEqual([true, true]);
    expect(await countOriginals(batch)).toEqual([1, 1]);
  });

  it("keeps one original of a mail whose copy is recorded while it waits", async () => {
    const batch = batchOf({ text: "copied" }, { text: "single" });
    const { recording, come } = await begin(batch);
    await recordInbound(sql, SETTINGS, { ...(batch[0]?.message as InboundEmail), externalId: "copy:1" });
    come();
    expect((await recording).map(({ outcome }) => outcome)).toEqual(["duplicate", "ticket"]);
    expect(await countOriginals(batch)).toEqual([1, 1]);
  });

  it("waits while the mails before it are done again one by one, and loses none", async () => {
    const before = batchOf({ text: "fine" }, { text: "poison" }, { text: "fine too" });
    const copy = before[0]?.message as InboundEmail;
    const { recording, come } = await begin([place(copy, 4), place(mail({ text: "next" }), 5)]);
    expect(await withPoison(() => outcomesOf(before))).toEqual(["ticket", "parked", "ticket"]);
    come();
    expect((await recording).map(({ outcome }) => outcome)).toEqual(["duplicate", "ticket"]);
    expect((await ledger()).map(({ externalId }) => externalId)).toEqual(["1:1", "1:2", "1:3", "1:4", "1:5"]);
  });

  it("records nothing where the mails before it are not recorded", async () => {
    const batch = batchOf({ text: "never" }, { text: "neither" });
    const { recording, fail } = await begin(batch);
    fail(new Error("The watcher was stopped."));
    await expect(recording).rejects.toThrow("The watcher was stopped.");
    expect(await ledger()).toEqual([]);
    expect(await lastUid()).toBe(0);
    expect(await countOriginals(batch)).toEqual([0, 0]);
  });

  it("is one in a process: of a second mailbox nothing holds a connection before its turn", async () => {
    const pool = connectDatabase(db.url, { max: 4, applicationName: `two-${mailbox}` });
    const record = createBatchRecorder(pool, SETTINGS);
    const turns = [createTurn(), createTurn(), createTurn()];
    const all = turns.map(({ before }, at) =>
      record(batchOf({ text: `${at} a` }, { text: `${at} b` }), before),
    );
    await untilStored(`two-${mailbox}`);
    const [open] = await sql<{ count: number }[]>`
      select count(*) as count from pg_stat_activity
      where application_name = ${`two-${mailbox}`} and state like '%in transaction%'`;
    expect(open?.count).toBe(1);
    for (const { come } of turns) come();
    await Promise.all(all);
    await pool.end();
  });
});

/** For each mail, how many originals with its bytes are kept. */
async function countOriginals(batch: readonly InboundMail[]): Promise<number[]> {
  const counts: number[] = [];
  for (const { message } of batch) {
    const [row] = await sql<{ count: number }[]>`
      select count(*) as count from raw_messages where source = ${Buffer.from(message.raw)}`;
    counts.push(row?.count ?? 0);
  }
  return counts;
}

/** While it works, nobody else can write a ticket: a batch stands still in its middle. */
async function withHeldTickets(work: () => Promise<void>): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await tx`lock table tickets in exclusive mode`;
    await work();
  });
}

async function killWhenWaiting(applicationName: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const [killed] = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = ${applicationName} and wait_event_type = 'Lock'`;
    if (killed) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("The batch never came to wait.");
}
