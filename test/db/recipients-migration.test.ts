/** Deliveries from before 0005 get a row for each of their recipients. */
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { migrate, readMigrations } from "../../src/db/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ empty: true });
});
afterAll(() => db.drop());

it("each recipient of an older delivery is known with its state, once, and Slack's have none", async () => {
  const { sql } = db;
  const migrations = await readMigrations(resolve(import.meta.dirname, "../../migrations"));
  await migrate(sql, { migrations: migrations.filter(({ name }) => name < "0005") });
  const [requester] = await sql<{ id: string }[]>`
    insert into requesters (channel, address) values ('email', 'ada@customer.example') returning id`;
  const [ticket] = await sql<{ id: string }[]>`
    insert into tickets (title, description, channel, requester_id)
    values ('Printer', 'It burns.', 'email', ${requester?.id ?? ""}) returning id`;
  const people = {
    channel: "email",
    to: [{ address: "Ada@customer.example", name: "Ada" }],
    cc: [
      { address: "boss@customer.example", name: "" },
      { address: "ada@customer.example", name: "" },
    ],
  };
  for (const [channel, state, recipients] of [
    ["email", "sent", people],
    ["email", "queued", people],
    ["slack", "sent", { channel: "slack", slackChannel: "C1", threadTs: "1.1" }],
  ] as const)
    await sql`
      with message as (
        insert into messages (ticket_id, kind, direction, channel, text, text_trimmed)
        values (${ticket?.id ?? ""}, 'reply', 'outbound', ${channel}, '', '') returning id
      )
      insert into deliveries (message_id, ticket_id, channel, state, recipients)
      select id, ${ticket?.id ?? ""}, ${channel}, ${state}, ${JSON.stringify(recipients)}::text::jsonb from message`;
  await migrate(sql, { migrations });
  const rows = await sql`
    select d.state as delivery, r.address, r.role, r.state
    from delivery_recipients r join deliveries d on d.id = r.delivery_id order by d.state, r.address`;
  const expected = (delivery: string, state: string) => [
    { delivery, address: "ada@customer.example", role: "to", state },
    { delivery, address: "boss@customer.example", role: "cc", state },
  ];
  expect(rows.map((row) => ({ ...row }))).toEqual([
    ...expected("queued", "waiting"),
    ...expected("sent", "sent"),
  ]);
});
