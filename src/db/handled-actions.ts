/** Clicks and forms that were carried out. */
import type { Sql } from "./client.ts";

/** Notes that a click or form is carried out in this transaction. False where it was before: change nothing. */
export async function noteHandledAction(sql: Sql, key: string): Promise<boolean> {
  const result = await sql`insert into handled_actions (key) values (${key}) on conflict (key) do nothing`;
  return result.count === 1;
}

/** Forgets keys that are older than `hours`: Slack's signatures are good for five minutes. */
export async function pruneHandledActions(sql: Sql, hours: number): Promise<number> {
  const result =
    await sql`delete from handled_actions where handled_at < now() - make_interval(hours => ${hours})`;
  return result.count;
}
