import { afterAll, beforeAll, expect, test } from "vitest";
import type { Actor } from "../../src/core/actor.ts";
import type { SqlPool } from "../../src/db/client.ts";
import {
  findCardPosition,
  listMailStories,
  listOutgoingMessages,
  listSlackStories,
  listTicketEventTypes,
} from "../../src/db/message-stories.ts";
import { listUsers } from "../../src/db/users.ts";
import { collectDemoFigures, findShortcomings } from "../../src/demo/figures.ts";
import { ADMIN, MODERATORS } from "../../src/demo/samples/people.ts";
import { seedPeople } from "../../src/demo/seed-people.ts";
import { acknowledgeTicket } from "../../src/desk/acknowledge-ticket.ts";
import { claimTicket } from "../../src/desk/claim-ticket.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { updateUser } from "../../src/desk/update-user.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS, slackMessage } from "../helpers/inbound.ts";

let db: TestDatabase;
let sql: SqlPool;
beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());

async function people() {
  const { users } = await listUsers(sql, { after: null, limit: 50 });
  return new Map(users.map((user) => [user.email, user]));
}

test("seeding makes the admin and every moderator with their skills and Slack ids", async () => {
  await seedPeople(sql, "a demo password");
  const seeded = await people();
  expect(seeded.size).toBe(MODERATORS.length + 1);
  expect(seeded.get(ADMIN.email)).toMatchObject({ role: "admin", slackUserId: ADMIN.slackUserId });
  for (const { email, name, slackUserId, skills } of MODERATORS) {
    expect(seeded.get(email)).toMatchObject({
      role: "moderator",
      name,
      slackUserId,
      skills: [...skills].sort(),
    });
  }
});

test("seeding again changes nothing, not even what was changed by hand", async () => {
  const [mina] = MODERATORS;
  const admin = (await people()).get(ADMIN.email);
  if (mina === undefined || admin === undefined) throw new Error("Nobody was seeded.");
  const actor: Actor = { kind: "admin", userId: admin.id, name: ADMIN.name, via: "api" };
  await updateUser(sql, actor, mina.email, { skills: ["Linux"], away: true });
  const before = await people();
  await seedPeople(sql, "another password");
  expect(await people()).toEqual(before);
});

test("figures and stories tell what stands in the database", async () => {
  const first = mail();
  const opened = await recordInbound(sql, SETTINGS, first);
  await recordInbound(sql, SETTINGS, { ...first, externalId: "9:2" });
  const chat = slackMessage();
  await recordInbound(sql, SETTINGS, chat);
  await recordInbound(
    sql,
    SETTINGS,
    mail({ inReplyTo: first.messageId, references: [first.messageId ?? ""], subject: "Re: VPN is down" }),
  );
  const ticketId = opened.ticket?.id ?? "";
  const admin = (await people()).get(ADMIN.email);
  const actor = { kind: "admin", userId: admin?.id ?? "", name: ADMIN.name, via: "slack" } as const;
  await claimTicket(sql, actor, ticketId);
  const acknowledged = await acknowledgeTicket(sql, SETTINGS, ticketId);
  const replied = await queueReply(sql, SETTINGS, actor, ticketId, "Please restart.");

  const queued = await collectDemoFigures(sql, { unexplained: 2, elapsedMs: 10.4 });
  expect(queued).toEqual({
    tickets: 2,
    triaged: 0,
    assigned: 1,
    acknowledged: 0,
    replies: 0,
    threaded: 1,
    duplicates: 1,
    autoReplies: 0,
    bounces: 0,
    parked: 0,
    unexplained: 2,
    slackCards: 0,
    deliveries: { sent: 0, failed: 0 },
    elapsedMs: 10,
  });
  expect(findShortcomings(queued)).toEqual([
    "2 of 2 tickets are not triaged.",
    "1 of 2 tickets are with nobody.",
    "2 of 2 tickets are not acknowledged.",
    "2 messages have no recorded outcome.",
  ]);

  const acknowledgement = acknowledged.state === "queued" ? acknowledged.deliveryId : null;
  await sql`update deliveries set state = 'sent' where id = ${replied.deliveryId}`;
  await sql`update deliveries set state = 'bounced' where id = ${acknowledgement}`;
  await sql`insert into slack_cards (ticket_id, state, channel, ts) values (${ticketId}, 'posted', 'C1', '1.2')`;
  await sql`update tickets set triaged_at = now(), assignee_id = ${actor.userId}`;
  const sent = await collectDemoFigures(sql, { unexplained: 0, elapsedMs: 0 });
  expect(sent).toMatchObject({ triaged: 2, assigned: 2, acknowledged: 1, replies: 1, slackCards: 1 });
  expect(sent.deliveries).toEqual({ sent: 2, failed: 0 });
  expect(findShortcomings(sent)).toEqual(["1 of 2 tickets are not acknowledged."]);

  const stories = await listMailStories(sql, [first.messageId ?? ""]);
  expect(stories.map(({ outcome }) => outcome)).toEqual(["ticket", "duplicate"]);
  expect(stories.every((story) => story.ticketId === ticketId)).toBe(true);
  expect(await listSlackStories(sql, [chat.externalId, "C1:0"])).toMatchObject([{ outcome: "ticket" }]);
  expect(await listOutgoingMessages(sql, ticketId)).toMatchObject([
    { kind: "acknowledgement", state: "bounced" },
    { kind: "reply", state: "sent", text: "Please restart.", authorName: ADMIN.name },
  ]);
  expect(await listTicketEventTypes(sql, ticketId)).toEqual(expect.arrayContaining(["created", "claimed"]));
  expect(await findCardPosition(sql, ticketId)).toEqual({ channel: "C1", ts: "1.2" });
});
