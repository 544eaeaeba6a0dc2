/** Originals, byte for byte. */
import type { Sql } from "./client.ts";
import { gatheredWrite } from "./gather.ts";
import { inSteadySlices } from "./steady-slices.ts";

/** Stores the original and answers with its id; `complete` false where only a part of it is there. */
export async function insertRawMessage(sql: Sql, source: Uint8Array, complete = true): Promise<string> {
  const id = crypto.randomUUID() as string;
  await insertTogether(sql, { id, source, complete });
  return id;
}

const insertTogether = gatheredWrite(insertRawMessages);

/** The database hashes what it stores: it does so faster than Web Crypto is asked. */
async function insertRawMessages(
  sql: Sql,
  originals: readonly { id: string; source: Uint8Array; complete: boolean }[],
): Promise<void> {
  await inSteadySlices(
    originals.map(({ id, source, complete }) => [id, source, complete]),
    (rows) => sql`
      insert into raw_messages (id, sha256, size_bytes, source, complete)
      select original.id::uuid, encode(sha256(original.source), 'hex'), octet_length(original.source), original.source,
        original.complete
      from (values ${sql(rows as unknown as string[][])}) original (id, source, complete)`,
  );
}

/** Ledger rows and messages go on naming it: an id without an original is one that was deleted. */
export const deleteRawMessage = gatheredWrite(deleteRawMessages);

async function deleteRawMessages(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`delete from raw_messages where id = any(${[...ids]}::uuid[])`;
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
        and not exists (select 1 from intake_ledger l where l.raw_id = r.id and l.outcome = 'parked' and l.dismissed_at is null)
      order by r.created_at limit ${limit}
    )`;
  return result.count;
}
