/** Answers written while their channel is off: kept and told of, and sent when it is on again. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { readCardView } from "../../src/db/card-view.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { listMessages } from "../../src/db/ticket-queries.ts";
import { acknowledgeTicket } from "../../src/desk/acknowledge-ticket.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { readReplyForm } from "../../src/desk/read-reply-form.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { undoReply } from "../../src/desk/undo-reply.ts";
import { sendDelivery } from "../../src/workflows/deliver-message.ts";
import { releaseHeld } from "../../src/workflows/release-held-deliveries.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS, slackMessage } from "../helpers/inbound.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

const MAIL_OFF = { ...SETTINGS, channelsOff: ["email"] as const };
const SLACK_OFF = { ...SETTINGS, channelsOff: ["slack"] as const };
const HOLD = /^Mail out is off: the answer is kept, and leaves once SMTP_URL and MAIL_FROM are set/;

const STAFF = { kind: "staff", userId: "" } as const;

let db: TestDatabase;
let sql: SqlPool;
let mina: { kind: "moderator"; userId: string; name: string; via: "slack" };
let workflows: StartedWorkflows | undefined;
let people = 0;
type RecordedMessage = Parameters<typeof recordInbound>[2];

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
  await sql`update deliveries set state = 'cancelled', held_at = null where state in ('queued', 'sending')`;
  await sql`update outbox set sent_at = now() where sent_at is null`;
});

async function openTicket(
  message: RecordedMessage = mail({ fromAddress: `person${++people}@customer.example` }),
) {
  const { ticket } = await recordInbound(sql, SETTINGS, message);
  return ticket?.id ?? "";
}
const lastMessage = async (ticketId: string) => (await listMessages(sql, STAFF, ticketId)).messages.at(-1);
const ports = (settings = SETTINGS) => ({ sql, settings, mail: null, slack: null });
const mailOn = {
  from: { address: "support@desk.example", name: "Support" },
  sender: { send: async () => ({ state: "sent", response: "250" }) as const },
};

it("the form and the answer say that nothing can leave, and the ticket and its card say it until it has", async () => {
  const ticketId = await openTicket();
  expect((await readReplyForm(sql, MAIL_OFF, mina, ticketId)).hold).toMatch(HOLD);
  const queued = await queueReply(sql, MAIL_OFF, mina, ticketId, "We are on it.");
  expect(queued.hold).toMatch(HOLD);
  expect(await lastMessage(ticketId)).toMatchObject({
    deliveryState: "queued",
    deliveryHold: expect.stringMatching(HOLD),
  });
  expect((await readCardView(sql, ticketId, null))?.pendingReply?.hold).toMatch(HOLD);

  expect((await readReplyForm(sql, SETTINGS, mina, ticketId)).hold).toBeNull();
  expect(await releaseHeld({ ...ports(), mail: mailOn })).toEqual({ released: 1, late: 0 });
  expect(await lastMessage(ticketId)).toMatchObject({ deliveryHold: null, deliveryError: null });
});

it("they leave once, in the minute after their channel is on again", async () => {
  const ticketId = await openTicket();
  await queueReply(sql, MAIL_OFF, mina, ticketId, "Kept for later.");
  let aheadMs = 0;
  workflows = await startTestWorkflows(sql, { engineNow: () => new Date(Date.now() + aheadMs) });
  await workflows.settle();
  const kept = () => workflows?.farEnds.mails.filter(({ text }) => text.includes("Kept for later.")) ?? [];
  expect(kept()).toEqual([]);
  for (const minutes of [1, 2, 3]) {
    aheadMs = minutes * 60_000;
    await waitUntil("the minute's cron", async () => {
      const [cron] = await sql<{ next: Date }[]>`
        select next_at as next from engine_crons where function_id like '%release-held-deliveries'`;
      return (cron?.next.getTime() ?? 0) > Date.now() + aheadMs - 60_000;
    });
    await workflows.settle();
  }
  expect(kept()).toHaveLength(1);
  expect(await lastMessage(ticketId)).toMatchObject({ deliveryState: "sent", deliveryHold: null });
});

it("one whose channel was switched off after it was queued is kept as well, and so is one for Slack", async () => {
  const byMail = await queueReply(sql, SETTINGS, mina, await openTicket(), "On its way.");
  const ticketId = await openTicket(slackMessage());
  const inSlack = await queueReply(sql, SLACK_OFF, mina, ticketId, "Soon.");
  expect(inSlack.hold).toContain("SLACK_BOT_TOKEN");
  expect(await sendDelivery(ports(), byMail.deliveryId ?? "")).toEqual({ state: "held" });
  expect(await sendDelivery(ports(), inSlack.deliveryId ?? "")).toEqual({ state: "held" });

  expect(await releaseHeld(ports())).toEqual({ released: 0, late: 0 });
  expect(await releaseHeld({ ...ports(), mail: mailOn })).toEqual({ released: 1, late: 0 });
  expect(await lastMessage(ticketId)).toMatchObject({
    deliveryHold: expect.stringContaining("Slack is off"),
  });
  expect(await sendDelivery({ ...ports(), mail: mailOn }, byMail.deliveryId ?? "")).toEqual({
    state: "sent",
  });
});

it("a kept one can be taken back as long as it is kept", async () => {
  const { deliveryId } = await queueReply(sql, MAIL_OFF, mina, await openTicket(), "Rather not.");
  await sql`update deliveries set created_at = now() - interval '3 days', not_before = now() - interval '3 days'`;
  expect(await undoReply(sql, mina, deliveryId ?? "")).toMatchObject({
    state: "undone",
    text: "Rather not.",
  });
  expect(await releaseHeld({ ...ports(), mail: mailOn })).toEqual({ released: 0, late: 0 });
});

it("what people wrote leaves however late; what a machine wrote only within a day", async () => {
  const [old, young] = [await openTicket(), await openTicket()];
  for (const ticketId of [old, young]) {
    await acknowledgeTicket(sql, MAIL_OFF, ticketId);
    await queueReply(sql, MAIL_OFF, mina, ticketId, "An answer.");
  }
  await sql`update deliveries set created_at = now() - interval '25 hours' where ticket_id = ${old}`;
  expect(await releaseHeld({ ...ports(), mail: mailOn })).toEqual({ released: 3, late: 1 });
  const { messages } = await listMessages(sql, STAFF, old);
  expect(messages.map(({ kind, deliveryState }) => [kind, deliveryState])).toEqual([
    ["message", null],
    ["acknowledgement", "cancelled"],
    ["reply", "queued"],
  ]);
});
