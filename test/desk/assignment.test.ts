import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StaffActor } from "../../src/core/actor.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { assignTicket } from "../../src/desk/assign-ticket.ts";
import { claimTicket } from "../../src/desk/claim-ticket.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { resolveTicket } from "../../src/desk/resolve-ticket.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";

let db: TestDatabase;
let sql: SqlPool;
beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await sql`update users set away = true`;
});

async function addStaff(role: "moderator" | "admin", skills: string[], capacity = 100): Promise<StaffActor> {
  const name = `${role}-${randomUUID().slice(0, 8)}`;
  const [user] = await sql<{ id: string }[]>`
    insert into users (email, name, role, capacity) values (${`${name}@desk.example`}, ${name}, ${role}, ${capacity})
    returning id`;
  const userId = user?.id ?? "";
  await sql`
    insert into user_skills (user_id, skill_id) select ${userId}, id from skills where normalised = any(${skills})`;
  return { kind: role, userId, name, via: "slack" };
}

async function addTicket(skills: string[]): Promise<string> {
  const { ticket } = await recordInbound(sql, SETTINGS, mail());
  const ticketId = ticket?.id ?? "";
  await sql`update tickets set related_skills = ${skills} where id = ${ticketId}`;
  return ticketId;
}

describe("assignTicket", () => {
  it("spreads 40 tickets at once evenly over moderators with equal skills, and to nobody else", async () => {
    const equals = await Promise.all(Array.from({ length: 4 }, () => addStaff("moderator", ["vpn"])));
    await addStaff("moderator", ["billing"]);
    const tickets = await Promise.all(Array.from({ length: 40 }, () => addTicket(["VPN"])));
    await Promise.all(tickets.map((ticketId) => assignTicket(sql, ticketId)));
    const loads = await sql<{ id: string; load: number }[]>`
      select assignee_id as id, count(*) as load from tickets where id = any(${tickets}) group by assignee_id`;
    expect(new Set(loads.map((row) => row.id))).toEqual(new Set(equals.map((actor) => actor.userId)));
    const counts = loads.map((row) => row.load);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it("assigns once when two workers take the same ticket", async () => {
    await addStaff("moderator", ["vpn"]);
    const ticketId = await addTicket(["VPN"]);
    const outcomes = await Promise.all([assignTicket(sql, ticketId), assignTicket(sql, ticketId)]);
    expect(outcomes.map((outcome) => outcome.state).sort()).toEqual(["already-assigned", "assigned"]);
    const events = await sql`select 1 from ticket_events where ticket_id = ${ticketId} and type = 'assigned'`;
    expect(events).toHaveLength(1);
  });

  it("falls back to an admin, and to nobody where there is none", async () => {
    await addStaff("moderator", ["billing"]);
    const waiting = await addTicket(["VPN"]);
    expect((await assignTicket(sql, waiting)).state).toBe("nobody");
    const admin = await addStaff("admin", []);
    expect(await assignTicket(sql, waiting)).toMatchObject({ state: "assigned", userId: admin.userId });
  });

  it("never takes a ticket without skills for one that everybody can do", async () => {
    await addStaff("moderator", ["vpn"]);
    const ticketId = await addTicket([]);
    expect((await assignTicket(sql, ticketId)).state).toBe("nobody");
  });
});

describe("assignTicket, of skills that triage guessed", () => {
  const guess = async (ticketId: string, guesses: string[]) => {
    await sql`update tickets set triage_source = 'local' where id = ${ticketId}`;
    await sql`
      insert into triage_results (ticket_id, run_id, source, model, prompt_version, result, latency_ms)
      values (${ticketId}, ${randomUUID()}, 'local', 'm', 'v', ${sql.json({ guesses })}, 1)`;
  };
  const addGeneral = async () => {
    const general = await addStaff("moderator", []);
    await sql`update users set takes_general = true where id = ${general.userId}`;
    return general;
  };

  it("prefers who has them, and gives it to who takes general tickets where nobody there has", async () => {
    const general = await addGeneral();
    const [first, second] = [await addTicket(["VPN"]), await addTicket(["VPN"])];
    for (const ticketId of [first, second]) await guess(ticketId, ["category", "skills"]);
    expect(await assignTicket(sql, first)).toMatchObject({ userId: general.userId });
    const knows = await addStaff("moderator", ["vpn"]);
    expect(await assignTicket(sql, second)).toMatchObject({ userId: knows.userId });
  });

  it("needs them where words of the ticket or a person say so", async () => {
    await addGeneral();
    const admin = await addStaff("admin", []);
    const [cited, corrected] = [await addTicket(["VPN"]), await addTicket(["VPN"])];
    await guess(cited, ["category"]);
    await guess(corrected, ["skills"]);
    await sql`update tickets set person_changed = array['skills'] where id = ${corrected}`;
    for (const ticketId of [cited, corrected]) {
      expect(await assignTicket(sql, ticketId)).toMatchObject({ userId: admin.userId });
    }
  });

  it("goes by the newest triage of the source that holds", async () => {
    const general = await addGeneral();
    const ticketId = await addTicket(["VPN"]);
    await guess(ticketId, ["skills"]);
    await sql`update triage_results set created_at = now() - interval '1 minute' where ticket_id = ${ticketId}`;
    await guess(ticketId, []);
    expect((await assignTicket(sql, ticketId)).state).toBe("nobody");
    await sql`update triage_results set source = 'gemini' where ticket_id = ${ticketId} and created_at > now() - interval '30 seconds'`;
    expect(await assignTicket(sql, ticketId)).toMatchObject({ userId: general.userId });
  });
});

describe("assignTicket, of skills as tickets and people name them", () => {
  it.each([
    ["ReactJS", "react"],
    ["React.js", "react"],
    ["react", "react"],
    ["WireGuard", "vpn"],
    ["node", "nodejs"],
  ])("a ticket that needs %s goes to who has it by whatever name", async (needed, has) => {
    const able = await addStaff("moderator", [has]);
    await addStaff("moderator", ["javascript", "java", "billing"]);
    expect(await assignTicket(sql, await addTicket([needed]))).toMatchObject({ userId: able.userId });
  });

  it.each([
    ["Java", ["javascript"]],
    ["JavaScript", ["java"]],
    ["C++", ["c", "csharp"]],
    ["C", ["cpp", "csharp"]],
    ["Go", ["gojs", "mongodb"]],
  ])("a ticket that needs %s never goes to who only has what looks like it", async (needed, has) => {
    await sql`insert into skills (name, normalised) select n, n from unnest(${has}::text[]) n on conflict do nothing`;
    await addStaff("moderator", has);
    expect((await assignTicket(sql, await addTicket([needed]))).state).toBe("nobody");
  });

  it("a skill that was renamed since, retired or only proposed: found, and not counted", async () => {
    const [skill] = await sql<{ id: string }[]>`
      insert into skills (name, normalised) values ('Plotters', 'plotters') returning id`;
    const able = await addStaff("moderator", ["plotters"]);
    const ticketId = await addTicket(["Plotters"]);
    await sql`update skills set name = 'Large printers', normalised = 'largeprinters' where id = ${skill?.id ?? ""}`;
    await sql`insert into skill_aliases (normalised, skill_id) values ('plotters', ${skill?.id ?? ""})`;
    for (const status of ["retired", "proposed", "refused"]) {
      await sql`update skills set status = ${status} where id = ${skill?.id ?? ""}`;
      expect([status, (await assignTicket(sql, ticketId)).state]).toEqual([status, "nobody"]);
    }
    await sql`update skills set status = 'active' where id = ${skill?.id ?? ""}`;
    expect(await assignTicket(sql, ticketId)).toMatchObject({ userId: able.userId });
  });

  it("leaves what is resolved or closed alone, and says of each of many asked at once what became of it", async () => {
    await addStaff("moderator", ["vpn"]);
    const [open, closed] = [await addTicket(["VPN"]), await addTicket(["VPN"])];
    await sql`update tickets set status = 'closed' where id = ${closed}`;
    const outcomes = await Promise.all([open, closed, randomUUID(), open].map((id) => assignTicket(sql, id)));
    expect(outcomes.map(({ state }) => state)).toEqual([
      "assigned",
      "not-open",
      "no-ticket",
      "already-assigned",
    ]);
  });

  it("a ticket that cannot be assigned keeps no other from it", async () => {
    await addStaff("moderator", ["vpn"]);
    const [good, other] = [await addTicket(["VPN"]), await addTicket(["VPN"])];
    const asked = [good, "not an id", other].map((id) => assignTicket(sql, id));
    const settled = await Promise.allSettled(asked);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("claimTicket", () => {
  it("has one winner when two moderators claim in the same instant", async () => {
    const [one, two] = await Promise.all([addStaff("moderator", []), addStaff("moderator", [])]);
    const ticketId = await addTicket([]);
    const claims = await Promise.allSettled([
      claimTicket(sql, one, ticketId),
      claimTicket(sql, two, ticketId),
    ]);
    expect(claims.filter((claim) => claim.status === "fulfilled")).toHaveLength(1);
    const lost = claims.find((claim) => claim.status === "rejected");
    expect(lost?.reason).toMatchObject({ code: "conflict" });
  });

  it("moves an open ticket into progress, and says so in the audit trail with its actor", async () => {
    const actor = await addStaff("moderator", []);
    const ticketId = await addTicket([]);
    await claimTicket(sql, actor, ticketId);
    const [ticket] = await sql`select status, assignee_id from tickets where id = ${ticketId}`;
    expect(ticket).toMatchObject({ status: "in_progress", assignee_id: actor.userId });
    const [event] = await sql`
      select actor_id, via from ticket_events where ticket_id = ${ticketId} and type = 'claimed'`;
    expect(event).toMatchObject({ actor_id: actor.userId, via: "slack" });
  });
});

describe("queueReply", () => {
  it("queues one delivery with fixed recipients, however often the form is submitted", async () => {
    const actor = await addStaff("moderator", []);
    const { ticket } = await recordInbound(
      sql,
      SETTINGS,
      mail({
        cc: [{ address: "bob@customer.example", name: "Bob" }],
        to: [{ address: "support@desk.example", name: "" }],
      }),
    );
    const ticketId = ticket?.id ?? "";
    const replies = await Promise.all([
      queueReply(sql, SETTINGS, actor, ticketId, "Please restart it.", "form-1"),
      queueReply(sql, SETTINGS, actor, ticketId, "Please restart it.", "form-1"),
    ]);
    expect(replies.map((reply) => reply.alreadyQueued).sort()).toEqual([false, true]);
    const deliveries = await sql`select recipients from deliveries where ticket_id = ${ticketId}`;
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]?.recipients).toMatchObject({
      channel: "email",
      to: [{ address: "ada@customer.example" }],
      cc: [{ address: "bob@customer.example" }],
    });
  });

  it("refuses an empty reply", async () => {
    const actor = await addStaff("moderator", []);
    const ticketId = await addTicket([]);
    await expect(queueReply(sql, SETTINGS, actor, ticketId, "  \n")).rejects.toMatchObject({
      code: "invalid",
    });
  });
});

describe("resolveTicket", () => {
  it("tells the requester once, and refuses a second time", async () => {
    const actor = await addStaff("moderator", []);
    const ticketId = await addTicket([]);
    await resolveTicket(sql, SETTINGS, actor, ticketId, "A new certificate is installed.");
    await expect(resolveTicket(sql, SETTINGS, actor, ticketId, "")).rejects.toMatchObject({
      code: "conflict",
    });
    const notices = await sql`select text from messages where ticket_id = ${ticketId} and kind = 'notice'`;
    expect(notices).toHaveLength(1);
    expect(notices[0]?.text).toContain("A new certificate is installed.");
  });
});
