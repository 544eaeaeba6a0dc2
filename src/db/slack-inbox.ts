/** What Slack delivered, until it has an outcome. */
import { type Sql, storableJsonText } from "./client.ts";

/** One statement, in the order given. Nothing is written of what waits here already, or stands in the ledger. */
export async function putInSlackInbox(
  sql: Sql,
  messages: readonly { account: string; externalId: string; message: unknown }[],
): Promise<void> {
  await sql`
    insert into slack_inbox (account, external_id, message)
    select given.account, given."externalId", given.message
    from rows from (
      jsonb_to_recordset(${storableJsonText(messages)}::text::jsonb)
        as (account text, "externalId" text, message jsonb)
    ) with ordinality given (account, "externalId", message, place)
    where not exists (
      select 1 from intake_ledger l
      where l.channel = 'slack' and l.account = given.account and l.external_id = given."externalId"
    )
    order by given.place
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
