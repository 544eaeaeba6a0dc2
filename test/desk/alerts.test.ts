import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countOpenAlerts, listAlerts } from "../../src/db/alerts.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { clearAlert } from "../../src/desk/clear-alert.ts";
import { clearAlertsExcept, raiseAlert, remindOfAlerts } from "../../src/desk/raise-alert.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

let db: TestDatabase;
let sql: SqlPool;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
});
afterAll(() => db.drop());
beforeEach(async () => {
  await sql`delete from alerts`;
  await sql`delete from outbox`;
});

const ALERT = { subject: "mailbox/a", kind: "unreachable", problem: "It does not answer.", fix: "Look." };
const events = () => sql<{ name: string; data: unknown }[]>`select name, data from outbox order by id`;

describe("an alert", () => {
  it("is news once, however often and from how many sides at once it is raised", async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => raiseAlert(sql, ALERT)));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await raiseAlert(sql, { ...ALERT, problem: "Still away." })).toBe(false);
    const [alert, ...others] = await listAlerts(sql, { openOnly: true, limit: 10 });
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ subject: "mailbox/a", problem: "Still away.", toldCount: 1 });
    expect(await events()).toEqual([{ name: "alert/raised", data: { alertId: alert?.id, time: 1 } }]);
    expect(await countOpenAlerts(sql)).toEqual([{ label: "unreachable", count: 1 }]);
  });

  it("is told again after a day, and not before", async () => {
    await raiseAlert(sql, ALERT);
    expect(await remindOfAlerts(sql)).toBe(0);
    await sql`update alerts set told_at = now() - interval '25 hours'`;
    expect(await Promise.all([remindOfAlerts(sql), remindOfAlerts(sql)])).toContain(1);
    expect(await remindOfAlerts(sql)).toBe(0);
    expect((await events()).map(({ data }) => data)).toMatchObject([{ time: 1 }, { time: 2 }]);
  });

  it("ends once, and can be raised anew", async () => {
    expect(await clearAlert(sql, ALERT.subject)).toBe(false);
    await raiseAlert(sql, ALERT);
    expect(await clearAlert(sql, ALERT.subject)).toBe(true);
    expect(await clearAlert(sql, ALERT.subject)).toBe(false);
    expect(await countOpenAlerts(sql)).toEqual([]);
    expect(await raiseAlert(sql, ALERT)).toBe(true);
    expect((await events()).map(({ name }) => name)).toEqual([
      "alert/raised",
      "alert/cleared",
      "alert/raised",
    ]);
    expect(await listAlerts(sql, { openOnly: false, limit: 10 })).toHaveLength(2);
  });

  it("ends where what it is about is gone from the settings, and only there", async () => {
    for (const subject of ["mailbox/a", "mailbox/b", "parked"]) await raiseAlert(sql, { ...ALERT, subject });
    await clearAlertsExcept(sql, "mailbox/", ["mailbox/b"]);
    const open = await listAlerts(sql, { openOnly: true, limit: 10 });
    expect(open.map(({ subject }) => subject).sort()).toEqual(["mailbox/b", "parked"]);
  });
});
