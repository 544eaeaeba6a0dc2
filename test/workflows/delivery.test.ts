/** One delivery: who is reached, what is told of whom, and what stands on the ticket afterwards. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MailDeferral, type MailSendResult, type OutgoingMail } from "../../src/core/delivery.ts";
import { AppError } from "../../src/core/errors.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { listMessages } from "../../src/db/ticket-queries.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { sendDelivery } from "../../src/workflows/deliver-message.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS, slackMessage } from "../helpers/inbound.ts";
import { type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

const BOSS = "boss@customer.example";

let db: TestDatabase;
let sql: SqlPool;
let mina: { kind: "moderator"; userId: string; name: string; via: "slack" };
let workflows: StartedWorkflows | undefined;
let people = 0;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  const [user] = await sql<{ id: string }[]>`
    insert into users (email, name, role) values ('mina@desk.example', 'Mina', 'moderator') returning id`;
  mina = { kind: "moderator", userId: user?.id ?? "", name: "Mina", via: "slack" };
});
afterAll(() => db.drop());
afterEach(async () => {
  await workflows?.stop();
  workflows = undefined;
});

/** A reply to somebody new with their boss in copy, ready to leave. */
async function prepareReply(files: Parameters<typeof queueReply>[6] = []) {
  const address = `person${++people}@customer.example`;
  const { ticket } = await recordInbound(
    sql,
    SETTINGS,
    mail({ fromAddress: address, cc: [{ address: BOSS, name: "The Boss" }] }),
  );
  const ticketId = ticket?.id ?? "";
  const queued = await queueReply(sql, SETTINGS, mina, ticketId, "We are on it.", undefined, files);
  return { address, ticketId, deliveryId: queued.deliveryId ?? "" };
}

/** Sends with a server that answers so; the mails that it was given. */
async function sendWith(deliveryId: string, ...answers: (() => MailSendResult)[]) {
  const mails: OutgoingMail[] = [];
  const outcomes: unknown[] = [];
  const sender = {
    async send(one: OutgoingMail) {
      mails.push(one);
      return (
        answers[mails.length - 1] ??
        answers.at(-1) ??
        (() => ({ state: "sent", response: "250" }) as const)
      )();
    },
  };
  const deps = {
    sql,
    settings: SETTINGS,
    slack: null,
    mail: { sender, from: { address: "support@desk.example", name: "Support" } },
  };
  for (let i = 0; i < Math.max(1, answers.length); i++) {
    outcomes.push(await sendDelivery(deps, deliveryId).catch((error: unknown) => error));
  }
  return { mails, outcomes };
}

const refusal = (address: string, permanent: boolean) => ({
  address,
  permanent,
  error: permanent ? "550 5.1.1 No such user" : "450 4.7.1 Greylisted",
  errorClass: permanent ? ("address" as const) : ("policy" as const),
  status: permanent ? "5.1.1" : "4.7.1",
});
const recipientsOf = async (deliveryId: string) =>
  sql<{ address: string; state: string; errorClass: string | null }[]>`
    select address, state, error_class as "errorClass" from delivery_recipients
    where delivery_id = ${deliveryId} order by address`;
const deliveryOf = async (deliveryId: string) =>
  (
    await sql<{ state: string; lastError: string | null; errorClass: string | null; attempts: number }[]>`
      select state, last_error as "lastError", error_class as "errorClass", attempts
      from deliveries where id = ${deliveryId}`
  )[0];

describe("a reply to two", () => {
  it("keeps who was in copy, in To and CC as the customer wrote", async () => {
    const { address, deliveryId } = await prepareReply();
    const { mails } = await sendWith(deliveryId);
    expect(mails[0]).toMatchObject({
      to: [{ address }],
      cc: [{ address: BOSS, name: "The Boss" }],
      envelopeTo: [BOSS, address].sort(),
      automatic: false,
    });
  });

  it("of whom one is refused for good is not reported as sent, and the other is not mailed again", async () => {
    const { address, deliveryId, ticketId } = await prepareReply();
    const { mails, outcomes } = await sendWith(
      deliveryId,
      () => ({ state: "sent", response: "250", refused: [refusal(BOSS, true)] }),
      () => ({ state: "sent", response: "250" }),
    );
    expect(outcomes).toEqual([{ state: "failed" }, { state: "failed" }]);
    expect(mails).toHaveLength(1);
    expect(await recipientsOf(deliveryId)).toMatchObject([
      { address: BOSS, state: "failed", errorClass: "address" },
      { address, state: "sent", errorClass: null },
    ]);
    const delivery = await deliveryOf(deliveryId);
    expect(delivery).toMatchObject({ state: "failed", errorClass: "address" });
    expect(delivery?.lastError).toBe(`${BOSS}: 550 5.1.1 No such user (1 of 2 recipients have it)`);
    const told = await sql`
      select 1 from outbox where name = 'delivery/troubled' and data ->> 'ticketId' = ${ticketId}`;
    expect(told).toHaveLength(1);
  });

  it("of whom one is put off is tried again for that one alone, under the same Message-ID", async () => {
    const { address, deliveryId } = await prepareReply();
    const { mails, outcomes } = await sendWith(
      deliveryId,
      () => ({ state: "sent", response: "250", refused: [refusal(BOSS, false)] }),
      () => ({ state: "sent", response: "250" }),
    );
    expect(outcomes[0]).toMatchObject({ code: "unavailable", retryable: true, retryAfterMs: 5_000 });
    expect(outcomes[1]).toEqual({ state: "sent" });
    expect(mails.map(({ envelopeTo }) => envelopeTo)).toEqual([[BOSS, address].sort(), [BOSS]]);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect((await recipientsOf(deliveryId)).map(({ state }) => state)).toEqual(["sent", "sent"]);
  });

  it("who are both put off and one of them is refused: the refusal stands, the other is tried again", async () => {
    const { address, deliveryId } = await prepareReply();
    const { mails, outcomes } = await sendWith(
      deliveryId,
      () => {
        throw new MailDeferral("450 4.7.1 Greylisted", "policy", {
          refused: [refusal(BOSS, true), refusal(address, false)],
        });
      },
      () => ({ state: "sent", response: "250" }),
    );
    expect(outcomes[0]).toBeInstanceOf(AppError);
    expect(outcomes[1]).toEqual({ state: "failed" });
    expect(mails[1]?.envelopeTo).toEqual([address]);
    expect((await recipientsOf(deliveryId)).map(({ state }) => state)).toEqual(["failed", "sent"]);
  });
});

it("an answer asks for its bounces at an address that names it, and for replies at its ticket's", async () => {
  const settings = {
    ...SETTINGS,
    bounceAddress: "bounces@desk.example",
    plusAddress: "support@desk.example",
  };
  const { ticket } = await recordInbound(
    sql,
    SETTINGS,
    mail({ fromAddress: `person${++people}@customer.example` }),
  );
  const queued = await queueReply(sql, settings, mina, ticket?.id ?? "", "We are on it.");
  const { mails } = await sendWith(queued.deliveryId ?? "");
  const asked = await sendWithSettings(settings, ticket?.id ?? "");
  expect(mails[0]?.envelopeFrom).toBeUndefined();
  const [, bounceToken = ""] = /^bounces\+(.+)@desk\.example$/.exec(asked.envelopeFrom ?? "") ?? [];
  expect(await settings.mailTokens.readBounceToken(bounceToken)).toBe(asked.deliveryId);
  const [, plusToken = ""] = /^support\+(.+)@desk\.example$/.exec(asked.replyTo?.address ?? "") ?? [];
  expect(await settings.mailTokens.readPlusToken(plusToken)).toBe(ticket?.number);
  for (const address of [asked.envelopeFrom, asked.replyTo?.address])
    expect(address?.indexOf("@")).toBeLessThanOrEqual(64);
});

async function sendWithSettings(settings: typeof SETTINGS, ticketId: string) {
  const { deliveryId } = await queueReply(sql, settings, mina, ticketId, "And once more.");
  const mails: OutgoingMail[] = [];
  const sender = {
    async send(one: OutgoingMail) {
      mails.push(one);
      return { state: "sent", response: "250" } as const;
    },
  };
  const from = { address: "support@desk.example", name: "Support" };
  await sendDelivery({ sql, settings, slack: null, mail: { sender, from } }, deliveryId ?? "");
  return { ...(mails[0] as OutgoingMail), deliveryId };
}

describe("a try that fails", () => {
  it("shows on the delivery what is wrong while others are to come, each later than the one before", async () => {
    const { deliveryId } = await prepareReply();
    const away = () => {
      throw new MailDeferral("Nothing accepts connections at 127.0.0.1:1.", "connection");
    };
    const { outcomes } = await sendWith(deliveryId, away, away, away, away);
    expect(outcomes.map((error) => (error as AppError).retryAfterMs)).toEqual([
      5_000, 30_000, 60_000, 120_000,
    ]);
    expect(await deliveryOf(deliveryId)).toEqual({
      state: "sending",
      lastError: "Nothing accepts connections at 127.0.0.1:1.",
      errorClass: "connection",
      attempts: 4,
    });
  });

  it("for a reason that no other try can cure fails it at once", async () => {
    const { deliveryId } = await prepareReply();
    const broken = () => {
      throw new AppError("invalid", "It is not a mail address.");
    };
    expect((await sendWith(deliveryId, broken)).outcomes).toEqual([{ state: "failed" }]);
    expect(await deliveryOf(deliveryId)).toMatchObject({ state: "failed", errorClass: "content" });
  });

  it("is shown by the API's read for each recipient", async () => {
    const { address, deliveryId, ticketId } = await prepareReply();
    await sendWith(deliveryId, () => ({ state: "sent", response: "250", refused: [refusal(BOSS, true)] }));
    const { messages } = await listMessages(sql, { kind: "staff", userId: mina.userId }, ticketId);
    expect(messages.at(-1)).toMatchObject({
      deliveryState: "failed",
      attempts: 1,
      recipients: [
        { address, role: "to", state: "sent" },
        { address: BOSS, role: "cc", state: "failed", errorClass: "address" },
      ],
    });
  });
});

describe("a reply's files", () => {
  const file = (bytes: number) => ({
    filename: "steps.pdf",
    contentType: "application/pdf",
    content: new Uint8Array(bytes).fill(7),
    contentId: null,
    inline: false,
  });

  it("go with it", async () => {
    const { deliveryId } = await prepareReply([file(1_000)]);
    const { mails } = await sendWith(deliveryId);
    expect(mails[0]?.attachments).toMatchObject([{ filename: "steps.pdf", contentType: "application/pdf" }]);
    expect(mails[0]?.attachments?.[0]?.content).toHaveLength(1_000);
  });

  it("that no mail server would take are refused before anything is written", async () => {
    await expect(prepareReply([file(18_000_001)])).rejects.toMatchObject({ code: "too_large" });
    await expect(prepareReply(Array.from({ length: 51 }, () => file(1)))).rejects.toMatchObject({
      code: "too_large",
    });
  });
});

describe("the assignee", () => {
  it("is told by mail, once, when an answer does not arrive, and nobody else is", async () => {
    workflows = await startTestWorkflows(sql);
    const { farEnds, settle } = workflows;
    const address = `gone${++people}@customer.example`;
    farEnds.mailAnswers.set(address, async () => ({
      state: "rejected",
      error: "550 5.1.1 No such user",
      errorClass: "address",
    }));
    const { ticket } = await recordInbound(sql, SETTINGS, mail({ fromAddress: address }));
    await settle();
    await queueReply(sql, SETTINGS, mina, ticket?.id ?? "", "We are on it.");
    await settle();
    const told = farEnds.mails.filter(
      ({ text }) => text.includes("The reply on ticket") && text.includes(address),
    );
    expect(told.map(({ to }) => to[0]?.address)).toEqual(["mina@desk.example"]);
    expect(told[0]).toMatchObject({
      automatic: true,
      cc: [],
      subject: expect.stringContaining("Not delivered"),
    });
    expect(told[0]?.text).toContain(`${address}: refused. 550 5.1.1 No such user`);
    const tellers = farEnds.mails.filter(({ subject }) => subject.includes("Not delivered"));
    expect(tellers.filter(({ to }) => to[0]?.address !== "mina@desk.example")).toEqual([]);
  });
});

describe("a word among moderators", () => {
  it("under the card stays inside, with or without a prefix that somebody may forget", async () => {
    const { ticket } = await recordInbound(
      sql,
      SETTINGS,
      mail({ fromAddress: `card${++people}@customer.example` }),
    );
    const ticketId = ticket?.id ?? "";
    await sql`
      insert into slack_threads (channel, thread_ts, role, ticket_id) values ('CTRIAGE', '99.1', 'card', ${ticketId})`;
    for (const text of ["note: he is wrong again", "he is wrong again"])
      await recordInbound(sql, SETTINGS, slackMessage({ slackChannel: "CTRIAGE", threadTs: "99.1", text }));
    const public_ = await sql`
      select text from messages where ticket_id = ${ticketId} and visibility = 'public' and text like '%wrong again%'`;
    expect(public_).toHaveLength(0);
    expect(await sql`select 1 from deliveries where ticket_id = ${ticketId}`).toHaveLength(0);
  });
});
