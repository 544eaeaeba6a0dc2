/** Events on their way to the workflows: written with the change they tell of, handed over by the relay. */
import type { DeskEventName, DeskEvents } from "../core/events.ts";
import { inTransaction, type Sql, type SqlPool, storableJsonText } from "./client.ts";
import { gatheredWrite } from "./gather.ts";

export interface OutboxRow {
  id: number;
  name: DeskEventName;
  data: DeskEvents[DeskEventName];
  createdAt: Date;
}

/** Adds an event to the caller's transaction. It leaves after the commit, at least once, with the row's id as event id. */
export function addOutboxEvent<Name extends DeskEventName>(
  sql: Sql,
  name: Name,
  data: DeskEvents[Name],
): Promise<void> {
  return addTogether(sql, { name, data });
}

const addTogether = gatheredWrite(addOutboxEvents);

/** The same for several, in their order. */
export async function addOutboxEvents(
  sql: Sql,
  events: readonly { name: DeskEventName; data: DeskEvents[DeskEventName] }[],
): Promise<void> {
  await sql`
    insert into outbox (name, data)
    select event.name, event.data::jsonb
    from unnest(
      ${events.map(({ name }) => name)}::text[], ${events.map(({ data }) => storableJsonText(data))}::text[]
    ) event (name, data)`;
}

/**
 * Takes the oldest waiting events, hands them to `send`, and marks them sent when it resolves. What `send` writes with
 * its transaction is committed together with that mark. One process does this at a time: two batches side by side could
 * overtake each other, and the events of one ticket would leave in another order than they were written in.
 * Resolves to the number sent, or to "busy" while another process is at it.
 */
export async function relayOutboxBatch(
  sql: SqlPool,
  batchSize: number,
  send: (rows: OutboxRow[], tx: Sql) => Promise<void>,
): Promise<number | "busy"> {
  return inTransaction(sql, async (tx) => {
    const [lock] = await tx<{ taken: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtext('deskhand_outbox_relay')) as taken`;
    if (!lock?.taken) return "busy";
    const rows = await tx<OutboxRow[]>`
      select id, name, data, created_at as "createdAt" from outbox
      where sent_at is null order by id limit ${batchSize} for no key update`;
    if (rows.length === 0) return 0;
    await send([...rows], tx);
    await tx`update outbox set sent_at = now() where id = any(${rows.map((row) => row.id)})`;
    return rows.length;
  });
}

/** Events that have not left yet, and how old the oldest is. */
export async function readOutboxLag(sql: Sql): Promise<{ waiting: number; oldestSeconds: number }> {
  const [row] = await sql<{ waiting: number; oldestSeconds: number }[]>`
    select count(*) as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as "oldestSeconds"
    from outbox where sent_at is null`;
  return row ?? { waiting: 0, oldestSeconds: 0 };
}

/** Deletes events sent more than `days` days ago. */
export async function pruneOutbox(sql: Sql, days: number): Promise<number> {
  const result = await sql`delete from outbox where sent_at < now() - make_interval(days => ${days})`;
  return result.count;
}
