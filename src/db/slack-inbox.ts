/** What Slack delivered, until it has an outcome. */
import { jsonb, type Sql, storableText } from "./client.ts";

/** One statement. Nothing is written where it waits here already, or stands in the ledger. */
export async function putInSlackInbox(
  sql: Sql,
  one: { account: string; externalId: string; message: unknown },
): Promise<void> {
  const externalId = storableText(one.externalId);
  await sql`
    insert into slack_inbox (account, external_id, message)
    select ${one.account}, ${externalId}, ${jsonb(sql, one.message)}
    where not exists (
      select 1 from intake_ledger
      where channel = 'slack' and account = ${one.account} and external_id = ${externalId}
    )
    on conflict do nothing`;
}

export interface InboxRow {
  id: number;
  message: unknown;
}

/** The oldest that wait, after `afterId`. */
export async function listSlackInbox(sql: Sql, afterId: number, limit: number): Promise<InboxRow[]> {
  return sql<InboxRow[]>`
    select id, message from slack_inbox where id > ${afterId} order by id limit ${limit}`;
}

export async function removeFromSlackInbox(sql: Sql, id: number): Promise<void> {
  await sql`delete from slack_inbox where id = ${id}`;
}
