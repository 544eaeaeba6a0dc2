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

async function openTicket(fromAddress: string, text = "The VPN is down."): Promise<string> {
  const { ticket } = await recordInbound(sql, SETTINGS, mail({ fromAddress, text }));
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
    for (const word of ["a", "b", "c", "d", "e", "f"])
      tickets.push(await openTicket("robot@loop.example", `Trouble ${word}`));
    const settings = { ...SETTINGS, automaticMailPerHour: 3 };
    const answers = await Promise.all(tickets.map((ticketId) => acknowledgeTicket(sql, settings, ticketId)));
    expect(answers.filter(({ state }) => state === "queued")).toHaveLength(3);
    expect(answers.filter(({ state }) => state === "withheld")).toHaveLength(3);
  });

  it("holds back where the same address says the same again, numbers aside", async () => {
    const first = await openTicket("bot@loop.example", "Thank you, your case 17 was noted.");
    const second = await openTicket("bot@loop.example", "Thank you, your case 18 was noted.");
    const other = await openTicket("bot@loop.example", "My printer is on fire.");
    const elsewhere = await openTicket("ada@loop.example", "Thank you, your case 19 was noted.");
    const states = [];
    for (const ticketId of [first, second, other, elsewhere])
      states.push((await acknowledgeTicket(sql, SETTINGS, ticketId)).state);
    expect(states).toEqual(["queued", "withheld", "queued", "queued"]);
  });

  it("keeps to the cap of a day too", async () => {
    const settings = { ...SETTINGS, automaticMailPerHour: 2 };
    for (let count = 0; count < 6; count++) {
      const ticketId = await openTicket("slow@loop.example", `Trouble ${"x".repeat(count)}`);
      expect(await acknowledgeTicket(sql, settings, ticketId)).toMatchObject({ state: "queued" });
      await sql`update messages set created_at = created_at - interval '2 hours' where ticket_id = ${ticketId}`;
    }
    const ticketId = await openTicket("slow@loop.example", "Trouble at last");
    expect(await acknowledgeTicket(sql, settings, ticketId)).toMatchObject({ state: "withheld" });
  });
});
