/** Mails that arrive at once, triaged and assigned by the workflows of two processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const PROCESS = fileURLToPath(new URL("./assignment-process.ts", import.meta.url));
/** More by ASSIGNMENT_TICKETS, for a measurement. */
const TICKETS = Number(process.env.ASSIGNMENT_TICKETS ?? 60);

let db: TestDatabase;
const children: ChildProcess[] = [];
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await db.drop();
});

it(
  "each of many mails at once is assigned once, evenly over 20 equals, and none to who is away",
  async () => {
    const { sql } = db;
    await sql`
    with added as (
      insert into users (email, name, role, capacity, away)
      select 'm' || n || '@desk.example', 'm' || n, 'moderator', 100, n > 20 from generate_series(1, 22) n returning id
    )
    insert into user_skills (user_id, skill_id) select added.id, s.id from added, skills s where s.normalised = 'vpn'`;
    await Promise.all(
      Array.from({ length: TICKETS }, (_, n) =>
        recordInbound(sql, SETTINGS, mail({ fromAddress: `r${n}@customer.example` })),
      ),
    );
    for (const _ of [1, 2]) {
      const child = spawn(process.execPath, ["--import", "tsx", PROCESS, db.url], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
    }
    const startedAt = performance.now();
    await Promise.all(children.map((child) => child.stdout && once(child.stdout, "data")));
    await waitUntil(
      "all are assigned",
      async () => (await sql`select 1 from tickets where assignee_id is null limit 1`).length === 0,
      50_000 + TICKETS * 100,
    );
    const took = Math.round(performance.now() - startedAt);
    const loads = await sql<{ load: number; away: boolean }[]>`
    select u.away, count(t.id) as load from users u left join tickets t on t.assignee_id = u.id group by u.id`;
    const held = loads.filter(({ away }) => !away).map(({ load }) => load);
    process.stdout.write(
      `${TICKETS} mails through two processes: ${Math.min(...held)} to ${Math.max(...held)} each after ${took} ms\n`,
    );
    expect(loads.filter(({ away }) => away).map(({ load }) => load)).toEqual([0, 0]);
    expect(held.reduce((sum, load) => sum + load, 0)).toBe(TICKETS);
    expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
    const [events] = await sql`
    select count(*) as events, count(distinct ticket_id) as tickets from ticket_events where type = 'assigned'`;
    expect(events).toEqual({ events: TICKETS, tickets: TICKETS });
  },
  60_000 + TICKETS * 100,
);
