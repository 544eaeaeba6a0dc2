/** Accounts: people who sign in. A password hash leaves this file only through the two functions that check one. */
import type { Role } from "../core/actor.ts";
import { type Sql, storableText } from "./client.ts";

export interface UserRow {
  id: string;
  /** Lower case. */
  email: string;
  name: string;
  role: Role;
  /** Names as the desk spells them, proposed ones included. */
  skills: string[];
  capacity: number;
  away: boolean;
  /** Gone for long: their open tickets go to others. */
  handOver: boolean;
  /** Is given tickets for which no needed skill is known. */
  takesGeneral: boolean;
  /** Null where they have no hours of their own: there unless away. */
  timeZone: string | null;
  workingHours: string | null;
  /** A deactivated account signs in nowhere, and acts nowhere. */
  deactivatedAt: Date | null;
  slackUserId: string | null;
  emailVerifiedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What signing in is checked against. */
export interface Credentials {
  userId: string;
  passwordHash: string | null;
}

/** The least that a request needs to know of who makes it. */
export interface SessionUser {
  id: string;
  email: string;
  name: string;
  role: Role;
  passwordHash: string | null;
}

function userColumns(sql: Sql) {
  return sql`
    u.id, u.email, u.name, u.role, u.capacity, u.away, u.hands_over as "handOver",
    u.takes_general as "takesGeneral", u.time_zone as "timeZone", u.working_hours as "workingHours",
    u.deactivated_at as "deactivatedAt", u.slack_user_id as "slackUserId",
    u.email_verified_at as "emailVerifiedAt", u.created_at as "createdAt", u.updated_at as "updatedAt",
    array(select s.name from user_skills us join skills s on s.id = us.skill_id where us.user_id = u.id order by s.name)
      as skills`;
}

export async function findUserById(sql: Sql, userId: string): Promise<UserRow | null> {
  const [row] = await sql<UserRow[]>`select ${userColumns(sql)} from users u where u.id = ${userId}`;
  return row ?? null;
}

/** `email` in lower case. */
export async function findUserByEmail(sql: Sql, email: string): Promise<UserRow | null> {
  const [row] = await sql<UserRow[]>`select ${userColumns(sql)} from users u where u.email = ${email}`;
  return row ?? null;
}

export async function findCredentials(sql: Sql, email: string): Promise<Credentials | null> {
  const [row] = await sql<Credentials[]>`
    select id as "userId", password_hash as "passwordHash" from users
    where email = ${email} and deactivated_at is null`;
  return row ?? null;
}

/** The user of a token, as they are now: role and password are read on every request. */
export async function findSessionUser(sql: Sql, userId: string): Promise<SessionUser | null> {
  const [row] = await sql<SessionUser[]>`
    select id, email, name, role, password_hash as "passwordHash" from users
    where id = ${userId} and deactivated_at is null`;
  return row ?? null;
}

/** The new user's id, or null where the address has an account already. */
export async function insertUser(
  sql: Sql,
  user: { email: string; name: string; role: Role; passwordHash: string },
): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    insert into users (email, name, role, password_hash)
    values (${user.email}, ${storableText(user.name)}, ${user.role}, ${user.passwordHash})
    on conflict on constraint users_email_key do nothing
    returning id`;
  return row?.id ?? null;
}

/**
 * Locks the account for the rest of the transaction, so that two changes come one after the other. Not `for update`,
 * which would hold up everybody who writes a row that points at this user.
 */
export async function lockUserByEmail(sql: Sql, email: string): Promise<{ id: string; role: Role } | null> {
  const [row] = await sql<{ id: string; role: Role }[]>`
    select id, role from users where email = ${email} for no key update`;
  return row ?? null;
}

/** Ids of all admins who can sign in, locked in one order: two admins who demote each other at once cannot leave none. */
export async function lockAdmins(sql: Sql): Promise<string[]> {
  const rows = await sql<
    { id: string }[]
  >`select id from users where role = 'admin' and deactivated_at is null order by id for no key update`;
  return rows.map((row) => row.id);
}

export interface UserChanges {
  role?: Role | undefined;
  name?: string | undefined;
  capacity?: number | undefined;
  /** Coming back ends handing over as well. */
  away?: boolean | undefined;
  handOver?: boolean | undefined;
  takesGeneral?: boolean | undefined;
  /** Checked by the caller; null takes them away. */
  hours?: { timeZone: string; workingHours: string } | null | undefined;
  active?: boolean | undefined;
  /** null unlinks. */
  slackUserId?: string | null | undefined;
}

/** Writes what is given and leaves the rest. Violates `users_slack_user_id_key` where another account has the Slack id. */
export async function updateUserFields(sql: Sql, userId: string, changes: UserChanges): Promise<void> {
  const { role, capacity, away, handOver, takesGeneral, hours, active, slackUserId } = changes;
  const name = changes.name === undefined ? null : storableText(changes.name);
  await sql`
    update users set
      role = coalesce(${role ?? null}, role), name = coalesce(${name}, name),
      capacity = coalesce(${capacity ?? null}::integer, capacity), away = coalesce(${away ?? null}::boolean, away),
      away_since = case when ${away ?? null}::boolean is null or ${away ?? null}::boolean = away then away_since
        when ${away ?? null}::boolean then now() end,
      hands_over = case when ${away ?? null}::boolean is false then false
        else coalesce(${handOver ?? null}::boolean, hands_over) end,
      takes_general = coalesce(${takesGeneral ?? null}::boolean, takes_general),
      time_zone = case when ${hours === undefined} then time_zone else ${hours?.timeZone ?? null} end,
      working_hours = case when ${hours === undefined} then working_hours else ${hours?.workingHours ?? null} end,
      deactivated_at = case when ${active ?? null}::boolean is null then deactivated_at
        when ${active ?? null}::boolean then null else coalesce(deactivated_at, now()) end,
      slack_user_id = case when ${slackUserId === undefined} then slack_user_id else ${slackUserId ?? null} end,
      updated_at = now()
    where id = ${userId}`;
}

/** A new password ends every token that was issued before it. */
export async function setPasswordHash(sql: Sql, userId: string, passwordHash: string): Promise<void> {
  await sql`update users set password_hash = ${passwordHash}, updated_at = now() where id = ${userId}`;
}

/** Keeps the first time. */
export async function markEmailVerified(sql: Sql, userId: string): Promise<void> {
  await sql`
    update users set email_verified_at = now(), updated_at = now()
    where id = ${userId} and email_verified_at is null`;
}

/** Gives the account the tickets of everybody who wrote from its address and belongs to no account. */
export async function linkRequestersByEmail(sql: Sql, userId: string, email: string): Promise<number> {
  const result = await sql`
    update requesters set user_id = ${userId}
    where email = ${email} and user_id is null and channel in ('email', 'slack')`;
  return result.count;
}

/** Where a list of users goes on: after this row, in the order of (created, id). */
export interface UserPosition {
  /** With microseconds, as `YYYY-MM-DDTHH:MI:SS.ffffffZ`: a Date would round, and skip or repeat rows. */
  createdAt: string;
  id: string;
}

/** A page of users, the oldest first, and the position after it, or null at the end. */
export async function listUsers(
  sql: Sql,
  page: { after: UserPosition | null; limit: number },
): Promise<{ users: UserRow[]; next: UserPosition | null }> {
  const { after, limit } = page;
  const rows = await sql<(UserRow & { position: string })[]>`
    select ${userColumns(sql)}, to_char(u.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
    from users u
    ${after ? sql`where (u.created_at, u.id) > (${after.createdAt}::text::timestamptz, ${after.id}::uuid)` : sql``}
    order by u.created_at, u.id limit ${limit + 1}`;
  const users = rows.slice(0, limit);
  const last = users.at(-1);
  return { users, next: rows.length > limit && last ? { createdAt: last.position, id: last.id } : null };
}
