/** Can the service do its work now? Asked by load balancers, so it waits for nothing for long. */
import type { SqlPool } from "../db/client.ts";
import type { MailboxState } from "./mailbox-state.ts";

const DATABASE_TIMEOUT_MS = 2_000;

/** Not ready without the database. A mailbox that is away is shown, and does not take the API out of service. */
export async function checkReadiness(
  sql: SqlPool,
  mailboxes: readonly MailboxState[],
): Promise<{ ok: boolean; checks: Record<string, string> }> {
  const database = await checkDatabase(sql);
  const connected = mailboxes.filter((mailbox) => mailbox.connected).length;
  const checks: Record<string, string> = { database };
  if (mailboxes.length > 0) checks.mailboxes = `${connected} of ${mailboxes.length} connected`;
  return { ok: database === "ok", checks };
}

async function checkDatabase(sql: SqlPool): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("no answer"), DATABASE_TIMEOUT_MS);
  });
  const query = sql`select 1`.then(
    () => "ok",
    () => "unreachable",
  );
  const state = await Promise.race([query, timeout]);
  clearTimeout(timer);
  return state;
}
