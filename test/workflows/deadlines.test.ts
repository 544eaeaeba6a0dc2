/** Service levels on the real workflows, with a clock that the tests move. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ServiceLevels } from "../../src/core/sla.ts";
import { listDeadlines } from "../../src/db/deadlines.ts";
import { keepDeadlines } from "../../src/desk/keep-deadlines.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { resolveTicket } from "../../src/desk/resolve-ticket.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

const OFFICE = {
  timeZone: "Europe/Berlin",
  spans: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 540, toMinute: 1080 })),
  holidays: new Set<string>(),
};
const LEVELS: ServiceLevels = { hours: OFFICE, answer: { high: 60 }, resolve: {}, remindBeforeMinutes: 30 };

let db: TestDatabase;
let workflows: StartedWorkflows | null = null;
let moderator: { kind: "moderator"; userId: string; name: string; via: "slack" };
beforeEach(async () => {
  db = await createTestDatabase();
  const [mina] = await db.sql<{ id: string }[]>`
    insert into users (email, name, role) values ('mina@desk.example', 'Mina', 'moderator') returning id`;
  await db.sql`insert into users (email, name, role, away) values ('noor@desk.example', 'Noor', 'admin', true)`;
  await db.sql`
    insert into user_skills (user_id, skill_id) select ${mina?.id ?? ""}, id from skills where normalised = 'vpn'`;
  moderator = { kind: "moderator", userId: mina?.id ?? "", name: "Mina", via: "slack" };
});
afterEach(async () => {
  await workflows?.stop();
  workflows = null;
  await db.drop();
});

/** A clock that stands at a time of the wall in Berlin, and goes on from there. */
function createClock(at: string) {
  let offsetMs = Date.parse(at) - Date.now();
  return {
    now: () => new Date(Date.now() + offsetMs),
    moveTo: (time: string) => {
      offsetMs = Date.parse(time) - Date.now();
    },
  };
}

/** Opens a ticket with high priority; everything that its deadlines are decided from is dated to `at`. */
async function openTicket(at: string): Promise<string> {
  const { ticket } = await recordInbound(db.sql, SETTINGS, mail());
  const ticketId = ticket?.id ?? "";
  await db.sql`update tickets set created_at = ${new Date(at)}, priority = 'high' where id = ${ticketId}`;
  await db.sql`update messages set created_at = ${new Date(at)} where ticket_id = ${ticketId}`;
  return ticketId;
}

async function eventsOf(ticketId: string): Promise<string[]> {
  const rows = await db.sql<{ type: string }[]>`
    select type from ticket_events where ticket_id = ${ticketId} and type like 'deadline%' order by id`;
  return rows.map(({ type }) => type);
}

describe("a ticket of Friday 17:50 with an hour to answer, over the end of summer time", () => {
  const FRIDAY = "2026-10-23T17:50:00+02:00";

  it("is due Monday 09:50 local time; its assignee is reminded once at 09:20, and admins hear once that it was missed", async () => {
    const clock = createClock(FRIDAY);
    let minutes = 0;
    workflows = await startTestWorkflows(db.sql, {
      now: clock.now,
      engineNow: () => new Date(Date.now() + minutes * 60_000),
      policies: { hours: OFFICE, serviceLevels: LEVELS },
    });
    const ticketId = await openTicket(FRIDAY);
    await workflows.settle();
    expect(await listDeadlines(db.sql, ticketId)).toMatchObject([
      { kind: "answer", state: "running", dueAt: new Date("2026-10-26T09:50:00+01:00") },
    ]);

    const moveTo = async (time: string) => {
      clock.moveTo(time);
      // Whatever the desk's clock says, the engine looks at the deadlines once a minute.
      minutes++;
      workflows?.engine?.wake();
      await workflows?.settle();
    };
    await moveTo("2026-10-25T12:00:00+01:00");
    await moveTo("2026-10-26T09:19:30+01:00");
    expect(await eventsOf(ticketId)).toEqual([]);
    await moveTo("2026-10-26T09:21:00+01:00");
    await moveTo("2026-10-26T09:40:00+01:00");
    expect(await eventsOf(ticketId)).toEqual(["deadline-reminded"]);
    await moveTo("2026-10-26T09:51:00+01:00");
    await moveTo("2026-10-27T12:00:00+01:00");
    expect(await eventsOf(ticketId)).toEqual(["deadline-reminded", "deadline-missed"]);

    const told = workflows.farEnds.mails.filter(({ subject }) => / in time: | by Mon /.test(subject));
    expect(told.map(({ to, subject }) => [to[0]?.address, subject.replace(/#\d+/, "#")]).sort()).toEqual([
      ["mina@desk.example", "# is to be answered by Mon 26 Oct, 09:50 (Europe/Berlin): VPN is down"],
      ["mina@desk.example", "# was not answered in time: VPN is down"],
      ["noor@desk.example", "# was not answered in time: VPN is down"],
    ]);
    expect(workflows.farEnds.notices).toHaveLength(2);
  });

  it("is never told of after an answer, not even by a reminder that was due when the answer was given", async () => {
    const ticketId = await openTicket(FRIDAY);
    await keepDeadlines(db.sql, LEVELS, ticketId, new Date(FRIDAY));
    await queueReply(db.sql, SETTINGS, moderator, ticketId, "Please restart the client.");
    expect(await keepDeadlines(db.sql, LEVELS, ticketId, new Date("2026-10-26T12:00:00+01:00"))).toEqual([]);
    expect(await listDeadlines(db.sql, ticketId)).toMatchObject([{ kind: "answer", state: "ended" }]);
    expect(await eventsOf(ticketId)).toEqual([]);
  });

  it("is told of once, though several processes look in the same instant", async () => {
    const ticketId = await openTicket(FRIDAY);
    const monday = new Date("2026-10-26T09:30:00+01:00");
    const told = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(() => keepDeadlines(db.sql, LEVELS, ticketId, monday)),
    );
    expect(told.flat()).toEqual([{ kind: "answer", as: "reminded" }]);
    const outbox = await db.sql`select 1 from outbox where name = 'deadline/reminded'`;
    expect(outbox).toHaveLength(1);
  });

  it("gets no reminder where nobody could look before it was missed", async () => {
    const ticketId = await openTicket(FRIDAY);
    const late = new Date("2026-10-28T09:30:00+01:00");
    expect(await keepDeadlines(db.sql, LEVELS, ticketId, late)).toEqual([{ kind: "answer", as: "missed" }]);
    expect(await keepDeadlines(db.sql, LEVELS, ticketId, late)).toEqual([]);
  });
});

describe("the deadline of an answer", () => {
  const TUESDAY = "2026-11-24T10:00:00+01:00";

  it("is not met by a reply that was taken back, nor by one that could not be delivered", async () => {
    const ticketId = await openTicket(TUESDAY);
    for (const state of ["cancelled", "failed"]) {
      const { deliveryId } = await queueReply(db.sql, SETTINGS, moderator, ticketId, `Wrong (${state})`);
      await db.sql`update deliveries set state = ${state} where id = ${deliveryId}`;
    }
    await keepDeadlines(db.sql, LEVELS, ticketId, new Date(TUESDAY));
    expect(await listDeadlines(db.sql, ticketId)).toMatchObject([{ kind: "answer", state: "running" }]);
  });

  it("can be missed again by the answer to another question, and only then", async () => {
    const ticketId = await openTicket(TUESDAY);
    const late = new Date("2027-03-01T12:00:00Z");
    expect(await keepDeadlines(db.sql, LEVELS, ticketId, late)).toEqual([{ kind: "answer", as: "missed" }]);
    await queueReply(db.sql, SETTINGS, moderator, ticketId, "Sorry for the delay.");
    const [sent] = await db.sql<{ id: string }[]>`
      select email_message_id as id from messages where ticket_id = ${ticketId} and kind = 'reply'`;
    const again = mail({
      subject: "Re: VPN is down",
      inReplyTo: sent?.id ?? "",
      references: [sent?.id ?? ""],
      text: "Still down",
    });
    expect((await recordInbound(db.sql, SETTINGS, again)).ticket?.id).toBe(ticketId);
    expect(await keepDeadlines(db.sql, LEVELS, ticketId, late)).toEqual([{ kind: "answer", as: "missed" }]);
    expect(await keepDeadlines(db.sql, LEVELS, ticketId, late)).toEqual([]);
  });

  it("moves with the priority; what never had a target is not listed", async () => {
    const ticketId = await openTicket(TUESDAY);
    const levels = { ...LEVELS, answer: { high: 60, low: 480 } };
    await db.sql`update tickets set priority = 'low' where id = ${ticketId}`;
    await keepDeadlines(db.sql, levels, ticketId, new Date(TUESDAY));
    expect(await listDeadlines(db.sql, ticketId)).toMatchObject([
      { dueAt: new Date("2026-11-24T18:00:00+01:00") },
    ]);
    await db.sql`update tickets set priority = 'high' where id = ${ticketId}`;
    await keepDeadlines(db.sql, levels, ticketId, new Date(TUESDAY));
    expect(await listDeadlines(db.sql, ticketId)).toMatchObject([
      { dueAt: new Date("2026-11-24T11:00:00+01:00") },
    ]);
  });
});

describe("the deadline of the resolution", () => {
  it("stands still while the requester is asked, however the status is changed, and ends with the ticket", async () => {
    const levels: ServiceLevels = { ...LEVELS, answer: {}, resolve: { high: 480 } };
    const ticketId = await openTicket("2026-11-24T10:00:00+01:00");
    const now = new Date("2026-11-24T10:00:00+01:00");
    await keepDeadlines(db.sql, levels, ticketId, now);
    expect(await listDeadlines(db.sql, ticketId)).toMatchObject([{ state: "running" }]);
    await queueReply(db.sql, SETTINGS, moderator, ticketId, "Which client is it?");
    expect(await keepDeadlines(db.sql, levels, ticketId, new Date("2027-11-24T10:00:00Z"))).toEqual([]);
    expect(await listDeadlines(db.sql, ticketId)).toMatchObject([{ state: "paused", dueAt: null }]);
    await resolveTicket(db.sql, SETTINGS, moderator, ticketId, "");
    await keepDeadlines(db.sql, levels, ticketId, now);
    expect(await listDeadlines(db.sql, ticketId)).toMatchObject([{ state: "ended" }]);
  });
});
