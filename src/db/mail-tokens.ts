/** Refresh tokens that a mail provider has renewed, sealed by whoever stores them. */
import { inTransaction, type SqlPool } from "./client.ts";

/**
 * Runs `work` with what is stored under `name` while its row is locked: of several processes one renews at a time, and
 * the next finds what it stored. `save` stays even where `work` rejects afterwards.
 */
export async function holdMailToken<T>(
  sql: SqlPool,
  name: string,
  work: (stored: Uint8Array | null, save: (sealed: Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> {
  const held = await inTransaction(sql, async (tx) => {
    await tx`insert into mail_tokens (name) values (${name}) on conflict (name) do nothing`;
    const [row] = await tx<{ sealed: Uint8Array | null }[]>`
      select sealed from mail_tokens where name = ${name} for update`;
    const save = async (sealed: Uint8Array): Promise<void> => {
      await tx`update mail_tokens set sealed = ${sealed}, updated_at = now() where name = ${name}`;
    };
    try {
      return { ok: true as const, value: await work(row?.sealed ?? null, save) };
    } catch (error) {
      return { ok: false as const, error };
    }
  });
  if (held.ok) return held.value;
  throw held.error;
}
