/** The desk's list of skills as admins keep it, and skills that classifiers named and the desk does not have. */
import { type Sql, storableText } from "./client.ts";
import type { SkillStatus } from "./skills.ts";

export interface SkillView {
  id: string;
  name: string;
  normalised: string;
  status: SkillStatus;
  /** Normalised. */
  aliases: string[];
  /** How many moderators and admins have it. */
  people: number;
  /** On how many tickets a classifier named it while the desk did not have it. */
  seen: number;
  lastSeenAt: Date | null;
  /** Numbers of the newest tickets on which it was named. */
  tickets: number[];
}

/** Proposals: the most often seen first; every other list by name. */
export interface SkillPosition {
  seen: number;
  normalised: string;
}

const TICKETS_SHOWN = 5;

function skillColumns(sql: Sql) {
  return sql`
    s.id, s.name, s.normalised, s.status, s.seen, s.last_seen_at as "lastSeenAt",
    array(select a.normalised from skill_aliases a where a.skill_id = s.id order by 1) as aliases,
    (select count(*) from user_skills us join users u on u.id = us.user_id
      where us.skill_id = s.id and u.role <> 'user' and u.deactivated_at is null) as people,
    array(select t.number from skill_sightings g join tickets t on t.id = g.ticket_id
      where g.skill_id = s.id order by t.number desc limit ${TICKETS_SHOWN}) as tickets`;
}

export async function listSkills(
  sql: Sql,
  status: SkillStatus,
  page: { after: SkillPosition | null; limit: number },
): Promise<{ skills: SkillView[]; next: SkillPosition | null }> {
  const { after, limit } = page;
  const bySeen = status === "proposed";
  const seen = after?.seen ?? 0;
  const name = after?.normalised ?? "";
  const rows = await sql<SkillView[]>`
    select ${skillColumns(sql)} from skills s
    where s.status = ${status} and ${
      after === null
        ? sql`true`
        : bySeen
          ? sql`(s.seen < ${seen} or (s.seen = ${seen} and s.normalised > ${name}))`
          : sql`s.normalised > ${name}`
    }
    order by ${bySeen ? sql`s.seen desc, s.normalised` : sql`s.normalised`} limit ${limit + 1}`;
  const skills = rows.slice(0, limit);
  const last = skills.at(-1);
  return {
    skills,
    next: rows.length > limit && last ? { seen: last.seen, normalised: last.normalised } : null,
  };
}

export async function readSkill(sql: Sql, skillId: string): Promise<SkillView | null> {
  const [row] = await sql<SkillView[]>`select ${skillColumns(sql)} from skills s where s.id = ${skillId}`;
  return row ?? null;
}

/** The skill that has this normalised name, or has it as an alias; locked for the rest of the transaction. */
export async function lockSkillByName(
  sql: Sql,
  normalised: string,
): Promise<{ id: string; name: string; status: SkillStatus } | null> {
  const [row] = await sql<{ id: string; name: string; status: SkillStatus }[]>`
    select id, name, status from skills
    where normalised = ${normalised} or id = (select skill_id from skill_aliases where normalised = ${normalised})
    order by (normalised = ${normalised}) desc limit 1 for no key update`;
  return row ?? null;
}

export async function lockSkill(
  sql: Sql,
  skillId: string,
): Promise<{ name: string; normalised: string; status: SkillStatus } | null> {
  const [row] = await sql<{ name: string; normalised: string; status: SkillStatus }[]>`
    select name, normalised, status from skills where id = ${skillId} for no key update`;
  return row ?? null;
}

/** Violates `skills_normalised_key` where another skill has the name. */
export async function renameSkill(
  sql: Sql,
  skillId: string,
  names: { name: string; normalised: string },
): Promise<void> {
  await sql`delete from skill_aliases where skill_id = ${skillId} and normalised = ${names.normalised}`;
  await sql`
    update skills set name = ${storableText(names.name)}, normalised = ${names.normalised} where id = ${skillId}`;
}

export async function setSkillStatus(
  sql: Sql,
  skillId: string,
  status: SkillStatus,
  userId: string,
): Promise<void> {
  await sql`
    update skills set status = ${status}, decided_by = ${userId}, decided_at = now() where id = ${skillId}`;
}

/** Keeps of a skill's aliases only these. */
export async function keepAliases(sql: Sql, skillId: string, aliases: readonly string[]): Promise<void> {
  await sql`delete from skill_aliases where skill_id = ${skillId} and normalised <> all(${[...aliases]})`;
}

/** Makes one skill, its names, people and sightings part of another. */
export async function joinSkills(sql: Sql, fromId: string, intoId: string): Promise<void> {
  await sql`
    insert into user_skills (user_id, skill_id) select user_id, ${intoId} from user_skills where skill_id = ${fromId}
    on conflict do nothing`;
  await sql`
    insert into skill_sightings (skill_id, ticket_id, seen_at)
    select ${intoId}, ticket_id, seen_at from skill_sightings where skill_id = ${fromId} on conflict do nothing`;
  await sql`update skill_aliases set skill_id = ${intoId} where skill_id = ${fromId}`;
  const [gone] = await sql<{ normalised: string }[]>`
    delete from skills where id = ${fromId} returning normalised`;
  if (gone) {
    await sql`
      insert into skill_aliases (normalised, skill_id) values (${gone.normalised}, ${intoId}) on conflict do nothing`;
  }
}

/** Counts a skill that was named on a ticket, once for each ticket. True where it was never seen before. */
export async function noteSighting(sql: Sql, skillId: string, ticketId: string): Promise<boolean> {
  const noted = await sql`
    insert into skill_sightings (skill_id, ticket_id) values (${skillId}, ${ticketId}) on conflict do nothing`;
  if (noted.count === 0) return false;
  const [row] = await sql<{ seen: number }[]>`
    update skills set seen = seen + 1, last_seen_at = now() where id = ${skillId} returning seen`;
  return row?.seen === 1;
}

/** Gives the skill to the open tickets that nobody has and that named it; not where a person has set their skills. */
export async function addSkillToWaitingTickets(sql: Sql, skillId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    update tickets t set related_skills = array_append(t.related_skills, s.name), updated_at = now()
    from skills s, skill_sightings g
    where s.id = ${skillId} and g.skill_id = s.id and t.id = g.ticket_id and t.assignee_id is null
      and t.status in ('open', 'in_progress', 'waiting') and not 'skills' = any(t.person_changed)
      and not s.name = any(t.related_skills)
    returning t.id`;
  return rows.map(({ id }) => id);
}

export interface SkillChangeView {
  id: string;
  state: "open" | "accepted" | "ignored";
  person: { id: string; name: string };
  skill: { id: string; name: string };
  ticket: { id: string; number: number; title: string };
  note: string;
  decidedBy: string | null;
  /** With microseconds: the order of the list. */
  position: string;
  createdAt: Date;
}

/** Questions whether a skill should be taken off a profile, the newest first. */
export async function listSkillChanges(
  sql: Sql,
  state: "open" | "all",
  page: { before: { position: string; id: string } | null; limit: number },
): Promise<{ changes: SkillChangeView[]; hasMore: boolean }> {
  const { before, limit } = page;
  const rows = await sql<SkillChangeView[]>`
    select p.id, p.state, json_build_object('id', u.id, 'name', coalesce(nullif(u.name, ''), u.email)) as person,
      json_build_object('id', s.id, 'name', s.name) as skill,
      json_build_object('id', t.id, 'number', t.number, 'title', t.title) as ticket, p.note,
      coalesce(nullif(d.name, ''), d.email) as "decidedBy", p.created_at as "createdAt",
      to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
    from skill_proposals p join users u on u.id = p.user_id join skills s on s.id = p.skill_id
    join tickets t on t.id = p.ticket_id left join users d on d.id = p.decided_by
    where ${state === "open" ? sql`p.state = 'open'` : sql`true`}
      and ${before === null ? sql`true` : sql`(p.created_at, p.id) < (${before.position}::text::timestamptz, ${before.id}::uuid)`}
    order by p.created_at desc, p.id desc limit ${limit + 1}`;
  return { changes: rows.slice(0, limit), hasMore: rows.length > limit };
}
