/** Originals, byte for byte. */
import type { Sql } from "./client.ts";

/** Stores the original and answers with its id. `sha256` is hex. */
export async function insertRawMessage(sql: Sql, source: Uint8Array, sha256: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into raw_messages (sha256, size_bytes, source)
    values (${sha256}, ${source.byteLength}, ${source}) returning id`;
  if (!row) throw new Error("The original could not be stored.");
  return row.id;
}
