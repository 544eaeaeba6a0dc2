/** How Postgres plans the statements of a transaction that looks many single rows up. */
import type { Sql } from "./client.ts";

/**
 * Until the end of the transaction, rows are looked up by their indexes, one after the other. A plan is kept for as long as
 * its connection, and one that was made while the tables were small reads them whole: with a first mailbox of ten
 * thousands, the ledger and all messages for each batch, until Postgres next gathers statistics. A bitmap of all rows, kept
 * for the inner side of a loop, is such a plan too.
 */
export async function planByIndex(sql: Sql): Promise<void> {
  await sql`
    select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true), set_config('enable_bitmapscan', 'off', true),
      set_config('enable_material', 'off', true)`;
}
