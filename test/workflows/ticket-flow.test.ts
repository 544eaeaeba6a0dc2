import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { InboundMessage } from "../../src/core/inbound.ts";
import type { Classifier } from "../../src/core/triage.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { addOutboxEvent } from "../../src/db/outbox.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { saveTriage } from "../../src/desk/save-triage.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS, slackMessage } from "../helpers/inbound.ts";
import { fixedClassifier, type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

let db: TestDatabase;
let sql: SqlPool;
let started: StartedWorkflows[] = [];
let moderator: { kind: "moderator"; userId: string; name: string; via: "slack" };

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  const [user] = await sql<{ id: string }[]>`
    insert into users (email, name, role, capacity) values ('mina@desk.example', 'Mina', 'moderator', 1000)
    on conflict (email) do update set name = excluded.name returning id`;
  await sql`
    insert into user_skills (user_id, skill_id) select ${user?.id ?? ""}, id from skills where normalised = 'vpn'
    on conflict do nothing`;
  moderator = { kind: "moderator", userId: user?.id ?? "", name: "Mina", via: "slack" };
});
afterEach(async () => {
  await Promise.all(started.map((workflows) => workflows.stop()));
  started = [];
});

async function start(
  ...args: Parameters<typeof startTestWorkflows> extends [unknown, ...infer Rest] ? Rest : never
) {
  const workflows = await startTestWorkflows(sql, ...args);
  started.push(workflows);
  return workflows;
}

async function record(message: InboundMessage): Promise<string> {
  const { ticket } = await recordInbound(sql, SETTINGS, message);
  return ticket?.id ?? "";
}

const away = (error: Error): Classifier => ({
  source: "gemini",
  model: "gemini-test",
  classify: () => Promise.reject(error),
});

describe("a mail's way through the workflows", () => {
  it("is triaged, assigned by skill, acknowledged once, and shown on one card", async () => {
    const { farEnds, settle } = await start();
    const message = mail();
    const ticketId = await record(message);
    await settle();
    const [ticket] =
      await sql`select category, priority, triage_source, assignee_id from tickets where id = ${ticketId}`;
    expect(ticket).toMatchObject({
      category: "Network",
      priority: "high",
      triage_source: "local",
      assignee_id: moderator.userId,
    });
    const acknowledgements = farEnds.mails.filter(({ to }) => to[0]?.address === "ada@customer.example");
    expect(acknowledgements).toHaveLength(1);
    expect(acknowledgements[0]).toMatchObject({
      automatic: true,
      inReplyTo: message.channel === "email" ? message.messageId : "",
      cc: [],
    });
    expect(farEnds.cards.filter(({ at }) => at === null)).toHaveLength(1);
    expect(farEnds.cards.at(-1)?.card).toMatchObject({ category: "Network", assignee: { name: "Mina" } });
    const [delivery] = await sql`select state from deliveries where ticket_id = ${ticketId}`;
    expect(delivery?.state).toBe("sent");
  });

  it("is answered in its Slack thread when it came from Slack", async () => {
    const { farEnds, settle } = await start();
    const message = slackMessage();
    await record(message);
    await settle();
    expect(farEnds.posts.map(({ post }) => ({ channel: post.channel, threadTs: post.threadTs }))).toEqual([
      { channel: message.slackChannel, threadTs: message.ts },
    ]);
  });

  it("tells the assignee by mail, once", async () => {
    const { farEnds, settle } = await start();
    await record(mail());
    await settle();
    const notices = farEnds.mails.filter(({ to }) => to[0]?.address === "mina@desk.example");
    expect(notices).toHaveLength(1);
  });

  it("acknowledges nobody who says that no machine should answer", async () => {
    const { farEnds, settle } = await start();
    const ticketId = await record(mail({ fromAddress: "noreply@shop.example" }));
    await settle();
    expect(farEnds.mails.filter(({ to }) => to[0]?.address === "noreply@shop.example")).toEqual([]);
    const events = await sql`select type from ticket_events where ticket_id = ${ticketId}`;
    expect(events.map(({ type }) => type)).toContain("acknowledgement-withheld");
  });

  it("stops acknowledging an address that writes without end", async () => {
    const { farEnds, settle } = await start({ settings: { automaticMailPerHour: 3 } });
    for (const word of ["a", "b", "c", "d", "e", "f"])
      await record(mail({ fromAddress: "robot@loop.example", text: `Trouble ${word}` }));
    await settle();
    expect(farEnds.mails.filter(({ to }) => to[0]?.address === "robot@loop.example")).toHaveLength(3);
  });
});

describe("triage while the model is away", () => {
  // What one test learnt of its model is not true of the next one's.
  beforeEach(async () => {
    await sql`delete from model_health`;
  });
  const FAILURES: [string, Error][] = [
    ["rate-limited", new AppError("rate_limited", "429", { retryAfterMs: 60_000 })],
    ["down", new AppError("unavailable", "503")],
    ["misconfigured", new AppError("invalid", "The key is wrong.")],
    ["broken in a way nobody thought of", new TypeError("undefined is not a function")],
  ];
  it.each(FAILURES)(
    "falls back to the local classifier at once when the model is %s",
    async (_name, error) => {
      const { settle } = await start({ model: away(error) });
      const ticketId = await record(mail());
      await settle();
      const [ticket] =
        await sql`select triage_source, provisional, assignee_id from tickets where id = ${ticketId}`;
      expect(ticket).toMatchObject({
        triage_source: "local",
        provisional: true,
        assignee_id: moderator.userId,
      });
      const tries =
        await sql`select source, error from triage_results where ticket_id = ${ticketId} order by created_at`;
      expect(tries).toMatchObject([
        { source: "gemini", error: error.message },
        { source: "local", error: null },
      ]);
    },
  );

  it("is made good by the minute's run when the model is back, and the assignee keeps the ticket", async () => {
    let isAway = true;
    let minutes = 0;
    const good = fixedClassifier("gemini");
    const model: Classifier = {
      ...good,
      classify: (input, desk) =>
        isAway
          ? Promise.reject(new AppError("rate_limited", "429", { retryAfterMs: 60_000 }))
          : good.classify(input, desk),
    };
    const { engine, settle } = await start({
      model,
      engineNow: () => new Date(Date.now() + minutes * 60_000),
    });
    const ticketId = await record(mail());
    await settle();
    const read = async () => {
      const [row] = await sql`
        select triage_source as source, provisional, assignee_id as assignee from tickets where id = ${ticketId}`;
      return row;
    };
    const before = await read();
    expect(before).toMatchObject({ source: "local", provisional: true });
    isAway = false;
    // The quota's pause is not over: nobody asks.
    minutes++;
    engine?.wake();
    await settle();
    expect(await read()).toMatchObject({ source: "local", provisional: true });
    await sql`update model_health set retry_at = now() - interval '1 second'`;
    minutes++;
    engine?.wake();
    await settle();
    expect(await read()).toMatchObject({ source: "gemini", provisional: false, assignee: before?.assignee });
  });

  it("takes the model's word when it answers", async () => {
    const { settle } = await start({ model: fixedClassifier("gemini") });
    const ticketId = await record(mail());
    await settle();
    const [ticket] = await sql`select triage_source, provisional from tickets where id = ${ticketId}`;
    expect(ticket).toMatchObject({ triage_source: "gemini", provisional: false });
  });

  it("keeps one result and one audit entry of a step that runs twice", async () => {
    const ticketId = await record(mail());
    const input = { ticketId, title: "", text: "", channel: "email" } as const;
    const desk = { categories: [], skills: [], examples: [] };
    const attempt = await fixedClassifier("local").classify(input, desk);
    expect(await saveTriage(sql, ticketId, "run-1", attempt)).toBe(true);
    expect(await saveTriage(sql, ticketId, "run-1", attempt)).toBe(false);
    const events = await sql`select 1 from ticket_events where ticket_id = ${ticketId} and type = 'triaged'`;
    expect(events).toHaveLength(1);
  });

  it("writes a second triage only where the ticket waits for one", async () => {
    const ticketId = await record(mail());
    const input = { ticketId, title: "", text: "", channel: "email" } as const;
    const desk = { categories: [], skills: [], examples: [] };
    const attempt = await fixedClassifier("gemini").classify(input, desk);
    const late = { ...attempt, triage: { ...attempt.triage, summary: "Too late." } };
    expect(await saveTriage(sql, ticketId, "run-1", attempt)).toBe(true);
    expect(await saveTriage(sql, ticketId, "run-2", late, { over: "provisional" })).toBe(false);
    await sql`update tickets set provisional = true, status = 'closed' where id = ${ticketId}`;
    expect(await saveTriage(sql, ticketId, "run-3", late, { over: "provisional" })).toBe(false);
    const [ticket] = await sql`select summary from tickets where id = ${ticketId}`;
    expect(ticket?.summary).toBe(attempt.triage.summary);
  });

  it("never writes over what a person has set", async () => {
    const ticketId = await record(mail());
    await sql`
      update tickets set priority = 'low', category = 'Billing', person_changed = '{priority,category}'
      where id = ${ticketId}`;
    const { settle } = await start();
    await settle();
    const [ticket] = await sql`select priority, category, summary from tickets where id = ${ticketId}`;
    expect(ticket).toMatchObject({
      priority: "low",
      category: "Billing",
      summary: "The VPN does not connect.",
    });
  });
});

describe("deliveries", () => {
  it("marks a delivery that the server refuses for good as failed, and does not try again", async () => {
    const { farEnds, settle } = await start();
    const refuse = async () => ({ state: "rejected", error: "550 no such user" }) as const;
    farEnds.mailAnswers.set("gone@customer.example", refuse);
    const ticketId = await record(mail({ fromAddress: "gone@customer.example" }));
    await settle();
    const [delivery] = await sql`select state, last_error from deliveries where ticket_id = ${ticketId}`;
    expect(delivery).toMatchObject({ state: "failed", last_error: "550 no such user" });
    expect(farEnds.mails.filter(({ to }) => to[0]?.address === "gone@customer.example")).toHaveLength(1);
  });

  it("sends the same Message-ID again after a try whose answer was lost", async () => {
    const { farEnds, settle } = await start();
    const ticketId = await record(mail({ fromAddress: "lost@customer.example" }));
    await settle();
    const [delivery] = await sql<{ id: string }[]>`select id from deliveries where ticket_id = ${ticketId}`;
    await sql`update deliveries set state = 'sending' where id = ${delivery?.id ?? ""}`;
    await sql`update delivery_recipients set state = 'waiting' where delivery_id = ${delivery?.id ?? ""}`;
    await addOutboxEvent(sql, "delivery/queued", { deliveryId: delivery?.id ?? "", ticketId });
    await settle();
    const ids = farEnds.mails
      .filter(({ to }) => to[0]?.address === "lost@customer.example")
      .map(({ messageId }) => messageId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it("looks for its post in the Slack thread after a try whose answer was lost", async () => {
    const { farEnds, settle } = await start();
    const ticketId = await record(slackMessage());
    await settle();
    const [delivery] = await sql<{ id: string }[]>`select id from deliveries where ticket_id = ${ticketId}`;
    await sql`update deliveries set state = 'sending' where id = ${delivery?.id ?? ""}`;
    await addOutboxEvent(sql, "delivery/queued", { deliveryId: delivery?.id ?? "", ticketId });
    await settle();
    expect(farEnds.posts.map(({ maybePosted }) => maybePosted)).toEqual([false, true]);
  });

  it("sends nothing twice when an event comes twice", async () => {
    const { farEnds, settle } = await start();
    const ticketId = await record(mail({ fromAddress: "twice@customer.example" }));
    await settle();
    await addOutboxEvent(sql, "ticket/created", { ticketId });
    await settle();
    expect(farEnds.mails.filter(({ to }) => to[0]?.address === "twice@customer.example")).toHaveLength(1);
  });

  it("sends nothing that was sent, however often its event comes", async () => {
    const { farEnds, settle } = await start();
    const ticketId = await record(mail({ fromAddress: "sent@customer.example" }));
    await settle();
    const [delivery] = await sql<{ id: string }[]>`select id from deliveries where ticket_id = ${ticketId}`;
    await addOutboxEvent(sql, "delivery/queued", { deliveryId: delivery?.id ?? "", ticketId });
    await settle();
    expect(farEnds.mails.filter(({ to }) => to[0]?.address === "sent@customer.example")).toHaveLength(1);
  });

  it("keeps a reply back until its undo window is over", async () => {
    const { farEnds, settle } = await start();
    const ticketId = await record(mail({ fromAddress: "wait@customer.example" }));
    await settle();
    await queueReply(sql, { ...SETTINGS, undoSeconds: 3600 }, moderator, ticketId, "Please restart it.");
    await settle();
    const replies = farEnds.mails.filter(({ text }) => text.includes("Please restart it."));
    expect(replies).toEqual([]);
    const [delivery] =
      await sql`select state from deliveries where ticket_id = ${ticketId} order by created_at desc`;
    expect(delivery?.state).toBe("queued");
  });
});

describe("a poisonous event", () => {
  it("fails its own run, is visible as dead, and stops nothing else", async () => {
    const { engine, settle } = await start();
    await sql`insert into outbox (name, data) values ('ticket/created', '{"ticketId": "not-an-id"}')`;
    await addOutboxEvent(sql, "ticket/created", { ticketId: "00000000-0000-4000-8000-000000000000" });
    const ticketId = await record(mail());
    await settle();
    const [ticket] = await sql`select triage_source from tickets where id = ${ticketId}`;
    expect(ticket?.triage_source).toBe("local");
    const dead = (await engine?.listDeadRuns(10)) ?? [];
    expect(dead.map((run) => run.functionId)).toContain("deskhand-triage-ticket");
  });
});

describe("the backlog", () => {
  it("is assigned when somebody learns a skill", async () => {
    await sql`update users set away = true`;
    const { settle } = await start();
    const ticketId = await record(mail());
    await settle();
    const before = await sql`select assignee_id from tickets where id = ${ticketId}`;
    expect(before[0]?.assignee_id).toBeNull();
    await sql`update users set away = false where id = ${moderator.userId}`;
    await addOutboxEvent(sql, "user/updated", { userId: moderator.userId });
    await settle();
    const after = await sql`select assignee_id from tickets where id = ${ticketId}`;
    expect(after[0]?.assignee_id).toBe(moderator.userId);
  });
});
