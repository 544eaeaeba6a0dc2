/** What the desk ends, tells and lets go by itself as days pass. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { resolveTicket } from "../../src/desk/resolve-ticket.ts";
import type { Policies } from "../../src/workflows/policies.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

let db: TestDatabase;
let workflows: StartedWorkflows | null = null;
let moderator: { kind: "moderator"; userId: string; name: string; via: "slack" };
let offsetMs = 0;
beforeEach(async () => {
  db = await createTestDatabase();
  offsetMs = 0;
  const [mina] = await db.sql<{ id: string }[]>`
    insert into users (email, name, role) values ('mina@desk.example', 'Mina', 'moderator') returning id`;
  moderator = { kind: "moderator", userId: mina?.id ?? "", name: "Mina", via: "slack" };
});
afterEach(async () => {
  await workflows?.stop();
  workflows = null;
  await db.drop();
});

async function start(policies: Partial<Policies>): Promise<StartedWorkflows> {
  const now = () => new Date(Date.now() + offsetMs);
  workflows = await startTestWorkflows(db.sql, { policies, now, engineNow: now });
  return workflows;
}

async function passDays(days: number): Promise<void> {
  offsetMs += days * DAY_MS;
  workflows?.engine?.wake();
  await workflows?.settle();
}

async function openTicket(): Promise<string> {
  const { ticket } = await recordInbound(db.sql, SETTINGS, mail());
  return ticket?.id ?? "";
}

async function statusOf(ticketId: string): Promise<string | undefined> {
  const [row] = await db.sql<{ status: string }[]>`select status from tickets where id = ${ticketId}`;
  return row?.status;
}

const closing = { waitingDays: 10, warningDays: 3, resolvedDays: 14 };

describe("a ticket that waits for its requester", () => {
  it("is resolved after a warning, and closed after it was resolved for long enough", async () => {
    const { farEnds, settle } = await start({ closing });
    const ticketId = await openTicket();
    await queueReply(db.sql, SETTINGS, moderator, ticketId, "Which client is it?");
    await settle();
    const told = () =>
      farEnds.mails.filter(({ text }) => /not heard from you/.test(text)).map(({ text }) => text);

    await passDays(6);
    expect(told()).toEqual([]);
    await passDays(1.1);
    await passDays(1);
    expect(told()).toEqual([expect.stringContaining("resolved in 3 days")]);
    expect(await statusOf(ticketId)).toBe("waiting");
    await passDays(2.1);
    expect(told()).toHaveLength(2);
    expect(await statusOf(ticketId)).toBe("resolved");
    // The database's clock says when it was resolved: the test's has gone on for more than ten days by then.
    await passDays(3);
    expect(await statusOf(ticketId)).toBe("resolved");
    await passDays(1);
    expect(await statusOf(ticketId)).toBe("closed");
    expect(told()).toHaveLength(2);
  });

  it("stays open where they answer the warning, and is warned anew the next time", async () => {
    const { farEnds, settle } = await start({ closing });
    const ticketId = await openTicket();
    await queueReply(db.sql, SETTINGS, moderator, ticketId, "Which client is it?");
    await settle();
    await passDays(7.1);
    const warning = farEnds.mails.find(({ text }) => /not heard from you/.test(text));
    const answer = mail({
      inReplyTo: warning?.messageId ?? "",
      references: [warning?.messageId ?? ""],
      text: "The blue one",
    });
    expect((await recordInbound(db.sql, SETTINGS, answer)).ticket?.id).toBe(ticketId);
    await passDays(10);
    expect(await statusOf(ticketId)).toBe("in_progress");
    await queueReply(db.sql, SETTINGS, moderator, ticketId, "And which version?");
    await settle();
    await passDays(0.1);
    expect(farEnds.mails.filter(({ text }) => /resolved in 3 days/.test(text))).toHaveLength(2);
    expect(await statusOf(ticketId)).toBe("waiting");
  });

  it("is left alone unless the desk says otherwise", async () => {
    const { settle } = await start({});
    const ticketId = await openTicket();
    await queueReply(db.sql, SETTINGS, moderator, ticketId, "Which client is it?");
    await settle();
    await passDays(1000);
    expect(await statusOf(ticketId)).toBe("waiting");
  });
});

describe("the morning digest", () => {
  it("tells each moderator on a working day what waits for them, once", async () => {
    const hours = {
      timeZone: "Europe/Berlin",
      spans: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 540, toMinute: 1080 })),
      holidays: new Set<string>(),
    };
    const { farEnds, settle } = await start({ hours, digestAt: { hour: 8, minute: 30 } });
    await db.sql`insert into users (email, name, role, away) values ('off@desk.example', 'Off', 'moderator', true)`;
    const first = await openTicket();
    const second = await openTicket();
    await settle();
    await db.sql`update tickets set assignee_id = ${moderator.userId}`;
    await queueReply(db.sql, SETTINGS, moderator, second, "Which client is it?");
    await settle();
    const digests = () => farEnds.mails.filter(({ subject }) => subject.startsWith("Your morning"));
    for (let day = 0; day < 7; day++) await passDays(1);
    expect(digests()).toHaveLength(5);
    expect(new Set(digests().map(({ to }) => to[0]?.address))).toEqual(new Set(["mina@desk.example"]));
    expect(new Set(digests().map(({ messageId }) => messageId)).size).toBe(5);
    const [row] = await db.sql<{ number: number }[]>`select number from tickets where id = ${first}`;
    expect(digests()[0]?.subject).toBe("Your morning: 2 open tickets, 1 for you to answer");
    expect(digests()[0]?.text).toMatch(new RegExp(`These wait for you:\n {2}#${row?.number} VPN is down`));
  });
});

describe("retention", () => {
  it("lets the source of old mails go, but not of those that a person has still to look at", async () => {
    await start({ retention: { rawDays: 30, runDays: 30 } });
    await openTicket();
    await recordInbound(db.sql, SETTINGS, {
      channel: "unreadable",
      sourceChannel: "email",
      account: "support@desk.example/INBOX",
      externalId: "1:999",
      receivedAt: new Date(),
      reason: "No sender.",
      raw: new Uint8Array([1]),
    });
    await db.sql`update raw_messages set created_at = now() - interval '31 days'`;
    const { ticket } = await recordInbound(db.sql, SETTINGS, mail());
    await resolveTicket(db.sql, SETTINGS, moderator, ticket?.id ?? "", "");
    await passDays(1);
    const kept = await db.sql<{ outcome: string }[]>`
      select outcome from intake_ledger join raw_messages on raw_messages.id = raw_id order by outcome`;
    expect(kept.map(({ outcome }) => outcome)).toEqual(["parked", "ticket"]);
    const ledger = await db.sql`select 1 from intake_ledger`;
    expect(ledger).toHaveLength(3);
  });
});
