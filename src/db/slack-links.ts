/** One-time codes by which an account is linked to a Slack user. */
import type { Sql } from "./client.ts";

/** A new code takes the place of an older one of the same user. */
export async function putSlackLinkCode(
  sql: Sql,
  code: { hash: string; userId: string; ttlSeconds: number },
): Promise<void> {
  await sql`delete from slack_link_codes where expires_at < now()`;
  await sql`
    insert into slack_link_codes (code_hash, user_id, expires_at)
    values (${code.hash}, ${code.userId}, now() + make_interval(secs => ${code.ttlSeconds}))
    on conflict (user_id) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at`;
}

/** Uses the code up. Null where there is none such, or it has expired. */
export async function takeSlackLinkCode(sql: Sql, hash: string): Promise<{ userId: string } | null> {
  const [row] = await sql<{ userId: string; expired: boolean }[]>`
    delete from slack_link_codes where code_hash = ${hash}
    returning user_id as "userId", expires_at < now() as expired`;
  return row && !row.expired ? { userId: row.userId } : null;
}

/**
 * Gives the account its Slack user. False where the account has another Slack user, or the Slack user another account:
 * nothing is taken over.
 */
export async function linkSlackUser(sql: Sql, userId: string, slackUserId: string): Promise<boolean> {
  const result = await sql`
    update users set slack_user_id = ${slackUserId}, updated_at = now()
    where id = ${userId} and (slack_user_id is null or slack_user_id = ${slackUserId})
      and not exists (select 1 from users o where o.slack_user_id = ${slackUserId} and o.id <> ${userId})`;
  return result.count === 1;
}

/** What the Slack user wrote to us becomes the account's. `address` is `<team>/<user>`. */
export async function linkSlackRequester(sql: Sql, address: string, userId: string): Promise<void> {
  await sql`update requesters set user_id = ${userId} where channel = 'slack' and address = ${address}`;
}
