/** A thousand tickets that arrive at once, assigned by two processes on one database. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PRIORITIES } from "../../src/core/ticket.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { createRandom } from "../helpers/random-desk.ts";

const PROCESS = fileURLToPath(new URL("./assignment-process.ts", import.meta.url));
const TICKETS = 1000;

interface Assigner {
  child: ChildProcess;
  assign(tickets: string[]): Promise<Record<string, number>>;
}

let db: TestDatabase;
let sql: SqlPool;
let assigners: Assigner[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  assigners = await Promise.all([startAssigner(), startAssigner()]);
});
afterAll(async () => {
  for (const { child } of assigners) child.kill("SIGKILL");
  await db.drop();
});
beforeEach(async () => {
  await sql`truncate tickets, ticket_events, outbox cascade`;
  await sql`delete from users`;
});

async function startAssigner(): Promise<Assigner> {
  const child = spawn(process.execPath, ["--import", "tsx", PROCESS, db.url], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  return {
    child,
    assign: async (tickets) => {
      const answer = once(lines, "line");
      child.stdin.write(`${JSON.stringify(tickets)}\n`);
      return JSON.parse((await answer)[0]);
    },
  };
}

async function addModerators(
  group: string,
  capacities: readonly number[],
  fields: { skill?: string; away?: boolean; workingHours?: string } = {},
): Promise<void> {
  const { skill = "vpn", away = false, workingHours = null } = fields;
  await sql`
    with added as (
      insert into users (email, name, role, capacity, away, time_zone, working_hours)
      select ${group} || n || '@desk.example', ${group} || n, 'moderator', capacity, ${away},
        ${workingHours === null ? null : "UTC"}, ${workingHours}
      from unnest(${[...capacities]}::int[]) with ordinality given (capacity, n) returning id
    )
    insert into user_skills (user_id, skill_id) select added.id, s.id from added, skills s where s.normalised = ${skill}`;
}

/** Tickets as triage leaves them: what they need, and how urgent they are. */
async function addTickets(count: number): Promise<string[]> {
  const random = createRandom(41);
  const [requester] = await sql<{ id: string }[]>`
    insert into requesters (channel, address) values ('email', 'ada@customer.example')
    on conflict on constraint requesters_identity_key do update set name = '' returning id`;
  const rows = await sql<{ id: string }[]>`
    insert into tickets (title, description, channel, requester_id, related_skills, priority)
    select 'VPN is down', 'It does not connect.', 'email', ${requester?.id ?? ""}, '{VPN}', priority
    from unnest(${Array.from({ length: count }, () => random.pick(PRIORITIES))}::text[]) priority returning id`;
  return rows.map(({ id }) => id);
}

const readLoads = () => sql<{ name: string; capacity: number; load: number }[]>`
  select u.name, u.capacity, count(t.id) as load from users u left join tickets t on t.assignee_id = u.id
  group by u.id order by u.name`;

/** Each ticket was given once, to somebody, with the reasons, and each assignee is told once. */
async function expectEachAssignedOnce(): Promise<void> {
  const [counts] = await sql`
    select count(*) as tickets, count(assignee_id) as assigned,
      count(*) filter (where assignment ->> 'userId' = assignee_id::text
        and jsonb_array_length(assignment -> 'considered') > 0) as explained,
      (select count(*) from ticket_events where type = 'assigned') as events,
      (select count(distinct ticket_id) from ticket_events where type = 'assigned') as "ticketsWithEvent",
      (select count(*) from outbox where name = 'ticket/assigned') as notices
    from tickets`;
  expect(counts).toEqual({
    tickets: TICKETS,
    assigned: TICKETS,
    explained: TICKETS,
    events: TICKETS,
    ticketsWithEvent: TICKETS,
    notices: TICKETS,
  });
}

function report(what: string, loads: readonly { load: number }[], answers: Record<string, number>[]): void {
  const held = loads.map(({ load }) => load);
  const took = answers.map(({ ms, cpuMs }) => `${ms} ms (CPU since its start ${Math.round(cpuMs ?? 0)} ms)`);
  process.stdout.write(
    `${what}: ${Math.min(...held)} to ${Math.max(...held)} each; the two processes took ${took.join(" and ")}\n`,
  );
}

describe("1,000 tickets at once, on two processes", () => {
  it("end at most one apart over 20 equals, none with the absent, where both processes ask for every ticket", async () => {
    await addModerators(
      "equal-",
      Array.from({ length: 20 }, () => 100),
    );
    await addModerators("away-", [100, 100], { away: true });
    // A day of the week that is not today, wherever the midnight between falls.
    const dayAfterTomorrow = new Date(Date.now() + 2 * 86_400_000).toUTCString().slice(0, 3);
    await addModerators("off-", [100], { workingHours: `${dayAfterTomorrow} 09:00-17:00` });
    await addModerators("other-", [100], { skill: "billing" });
    const tickets = await addTickets(TICKETS);
    const answers: Record<string, number>[] = await Promise.all([
      assigners[0]?.assign(tickets) ?? {},
      assigners[1]?.assign(tickets.toReversed()) ?? {},
    ]);
    const loads = await readLoads();
    expect(answers.reduce((sum, { assigned = 0 }) => sum + assigned, 0)).toBe(TICKETS);
    expect(loads.filter(({ name }) => !name.startsWith("equal-")).map(({ load }) => load)).toEqual([
      0, 0, 0, 0,
    ]);
    const equals = loads.filter(({ name }) => name.startsWith("equal-"));
    report("20 equals", equals, answers);
    expect(new Set(equals.map(({ load }) => load))).toEqual(new Set([TICKETS / 20]));
    await expectEachAssignedOnce();
  });

  it("come in proportion to uneven capacities, to within two tickets, and nobody holds more than they can", async () => {
    const capacities = Array.from({ length: 20 }, (_, index) => 30 + 5 * index);
    await addModerators("uneven-", capacities);
    const tickets = await addTickets(TICKETS);
    const answers: Record<string, number>[] = await Promise.all([
      assigners[0]?.assign(tickets.slice(0, 600)) ?? {},
      assigners[1]?.assign(tickets.slice(400)) ?? {},
    ]);
    const loads = await readLoads();
    report("20 with room for 30 to 125", loads, answers);
    const room = capacities.reduce((sum, capacity) => sum + capacity, 0);
    for (const { name, capacity, load } of loads) {
      expect([name, load <= capacity]).toEqual([name, true]);
      expect([name, Math.abs(load - (TICKETS * capacity) / room) <= 2]).toEqual([name, true]);
    }
    await expectEachAssignedOnce();
  });

  it("go to an admin where the moderators are full, and nobody is given more than they can hold", async () => {
    await addModerators(
      "small-",
      Array.from({ length: 20 }, () => 10),
    );
    await sql`insert into users (email, name, role) values ('root@desk.example', 'root', 'admin')`;
    const tickets = await addTickets(TICKETS);
    await Promise.all(
      assigners.map(({ assign }, index) => assign(tickets.filter((_, n) => n % 2 === index))),
    );
    const loads = await readLoads();
    expect(loads.filter(({ name }) => name !== "root").map(({ load }) => load)).toEqual(Array(20).fill(10));
    expect(loads.find(({ name }) => name === "root")?.load).toBe(800);
    await expectEachAssignedOnce();
  });
});
