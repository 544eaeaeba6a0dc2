/** Events that no function can digest, met by the desk's own functions. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addOutboxEvent } from "../../src/db/outbox.ts";
import { readTicket } from "../../src/db/tickets.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestClock } from "../engine/embedded-harness.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

let database: TestDatabase;
let workflows: StartedWorkflows;
const clock = createTestClock();

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql`insert into users (email, name, role) values ('op@desk.example', 'Op', 'admin')`;
  workflows = await startTestWorkflows(database.sql, { engineNow: clock.now });
});
afterAll(async () => {
  await workflows?.stop();
  await database?.drop();
});

const send = (name: string, data: unknown) => addOutboxEvent(database.sql, name as never, data as never);
const openAlerts = async () =>
  (await database.sql<{ kind: string }[]>`select kind from alerts where cleared_at is null`).map(
    (row) => row.kind,
  );
async function letMinutesPass(minutes: number): Promise<void> {
  clock.advance(minutes * 60_000);
  await workflows.settle();
}

it("a ticket that is gone, a megabyte, another version's data: each fails its own run, is seen as dead, and stops nothing", async () => {
  const gone = randomUUID();
  await send("ticket/created", { ticketId: gone });
  await send("ticket/created", { version: 99, ticket: { uuid: gone } });
  await send("ticket/created", { ticketId: "x".repeat(1024 * 1024) });
  await send("ticket/created", "no object at all");
  await send("from/the-future", { version: 99 });
  const large = await recordInbound(
    database.sql,
    SETTINGS,
    mail({ text: `The VPN is down. ${"lorem ipsum ".repeat(90_000)}` }),
  );
  const sound = await recordInbound(database.sql, SETTINGS, mail());
  await workflows.settle();

  for (const { ticket } of [large, sound]) {
    expect(await readTicket(database.sql, ticket?.id ?? "")).toMatchObject({ category: "Network" });
  }
  await letMinutesPass(60); // through the retries of what might pass
  const engine = workflows.engine;
  const dead = (await engine?.listDeadRuns()) ?? [];
  const triage = dead.filter((run) => run.functionId === "deskhand-triage-ticket");
  expect(triage.map((run) => (run.error as Error).message.split(":")[0]).sort()).toEqual([
    "The event ticket/created is malformed",
    "The event ticket/created is malformed",
    "The event ticket/created is malformed",
    `Ticket ${gone} does not exist.`,
  ]);
  const stuck = await database.sql`
    select r.function_id from engine_runs r join engine_events e on e.id = r.event_id
    where r.state = 'active' and e.name = 'ticket/created'`;
  expect(stuck).toEqual([]);
  expect(await database.sql`select from engine_events where not routed`).toHaveLength(0);
});

it("operators are told of dead runs by one alert, which is cleared when none is dead any more", async () => {
  expect(await openAlerts()).toEqual(["dead-runs"]);
  const told = workflows.farEnds.mails.filter(({ text }) => text.includes("used up all tries"));
  expect(told.map(({ to }) => to[0]?.address)).toEqual(["op@desk.example"]);

  await database.sql`
    update engine_events set payload = json_build_object('id', id, 'name', name, 'ts', 1,
      'data', json_build_object('ticketId', (select id from tickets limit 1)))
    where id in (select event_id from engine_runs where state = 'dead')`;
  for (const run of (await workflows.engine?.listDeadRuns()) ?? []) {
    expect(await workflows.engine?.replayDeadRun(run.id)).toBe(true);
  }
  await workflows.settle();
  expect(await workflows.engine?.listDeadRuns()).toEqual([]);
  await letMinutesPass(5);
  expect(await openAlerts()).toEqual([]);
});
