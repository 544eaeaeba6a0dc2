/** The outbox relay: order, several processes, an Inngest that is away. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { inTransaction } from "../../src/db/client.ts";
import { addOutboxEvent, readOutboxLag } from "../../src/db/outbox.ts";
import { type OutboxRelay, relayOutboxOnce, startOutboxRelay } from "../../src/workflows/outbox.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type InngestEvents, startInngestEvents } from "../helpers/inngest-events.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { QUIET } from "../helpers/workflows.ts";

let database: TestDatabase;
let inngest: InngestEvents;
let relays: OutboxRelay[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  inngest = await startInngestEvents();
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  relays = [];
  await inngest?.close();
  await database?.drop();
});

async function startRelay(options: Parameters<typeof startOutboxRelay>[3] = {}): Promise<void> {
  relays.push(await startOutboxRelay(database.sql, inngest.client(), QUIET, options));
}

/** `n` counts the events of a ticket. */
const addEvent = (ticketId: string, n: number) =>
  addOutboxEvent(database.sql, "ticket/changed", { ticketId, n } as never);

const countWaiting = async () => (await readOutboxLag(database.sql)).waiting;
const seen = () => new Map(inngest.events.map((event) => [event.id, event]));

it("several relays at once keep the order of each ticket's events, and send each of them once", async () => {
  inngest.delayMs = () => Math.random() * 15; // so that a later batch could overtake an earlier one
  for (const _ of [1, 2, 3]) await startRelay();
  const tickets = ["1", "2", "3", "4"];
  const each = 150;
  await Promise.all(
    tickets.map(async (ticket) => {
      for (let n = 0; n < each; n++) await addEvent(ticket, n);
    }),
  );
  await waitUntil("the outbox is empty", async () => (await countWaiting()) === 0, 15_000);
  expect(inngest.events).toHaveLength(each * tickets.length);
  for (const ticket of tickets) {
    const order = inngest.events
      .filter(({ data }) => data.ticketId === ticket)
      .map(({ data }) => Number(data.n));
    expect(order).toEqual(Array.from({ length: each }, (_, n) => n));
  }
});

it("an event leaves with its row's id as event id, after its transaction and not without it", async () => {
  await startRelay();
  const undone = inTransaction(database.sql, async (tx) => {
    await addOutboxEvent(tx, "ticket/changed", { ticketId: "undone" } as never);
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  await addEvent("1", 0);
  await waitUntil("an event has arrived", () => inngest.events.length > 0);
  const [row] = await database.sql<{ id: number }[]>`select id from outbox`;
  expect(inngest.events).toMatchObject([{ id: `outbox-${row?.id}`, data: { ticketId: "1" } }]);
});

it("while Inngest is away, events wait and show as lag, tries grow rarer, and then all arrive in order", async () => {
  inngest.mode = "away";
  await startRelay();
  for (let n = 0; n < 250; n++) await addEvent("1", n);
  await waitUntil("Inngest was asked", () => inngest.requests > 0);
  await database.sql`update outbox set created_at = created_at - interval '90 seconds'`;
  const lag = await readOutboxLag(database.sql);
  expect(lag.waiting).toBe(250);
  expect(lag.oldestSeconds).toBeGreaterThanOrEqual(90);
  const before = inngest.requests;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(inngest.requests - before).toBeLessThan(12); // a try is at most five requests of the SDK
  inngest.mode = "up";
  await waitUntil("the outbox is empty", async () => (await countWaiting()) === 0, 15_000);
  expect([...seen().values()].map(({ data }) => data.n)).toEqual(Array.from({ length: 250 }, (_, n) => n));
  expect(await readOutboxLag(database.sql)).toEqual({ waiting: 0, oldestSeconds: 0 });
});

it("a process that is stuck in a send does not keep the others from sending", async () => {
  inngest.mode = "silent";
  await startRelay({ sendTimeoutMs: 200 });
  await addEvent("1", 0);
  await waitUntil("Inngest was asked", () => inngest.requests > 0);
  inngest.mode = "up";
  await startRelay();
  await waitUntil("the outbox is empty", async () => (await countWaiting()) === 0, 10_000);
  expect(new Set(inngest.events.map(({ id }) => id)).size).toBe(1);
});

it("a single hand-over waits for the one that is at it, and takes what that one had not seen", async () => {
  inngest.delayMs = () => 300;
  await addEvent("1", 0);
  const first = relayOutboxOnce(database.sql, inngest.client());
  await waitUntil("Inngest was asked", () => inngest.requests > 0);
  await addEvent("1", 1);
  expect(await relayOutboxOnce(database.sql, inngest.client())).toBe(1);
  expect(await first).toBe(1);
  expect(inngest.events.map(({ data }) => data.n)).toEqual([0, 1]);
});
