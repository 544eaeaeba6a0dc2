import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqlPool } from "../../src/db/client.ts";
import { acknowledgeTicket } from "../../src/desk/acknowledge-ticket.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";

let db: TestDatabase;
let sql: SqlPool;
beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());

async function openTicket(fromAddress: string): Promise<string> {
  const { ticket } = await recordInbound(sql, SETTINGS, mail({ fromAddress }));
  return ticket?.id ?? "";
}

describe("acknowledgeTicket", () => {
  it("writes one acknowledgement, however many workers do it at once", async () => {
    const ticketId = await openTicket("ada@customer.example");
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => acknowledgeTicket(sql, SETTINGS, ticketId)),
    );
    expect(answers.map(({ state }) => state).sort()).toEqual([
      "already-queued",
      "already-queued",
      "already-queued",
      "queued",
    ]);
  });

  it("keeps to the cap for one address, also when its tickets are acknowledged at once", async () => {
    const tickets: string[] = [];
    for (let i = 0; i < 6; i++) tickets.push(await openTicket("robot@loop.example"));
    const settings = { ...SETTINGS, automaticMailPerHour: 3 };
    const answers = await Promise.all(tickets.map((ticketId) => acknowledgeTicket(sql, settings, ticketId)));
    expect(answers.filter(({ state }) => state === "queued")).toHaveLength(3);
    expect(answers.filter(({ state }) => state === "withheld")).toHaveLength(3);
  });
});
