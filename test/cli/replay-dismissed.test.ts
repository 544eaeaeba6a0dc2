/** `deskhand replay` of parked messages that an admin had dismissed. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import { dismissIntakeEntry } from "../../src/db/intake-entries.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SETTINGS } from "../helpers/inbound.ts";

let db: TestDatabase;
let adminId: string;
beforeAll(async () => {
  db = await createTestDatabase();
  const [admin] = await db.sql<{ id: string }[]>`
    insert into users (email, name, role) values ('root@desk.example', 'Root', 'admin') returning id`;
  adminId = admin?.id ?? "";
});
afterAll(() => db.drop());

async function park(source: string): Promise<string> {
  const externalId = randomUUID();
  const raw = new TextEncoder().encode(source);
  await recordInbound(db.sql, SETTINGS, {
    ...{ channel: "unreadable", sourceChannel: "email", account: "support@desk.example/INBOX", externalId },
    ...{ receivedAt: new Date(), reason: "It could not be read that day.", raw },
  });
  const [row] = await db.sql<
    { id: string }[]
  >`select id from intake_ledger where external_id = ${externalId}`;
  const id = row?.id ?? "";
  expect(await dismissIntakeEntry(db.sql, { id, by: adminId, reason: "Spam" })).toBe(true);
  return id;
}

async function replay(...args: string[]) {
  const [lines, said]: [string[], string[]] = [[], []];
  const status = await runCli(["replay", "--json", ...args], {
    env: { DATABASE_URL: db.url, LOG_LEVEL: "silent" },
    print: (text) => void lines.push(text),
    say: (text) => void said.push(text),
  });
  return { status, replayed: lines.map((line) => JSON.parse(line)), said: said.join("\n") };
}

const entryOf = async (id: string) =>
  (
    await db.sql<{ outcome: string; dismissedAt: Date | null; reason: string }[]>`
      select outcome, dismissed_at as "dismissedAt", dismissed_reason as reason from intake_ledger where id = ${id}`
  )[0];

it("passes them over with --parked, and says how to have them all the same", async () => {
  const id = await park("From: a@b.example\nSubject: Hello\n\nText\n");
  const { status, replayed, said } = await replay("--parked");
  expect([status, replayed]).toEqual([0, []]);
  expect(said).toContain("What was dismissed is left alone: name its id to have it replayed all the same.");
  expect(await entryOf(id)).toMatchObject({
    outcome: "parked",
    dismissedAt: expect.any(Date),
    reason: "Spam",
  });
});

it("replays one that is named, and says that its dismissal is taken back", async () => {
  const id = await park("From: ada@customer.example\nSubject: Printer\n\nIt burns.\n");
  const { status, replayed } = await replay(id);
  expect(status).toBe(0);
  expect(replayed).toEqual([
    {
      id,
      kind: "parked",
      outcome: "ticket",
      reason: expect.stringMatching(/^It had been dismissed, which is taken back\. /),
    },
  ]);
  expect(await entryOf(id)).toEqual({ outcome: "ticket", dismissedAt: null, reason: "" });
});

it("names once what is asked for twice, and says where ids come from for one that is none", async () => {
  const id = await park("From: bea@customer.example\nSubject: Mouse\n\nIt squeaks.\n");
  expect((await replay(id, id, "--parked")).replayed).toHaveLength(1);
  const { status, said } = await replay(id, "no-id");
  expect(status).toBe(1);
  expect(said).toContain(
    "None of these ids is parked or dead. GET /api/admin/intake and GET /api/admin/runs list",
  );
});
