/** Slack's messages in every order that Slack may deliver them, and by every door that leads to one message. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { InboundMessage } from "../../src/core/inbound.ts";
import type { InboundSlackChange, InboundSlackMessage } from "../../src/core/inbound-slack.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { acknowledgeTicket } from "../../src/desk/acknowledge-ticket.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { acceptSlackMessages, drainSlackInbox } from "../../src/desk/slack-inbox.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SETTINGS, slackMessage } from "../helpers/inbound.ts";

let db: TestDatabase;
let sql: SqlPool;
beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await sql`
    insert into users (email, name, role, slack_user_id) values ('mina@desk.example', 'Mina', 'moderator', 'UMINA')
    on conflict do nothing`;
});

const record = (message: InboundMessage) => recordInbound(sql, SETTINGS, message);
const bob = { slackUserId: "UBOB", name: "Bob", email: null };
const edit = (message: InboundSlackMessage, text: string, editedTs: string): InboundSlackChange => ({
  channel: "slack-change",
  account: message.account,
  externalId: `${message.externalId}:edited:${editedTs}`,
  receivedAt: new Date(),
  slackChannel: message.slackChannel,
  ts: message.ts,
  threadTs: message.threadTs,
  change: { kind: "edited", editedTs, message: { ...message, text, mrkdwn: text } },
});
const deletion = (message: InboundSlackMessage): InboundSlackChange => ({
  ...edit(message, "", "0"),
  externalId: `${message.externalId}:deleted`,
  change: { kind: "deleted" },
});
const readTicket = async (id: string | undefined) => {
  const [row] = await sql`
    select t.title, t.description, t.status, r.name as requester, t.no_automatic_answer as "noAnswer"
    from tickets t join requesters r on r.id = t.requester_id where t.id = ${id ?? ""}`;
  return row;
};
const countMessages = async (id: string | undefined) => {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from messages where ticket_id = ${id ?? ""}`;
  return row?.count;
};

describe("a thread whose messages overtake each other", () => {
  it("is one ticket, with the words and the requester that it began with", async () => {
    const root = slackMessage({ text: "The VPN is down" });
    const reply = await record(slackMessage({ threadTs: root.ts, text: "For me too", author: bob }));
    expect(reply.outcome).toBe("ticket");
    const late = await record(root);
    expect(late).toMatchObject({ outcome: "reply", ticket: reply.ticket });
    expect(await readTicket(reply.ticket?.id)).toMatchObject({
      title: "The VPN is down",
      description: "The VPN is down\n\nFor me too",
      requester: "Ada",
    });
  });

  it("is one ticket also where all of it comes in the same instant", async () => {
    const root = slackMessage();
    const replies = Array.from({ length: 6 }, (_, index) =>
      slackMessage({ threadTs: root.ts, text: `More ${index}` }),
    );
    const results = await Promise.all([...replies, root, ...replies, root].map(record));
    expect(new Set(results.map(({ ticket }) => ticket?.id)).size).toBe(1);
    expect(await countMessages(results[0]?.ticket?.id)).toBe(7);
  });
});

describe("an edit", () => {
  it("replaces the words, keeps the old ones, and reaches the ticket where it is its first message", async () => {
    const message = slackMessage({ text: "My labtop" });
    const { ticket, messageId } = await record(message);
    expect((await record(edit(message, "My laptop", "1700000100.000000"))).outcome).toBe("edit");
    expect(await readTicket(ticket?.id)).toMatchObject({ title: "My laptop", description: "My laptop" });
    const versions = await sql`select text from message_versions where message_id = ${messageId ?? ""}`;
    expect(versions.map(({ text }) => text)).toEqual(["My labtop"]);
  });

  it("that a later one overtook changes nothing", async () => {
    const message = slackMessage({ text: "one" });
    const { ticket } = await record(message);
    await record(edit(message, "three", "1700000300.000000"));
    await record(edit(message, "two", "1700000200.000000"));
    expect(await readTicket(ticket?.id)).toMatchObject({ description: "three" });
  });

  it("that comes before its message is the message", async () => {
    const message = slackMessage({ text: "My labtop" });
    const edited = await record(edit(message, "My laptop", "1700000100.000000"));
    expect(edited.ticket).not.toBeNull();
    expect(await record(message)).toMatchObject({ alreadyRecorded: true });
    expect(await readTicket(edited.ticket?.id)).toMatchObject({ description: "My laptop" });
  });

  it("delivered twice is one version", async () => {
    const message = slackMessage({ text: "one" });
    const { messageId } = await record(message);
    const change = edit(message, "two", "1700000100.000000");
    await Promise.all([record(change), record(change)]);
    const versions = await sql`select 1 from message_versions where message_id = ${messageId ?? ""}`;
    expect(versions).toHaveLength(1);
  });
});

describe("a deletion", () => {
  it("marks the message and keeps its words", async () => {
    const message = slackMessage({ text: "My password is hunter2" });
    const { messageId } = await record(message);
    expect((await record(deletion(message))).outcome).toBe("edit");
    const [row] = await sql`
      select text, deleted_at is not null as deleted from messages where id = ${messageId ?? ""}`;
    expect(row).toEqual({ text: "My password is hunter2", deleted: true });
  });

  it("that comes before its message leaves no ticket behind", async () => {
    const message = slackMessage();
    await Promise.all([record(deletion(message)), record(deletion(message))]);
    expect(await record(message)).toMatchObject({ outcome: "edit", ticket: null });
  });

  it("in the same instant as its message ends with the message marked or never made", async () => {
    for (let round = 0; round < 5; round += 1) {
      const message = slackMessage();
      await Promise.all([record(message), record(deletion(message))]);
      const rows = await sql<{ deleted: boolean }[]>`
        select deleted_at is not null as deleted from messages where slack_ts = ${message.ts}`;
      expect(rows.every(({ deleted }) => deleted)).toBe(true);
    }
    const parked = await sql`select 1 from intake_ledger where outcome = 'parked'`;
    expect(parked).toHaveLength(0);
  });
});

describe("a ticket that somebody asked for", () => {
  const ask = (message: InboundSlackMessage): InboundSlackMessage => ({
    ...message,
    externalId: `${message.externalId}:request`,
    way: "request",
    requestedBy: "UMINA",
  });

  it("is one, also where the message itself comes in the same instant", async () => {
    for (let round = 0; round < 5; round += 1) {
      const message = slackMessage();
      const results = await Promise.all([record(ask(message)), record(message), record(ask(message))]);
      expect(new Set(results.map(({ ticket }) => ticket?.id)).size).toBe(1);
      expect(results.map(({ outcome }) => outcome)).not.toContain("parked");
    }
  });

  it("comes of what a machine wrote too, and no automatic answer goes there", async () => {
    const message = slackMessage({
      author: { slackUserId: "BFORM", name: "Form", email: null },
      bot: "ignored",
    });
    expect(await record(message)).toMatchObject({ outcome: "auto-reply", ticket: null });
    const { ticket } = await record(ask({ ...message, bot: "accepted" }));
    expect(await readTicket(ticket?.id)).toMatchObject({ noAnswer: "It was written by a machine." });
    expect(await acknowledgeTicket(sql, SETTINGS, ticket?.id ?? "")).toMatchObject({ state: "withheld" });
  });
});

it("a moderator who asks is a requester in their own thread, and answers in every other", async () => {
  const mina = { slackUserId: "UMINA", name: "Mina", email: null };
  const own = slackMessage({ author: mina });
  const { ticket } = await record(own);
  await record(slackMessage({ threadTs: own.ts, author: mina, text: "More" }));
  expect(await readTicket(ticket?.id)).toMatchObject({ status: "open" });
  const other = slackMessage();
  const theirs = await record(other);
  await record(slackMessage({ threadTs: other.ts, author: mina, text: "Restart it" }));
  expect(await readTicket(theirs.ticket?.id)).toMatchObject({ status: "waiting" });
});

describe("the inbox", () => {
  it("keeps one of each, through repeated deliveries and drains beside each other", async () => {
    const messages = Array.from({ length: 12 }, () => slackMessage());
    const before = await sql`select 1 from tickets`;
    await Promise.all([
      acceptSlackMessages(sql, [...messages, ...messages]),
      ...messages.map((message) => acceptSlackMessages(sql, [message])),
    ]);
    await Promise.all([drainSlackInbox(sql, SETTINGS), drainSlackInbox(sql, SETTINGS)]);
    expect(await sql`select 1 from tickets`).toHaveLength(before.length + messages.length);
    await acceptSlackMessages(sql, messages.slice(0, 1));
    expect(await sql`select 1 from slack_inbox`).toHaveLength(0);
  });

  it("records a message before the deletion that follows it, however many are recorded at once", async () => {
    const messages = Array.from({ length: 12 }, () => slackMessage());
    await acceptSlackMessages(
      sql,
      messages.flatMap((message) => [message, deletion(message)]),
    );
    await drainSlackInbox(sql, SETTINGS);
    const rows = await sql`
      select deleted_at is not null as deleted from messages where slack_ts = any(${messages.map(({ ts }) => ts)})`;
    expect(rows).toEqual(messages.map(() => ({ deleted: true })));
  });

  it("gives an edit back as it was taken in", async () => {
    const message = slackMessage({ text: "one" });
    await acceptSlackMessages(sql, [message]);
    await acceptSlackMessages(sql, [edit(message, "two", "1700000100.000000")]);
    await acceptSlackMessages(sql, [deletion(message)]);
    await drainSlackInbox(sql, SETTINGS);
    const [row] = await sql`
      select text, deleted_at is not null as deleted, created_at as "createdAt" from messages where slack_ts = ${message.ts}`;
    expect(row).toEqual({ text: "two", deleted: true, createdAt: new Date(Number(message.ts) * 1000) });
  });
});
