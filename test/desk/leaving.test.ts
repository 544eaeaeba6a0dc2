/** Who leaves keeps no tickets, who is not there gets none, and what waits is given to whoever comes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StaffActor } from "../../src/core/actor.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { assignBacklog } from "../../src/desk/assign-backlog.ts";
import { assignTicket } from "../../src/desk/assign-ticket.ts";
import { claimTicket } from "../../src/desk/claim-ticket.ts";
import { declineAssignment } from "../../src/desk/decline-assignment.ts";
import { handOverTickets } from "../../src/desk/hand-over-tickets.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { resolveTicket } from "../../src/desk/resolve-ticket.ts";
import { setAway } from "../../src/desk/set-away.ts";
import { updatePresence } from "../../src/desk/update-presence.ts";
import { type UserUpdate, updateUser } from "../../src/desk/update-user.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

let db: TestDatabase;
let sql: SqlPool;
let workflows: StartedWorkflows | null = null;
const ROOT: StaffActor = { kind: "admin", userId: "", name: "Root", via: "api" };

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await sql`truncate tickets, ticket_events, desk_events, outbox cascade`;
  await sql`delete from users`;
  const [root] = await sql<{ id: string }[]>`
    insert into users (email, name, role, away) values ('root@desk.example', 'Root', 'admin', true) returning id`;
  ROOT.userId = root?.id ?? "";
});
afterEach(async () => {
  await workflows?.stop();
  workflows = null;
});

async function addModerator(name: string, capacity = 10, skill = "vpn"): Promise<StaffActor> {
  const [user] = await sql<{ id: string }[]>`
    insert into users (email, name, role, capacity) values (${`${name}@desk.example`}, ${name}, 'moderator', ${capacity})
    returning id`;
  const userId = user?.id ?? "";
  await sql`insert into user_skills (user_id, skill_id) select ${userId}, id from skills where normalised = ${skill}`;
  return { kind: "moderator", userId, name, via: "slack" };
}

async function addTicket(skills = ["VPN"]): Promise<string> {
  const { ticket } = await recordInbound(sql, SETTINGS, mail());
  await sql`
    update tickets set related_skills = ${skills}, triage_source = 'local' where id = ${ticket?.id ?? ""}`;
  return ticket?.id ?? "";
}

const update = (name: string, fields: UserUpdate) => updateUser(sql, ROOT, `${name}@desk.example`, fields);

async function read(ticketId: string) {
  const [row] = await sql<{ name: string | null; status: string; why: string; how: string }[]>`
    select u.name, t.status, t.assignment ->> 'why' as why, t.assignment ->> 'how' as how
    from tickets t left join users u on u.id = t.assignee_id where t.id = ${ticketId}`;
  return row;
}

describe("the open tickets of somebody who leaves", () => {
  it.each<[string, UserUpdate, string]>([
    ["loses the role", { role: "user" }, "ada is no moderator any more."],
    ["is deactivated", { active: false }, "The account of ada was deactivated."],
    ["goes away and hands over", { away: true, handOver: true }, "ada is away and hands their tickets over."],
  ])(
    "who %s go to others by the same rule, with the reason, a notice and the trail",
    async (_, left, why) => {
      const ada = await addModerator("ada");
      const mine = await addTicket();
      await assignTicket(sql, mine);
      await claimTicket(sql, ada, mine);
      const [bea, declined] = [await addModerator("bea"), await addTicket()];
      await sql`update tickets set assignee_id = ${ada.userId} where id = ${declined}`;
      await sql`insert into ticket_declines (ticket_id, user_id, reason) values (${declined}, ${bea.userId}, 'time')`;
      const [done] = [await addTicket()];
      await sql`update tickets set assignee_id = ${ada.userId}, status = 'resolved' where id = ${done}`;
      await addModerator("cleo", 10, "billing");
      await update("root", { away: false });
      await update("ada", left);
      await sql`delete from outbox`;

      expect(await handOverTickets(sql, 0, new Date())).toEqual({ moved: 2, unassigned: 0, kept: 0 });
      expect(await read(mine)).toMatchObject({ name: "bea", status: "open", how: "handed-over" });
      expect((await read(mine))?.why).toMatch(new RegExp(`^${why.replaceAll(".", "\\.")} bea knows VPN`));
      // Who handed it back before is not asked again.
      expect(await read(declined)).toMatchObject({ name: "Root" });
      expect(await read(done)).toMatchObject({ name: "ada", status: "resolved" });
      const events = await sql`select name, data ->> 'ticketId' as id from outbox order by name, id`;
      expect(events.filter(({ name }) => name === "ticket/assigned")).toHaveLength(2);
      const [event] = await sql`
      select data from ticket_events where ticket_id = ${mine} and type = 'assigned' order by id desc limit 1`;
      expect(event?.data).toMatchObject({ from: ada.userId, to: bea.userId });
      expect(await handOverTickets(sql, 0, new Date())).toEqual({ moved: 0, unassigned: 0, kept: 0 });
    },
  );

  it("wait for somebody where there is nobody else; of who is only away, they stay with them", async () => {
    await addModerator("ada");
    const ticketId = await addTicket();
    await assignTicket(sql, ticketId);
    await update("ada", { away: true, handOver: true });
    expect(await handOverTickets(sql, 0, new Date())).toEqual({ moved: 0, unassigned: 0, kept: 1 });
    expect(await read(ticketId)).toMatchObject({ name: "ada" });
    await update("ada", { role: "user" });
    expect(await handOverTickets(sql, 0, new Date())).toEqual({ moved: 0, unassigned: 1, kept: 0 });
    expect(await read(ticketId)).toMatchObject({ name: null });
    await addModerator("bea");
    expect(await assignBacklog(sql, new Date())).toEqual({ assigned: 1, waiting: 0 });
    expect(await read(ticketId)).toMatchObject({ name: "bea" });
  });

  it("stay with who is away, until that lasts as long as the setting says", async () => {
    const ada = await addModerator("ada");
    const ticketId = await addTicket();
    await assignTicket(sql, ticketId);
    await addModerator("bea");
    await setAway(sql, ada, true);
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);
    expect(await handOverTickets(sql, 0, inHours(10_000))).toMatchObject({ moved: 0 });
    expect(await handOverTickets(sql, 48, inHours(47))).toMatchObject({ moved: 0 });
    expect(await handOverTickets(sql, 48, inHours(49))).toMatchObject({ moved: 1 });
    expect(await read(ticketId)).toMatchObject({ name: "bea" });
  });

  it("stay with who has come back before anybody else was found", async () => {
    const ada = await addModerator("ada");
    const ticketId = await addTicket();
    await assignTicket(sql, ticketId);
    await addModerator("bea");
    await setAway(sql, ada, true, undefined, true);
    await setAway(sql, ada, false);
    expect(await handOverTickets(sql, 1, new Date())).toMatchObject({ moved: 0, kept: 0 });
    expect(await read(ticketId)).toMatchObject({ name: "ada" });
    await setAway(sql, ada, true);
    expect(await handOverTickets(sql, 0, new Date())).toMatchObject({ moved: 0, kept: 0 });
  });

  it("refuses handing over by somebody who is here", async () => {
    const ada = await addModerator("ada");
    await expect(update("ada", { handOver: true })).rejects.toMatchObject({ code: "conflict" });
    await expect(updatePresence(sql, ada, { handOver: true })).rejects.toMatchObject({ code: "conflict" });
    expect(await updatePresence(sql, ada, { away: true, handOver: true })).toMatchObject({
      handOver: true,
    });
    expect(await updatePresence(sql, ada, { away: false })).toMatchObject({ away: false, handOver: false });
  });
});

describe("an unassigned ticket", () => {
  it("says why nobody has it, once", async () => {
    const ticketId = await addTicket();
    expect(await assignTicket(sql, ticketId)).toMatchObject({ state: "nobody" });
    expect((await read(ticketId))?.why).toBe(
      "No moderator knows VPN, and no admin is available: it waits unassigned.",
    );
    await sql`delete from outbox`;
    await assignBacklog(sql, new Date());
    expect(await sql`select 1 from outbox`).toHaveLength(0);
  });

  it("is given out when somebody learns the skill, is back, has more room, or resolves another", async () => {
    workflows = await startTestWorkflows(sql);
    const { settle } = workflows;
    const ada = await addModerator("ada", 1, "billing");
    const first = await addTicket();
    await settle();
    expect(await read(first)).toMatchObject({ name: null });
    await update("ada", { skills: ["vpn", "billing"] });
    await settle();
    expect(await read(first)).toMatchObject({ name: "ada" });

    const [second, third, fourth] = [await addTicket(), await addTicket(), await addTicket()];
    await settle();
    await update("ada", { capacity: 2 });
    await settle();
    expect(await read(second)).toMatchObject({ name: "ada" });
    expect(await read(third)).toMatchObject({ name: null });
    await resolveTicket(sql, SETTINGS, ada, first, "");
    await settle();
    expect(await read(third)).toMatchObject({ name: "ada" });
    expect(await read(fourth)).toMatchObject({ name: null });

    const bea = await addModerator("bea");
    await sql`update users set away = true where id = ${bea.userId}`;
    await setAway(sql, bea, false);
    await settle();
    expect(await read(fourth)).toMatchObject({ name: "bea" });
    const told = workflows.farEnds.mails.filter(({ to }) => to[0]?.address === "bea@desk.example");
    expect(told).toHaveLength(1);
  });

  it("is given out when working hours begin, and to nobody before", async () => {
    await addModerator("ada");
    await update("ada", { hours: { timeZone: "Europe/Berlin", workingHours: "Mon-Fri 09:00-17:00" } });
    const ticketId = await addTicket();
    const night = new Date("2026-11-23T07:59:00Z");
    expect(await assignTicket(sql, ticketId, night)).toMatchObject({ state: "nobody" });
    expect(await assignBacklog(sql, night)).toEqual({ assigned: 0, waiting: 1 });
    expect(await assignBacklog(sql, new Date("2026-11-23T08:00:00Z"))).toEqual({ assigned: 1, waiting: 0 });
  });

  it("is left to its own run until it is triaged, unless that does not come", async () => {
    await addModerator("ada");
    await update("root", { away: false });
    const { ticket } = await recordInbound(sql, SETTINGS, mail());
    const ticketId = ticket?.id ?? "";
    const now = new Date();
    expect(await assignBacklog(sql, now)).toEqual({ assigned: 0, waiting: 0 });
    expect(await read(ticketId)).toMatchObject({ name: null, why: null });
    await sql`update tickets set related_skills = ${["VPN"]}, triage_source = 'local' where id = ${ticketId}`;
    expect(await assignBacklog(sql, now)).toEqual({ assigned: 1, waiting: 0 });
    expect(await read(ticketId)).toMatchObject({ name: "ada" });
    const lost = await recordInbound(sql, SETTINGS, mail());
    expect(await assignBacklog(sql, new Date(now.getTime() + 9 * 60_000))).toMatchObject({ assigned: 0 });
    expect(await assignBacklog(sql, new Date(now.getTime() + 11 * 60_000))).toMatchObject({ assigned: 1 });
    expect(await read(lost.ticket?.id ?? "")).toMatchObject({ name: "Root" });
  });

  it("comes before less urgent ones when there is room for one", async () => {
    const [low, high] = [await addTicket(), await addTicket()];
    await sql`update tickets set priority = 'low' where id = ${low}`;
    await sql`update tickets set priority = 'high' where id = ${high}`;
    await addModerator("ada", 1);
    expect(await assignBacklog(sql, new Date())).toEqual({ assigned: 1, waiting: 1 });
    expect(await read(high)).toMatchObject({ name: "ada" });
  });

  it("does not keep those behind it from their turn, however many cannot be assigned", async () => {
    const stuck = await Promise.all(Array.from({ length: 8 }, () => addTicket(["Linux"])));
    await sql`update tickets set priority = 'high' where id = any(${stuck})`;
    await sql`
      insert into tickets (title, description, channel, requester_id, related_skills, priority, triage_source)
      select title, description, channel, requester_id, related_skills, priority, triage_source
      from tickets, generate_series(1, 50) where id = any(${stuck})`;
    const last = await addTicket();
    await addModerator("ada");
    expect(await assignBacklog(sql, new Date())).toEqual({ assigned: 1, waiting: 408 });
    expect(await read(last)).toMatchObject({ name: "ada" });
  });

  it("that is handed back keeps the whole decision, with who handed it back among those considered", async () => {
    const ada = await addModerator("ada");
    const ticketId = await addTicket();
    await assignTicket(sql, ticketId);
    await addModerator("bea");
    await declineAssignment(sql, ada, ticketId, { reason: "time", note: "" });
    const [row] = await sql`select assignment from tickets where id = ${ticketId}`;
    expect(row?.assignment).toMatchObject({
      how: "declined",
      name: "bea",
      needed: ["VPN"],
      considered: expect.arrayContaining([expect.objectContaining({ name: "ada", note: "handed it back" })]),
    });
  });
});
