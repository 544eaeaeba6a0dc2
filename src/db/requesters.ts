/** People who write to us, by the address of the channel they wrote from. */
import type { Channel } from "../core/ticket.ts";
import { type Sql, storableText } from "./client.ts";
import { gathered, gatheredWrite } from "./gather.ts";

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

export interface Requester {
  id: string;
  /** As the requester is known; empty where unknown. */
  name: string;
}

/** The same, with the name that the requester is known by. */
export async function putRequester(sql: Sql, identity: RequesterIdentity): Promise<Requester> {
  const address = storableText(identity.address);
  const name = storableText(identity.name).slice(0, 200);
  return putTogether(sql, { ...identity, address, name });
}

const putTogether = gathered(putRequesters);

async function putRequesters(sql: Sql, identities: readonly RequesterIdentity[]): Promise<Requester[]> {
  const known = await findUnchanged(sql, identities);
  const others = mergeByKey(identities.filter((identity) => !known.has(keyOf(identity))));
  const written = others.length === 0 ? new Map<string, Requester>() : await writeRequesters(sql, others);
  return identities.map((identity) => {
    const requester = known.get(keyOf(identity)) ?? written.get(keyOf(identity));
    if (requester === undefined) throw new Error("The requester was neither found nor created.");
    return requester;
  });
}

/** Each once, under the first name that is given. Sorted: two batches with the same people do not wait crosswise. */
function mergeByKey(identities: readonly RequesterIdentity[]): RequesterIdentity[] {
  const merged = new Map<string, RequesterIdentity>();
  for (const identity of identities) {
    const before = merged.get(keyOf(identity));
    if (before === undefined || (before.name === "" && identity.name !== ""))
      merged.set(keyOf(identity), identity);
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, identity]) => identity);
}

interface RequesterRow extends Requester {
  channel: Channel;
  address: string;
}

function keyOf({ channel, address }: { channel: Channel; address: string }): string {
  return `${channel} ${address}`;
}

function byKey(rows: readonly RequesterRow[]): Map<string, Requester> {
  return new Map(rows.map((row) => [keyOf(row), { id: row.id, name: row.name }]));
}

/** Those that are known already and learn nothing new: most mails are from them, and need no write. */
async function findUnchanged(
  sql: Sql,
  identities: readonly RequesterIdentity[],
): Promise<Map<string, Requester>> {
  const rows = await sql<RequesterRow[]>`
    select r.id, r.name, r.channel, r.address
    from unnest(
      ${identities.map(({ channel }) => channel)}::text[], ${identities.map(({ address }) => address)}::text[],
      ${identities.map(({ name }) => name)}::text[], ${identities.map(({ email }) => email)}::text[],
      ${identities.map(({ userId }) => userId)}::uuid[]
    ) given (channel, address, name, email, user_id)
    join requesters r on r.channel = given.channel and r.address = given.address
    where (r.name <> '' or given.name = '') and (given.email is null or r.email = given.email)
      and (r.user_id is not null or (given.user_id is null and not exists (
        select 1 from users u where u.email = given.email and u.email_verified_at is not null
      )))`;
  return byKey(rows);
}

async function writeRequesters(
  sql: Sql,
  identities: readonly RequesterIdentity[],
): Promise<Map<string, Requester>> {
  const rows = await sql<RequesterRow[]>`
    insert into requesters (channel, address, name, email, user_id)
    select given.channel, given.address, given.name, given.email, coalesce(given.user_id, (
      select u.id from users u where u.email = given.email and u.email_verified_at is not null
    ))
    from unnest(
      ${identities.map(({ channel }) => channel)}::text[], ${identities.map(({ address }) => address)}::text[],
      ${identities.map(({ name }) => name)}::text[], ${identities.map(({ email }) => email)}::text[],
      ${identities.map(({ userId }) => userId)}::uuid[]
    ) given (channel, address, name, email, user_id)
    on conflict (channel, address) do update set
      name = case when requesters.name = '' then excluded.name else requesters.name end,
      email = coalesce(excluded.email, requesters.email),
      user_id = coalesce(requesters.user_id, excluded.user_id)
    returning id, name, channel, address`;
  return byKey(rows);
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
  if (emails.length > 0) await setMailStateTogether(sql, { emails, state });
}

const setMailStateTogether = gatheredWrite(setMailStates);

async function setMailStates(
  sql: Sql,
  changes: readonly { emails: readonly string[]; state: "ok" | "bouncing" }[],
): Promise<void> {
  for (const state of ["ok", "bouncing"] as const) {
    const emails = changes.filter((one) => one.state === state).flatMap((one) => one.emails);
    if (emails.length === 0) continue;
    await sql`
      update requesters set mail_state = ${state}
      where channel = 'email' and address = any(${emails.map((email) => email.toLowerCase())}) and mail_state <> ${state}`;
  }
}
