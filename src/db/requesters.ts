/** People who write to us, by the address of the channel they wrote from. */
import type { Channel } from "../core/ticket.ts";
import { type Sql, storableText } from "./client.ts";

export interface RequesterIdentity {
  channel: Channel;
  /** Mail address in lower case, `<team>/<user>` of Slack, or the id of a user of the API. */
  address: string;
  name: string;
  email: string | null;
  /** Known only for the API; mail and Slack requesters are linked once the address is verified. */
  userId: string | null;
}

/**
 * The id of the requester with this channel and address, made on the first contact. A name that was empty is filled in.
 * Who writes from the address of an account that has proved it to be its own is linked to that account.
 */
export async function findOrCreateRequester(sql: Sql, identity: RequesterIdentity): Promise<string> {
  return (await putRequester(sql, identity)).id;
}

/** The same, with the name that the requester is known by; empty where unknown. */
export async function putRequester(
  sql: Sql,
  identity: RequesterIdentity,
): Promise<{ id: string; name: string }> {
  const name = storableText(identity.name).slice(0, 200);
  const [row] = await sql<{ id: string; name: string }[]>`
    insert into requesters (channel, address, name, email, user_id)
    values (
      ${identity.channel}, ${storableText(identity.address)}, ${name}, ${identity.email},
      coalesce(${identity.userId}::uuid, (
        select u.id from users u
        where u.email = ${identity.email} and u.email_verified_at is not null
      ))
    )
    on conflict (channel, address) do update set
      name = case when requesters.name = '' then excluded.name else requesters.name end,
      email = coalesce(excluded.email, requesters.email),
      user_id = coalesce(requesters.user_id, excluded.user_id)
    returning id, name`;
  if (!row) throw new Error("The requester was neither found nor created.");
  return row;
}

/** Held until the transaction ends: what is counted for this requester meanwhile stays as counted. */
export async function lockRequester(sql: Sql, requesterId: string): Promise<void> {
  await sql`select 1 from requesters where id = ${requesterId} for update`;
}

/** Marks a mail address as bouncing for good, or as reachable again. */
export async function setMailState(
  sql: Sql,
  emails: readonly string[],
  state: "ok" | "bouncing",
): Promise<void> {
  if (emails.length === 0) return;
  await sql`
    update requesters set mail_state = ${state}
    where channel = 'email' and address = any(${emails.map((email) => email.toLowerCase())}) and mail_state <> ${state}`;
}
