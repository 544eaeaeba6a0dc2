/** Originals, byte for byte. */
import type { Sql } from "./client.ts";

/** Stores the original and answers with its id. `sha256` is hex; `complete` false where only a part of it is there. */
export async function insertRawMessage(
  sql: Sql,
  source: Uint8Array,
  sha256: string,
  complete = true,
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into raw_messages (sha256, size_bytes, source, complete)
    values (${sha256}, ${source.byteLength}, ${source}, ${complete}) returning id`;
  if (!row) throw new Error("The original could not be stored.");
  return row.id;
}

/** Ledger rows and messages that named it name none afterwards. */
export async function deleteRawMessage(sql: Sql, id: string): Promise<void> {
  await sql`delete from raw_messages where id = ${id}`;
}

/**
 * Deletes originals that were stored more than `days` days ago, at most `limit`; says how many. What a person still has
 * to look at (parked) stays.
 */
export async function pruneRawMessages(sql: Sql, days: number, limit: number): Promise<number> {
  const result = await sql`
    delete from raw_messages where id in (
      select r.id from raw_messages r
      where r.created_at < now() - make_interval(days => ${days})
        and not exists (select 1 from intake_ledger l where l.raw_id = r.id and l.outcome = 'parked')
      order by r.created_at limit ${limit}
    )`;
  return result.count;
}
