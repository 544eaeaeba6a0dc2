/** Skills, found by their normalised names or aliases. What admins see and decide of them stands in skill-admin.ts. */
import { findWellKnownSkill } from "../core/skill-names.ts";
import { normaliseSkill } from "../core/skills.ts";
import { type Sql, storableText } from "./client.ts";

export type SkillStatus = "active" | "proposed" | "refused" | "retired";

export interface SkillRow {
  id: string;
  name: string;
  status: SkillStatus;
}

interface NewSkill {
  name: string;
  normalised: string;
  aliases: string[];
}

/**
 * The desk's skill for each name, each once; a name that neither a skill nor an alias has is added with `status`, and
 * with the other names that everybody knows it by. Names that normalise to nothing are left out: refuse them before.
 * An alias leads to its skill, whatever the spelling. For `proposed`, skills that an admin refused are left out.
 */
export async function findOrAddSkills(
  sql: Sql,
  names: readonly string[],
  status: "active" | "proposed",
): Promise<SkillRow[]> {
  const wanted = new Map<string, string>();
  for (const name of names) {
    const normalised = normaliseSkill(name);
    if (normalised !== "" && !wanted.has(normalised)) wanted.set(normalised, name.trim());
  }
  if (wanted.size === 0) return [];
  const keys = [...wanted.keys()];
  const known = await listKnownNames(sql, [...keys, ...keys.flatMap(canonicalOf)]);
  const missing = keys.filter((key) => !known.has(key)).map((key) => describeNew(key, wanted, known));
  await insertSkills(sql, missing, status);
  const found = [...keys, ...missing.map(({ normalised }) => normalised)];
  return sql<SkillRow[]>`
    select s.id, s.name, s.status from skills s
    where (s.normalised = any(${found}) or s.id in (select a.skill_id from skill_aliases a where a.normalised = any(${found})))
      and ${status === "active" ? sql`true` : sql`s.status <> 'refused'`}
    order by s.name`;
}

function canonicalOf(normalised: string): string[] {
  const known = findWellKnownSkill(normalised);
  return known === null ? [] : [normaliseSkill(known.name)];
}

/** As it was written, unless everybody calls it otherwise, and no admin has decided about that other name. */
function describeNew(
  normalised: string,
  wanted: ReadonlyMap<string, string>,
  taken: ReadonlySet<string>,
): NewSkill {
  const wellKnown = findWellKnownSkill(normalised);
  const canonical = wellKnown === null ? normalised : normaliseSkill(wellKnown.name);
  if (wellKnown === null || (canonical !== normalised && taken.has(canonical))) {
    return { name: wanted.get(normalised) ?? normalised, normalised, aliases: [] };
  }
  const name = canonical === normalised ? (wanted.get(normalised) ?? wellKnown.name) : wellKnown.name;
  return { name, normalised: canonical, aliases: wellKnown.aliases };
}

/** Which of these normalised names lead to a skill, of whatever status. */
async function listKnownNames(sql: Sql, normalised: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ name: string }[]>`
    select normalised as name from skills where normalised = any(${[...normalised]})
    union select normalised from skill_aliases where normalised = any(${[...normalised]})`;
  return new Set(rows.map(({ name }) => name));
}

async function insertSkills(sql: Sql, skills: readonly NewSkill[], status: SkillStatus): Promise<void> {
  if (skills.length === 0) return;
  // In one order everywhere, so that two transactions that add the same skills wait instead of deadlocking.
  const ordered = skills.toSorted((a, b) => (a.normalised < b.normalised ? -1 : 1));
  const added = await sql<{ id: string; normalised: string }[]>`
    insert into skills (name, normalised, status)
    select given.name, given.normalised, ${status}
    from unnest(${ordered.map(({ name }) => storableText(name))}::text[], ${ordered.map(({ normalised }) => normalised)}::text[])
      with ordinality as given (name, normalised, position)
    where not exists (select 1 from skill_aliases a where a.normalised = given.normalised)
    order by given.position
    on conflict (normalised) do nothing returning id, normalised`;
  const ids = new Map(added.map(({ id, normalised }) => [normalised, id]));
  for (const { normalised, aliases } of ordered) {
    const skillId = ids.get(normalised);
    if (skillId !== undefined) await addFreeAliases(sql, skillId, aliases);
  }
}

/** Aliases that no skill has as its name or alias. Answers those that were taken by another skill. */
export async function addFreeAliases(
  sql: Sql,
  skillId: string,
  aliases: readonly string[],
): Promise<string[]> {
  if (aliases.length === 0) return [];
  const wanted = [...new Set(aliases)].sort();
  await sql`
    insert into skill_aliases (normalised, skill_id)
    select alias, ${skillId} from unnest(${wanted}::text[]) alias
    where not exists (select 1 from skills s where s.normalised = alias)
    on conflict do nothing`;
  const own = await sql<{ name: string }[]>`
    select normalised as name from skill_aliases where skill_id = ${skillId}
    union select normalised from skills where id = ${skillId}`;
  const names = new Set(own.map(({ name }) => name));
  return wanted.filter((alias) => !names.has(alias));
}

/** Skills that an admin gives to somebody are part of the desk's list, also where they were only proposed, or refused. */
export async function activateSkills(sql: Sql, skillIds: readonly string[]): Promise<void> {
  await sql`update skills set status = 'active' where id = any(${skillIds as string[]}) and status <> 'active'`;
}

/** Makes these the user's skills, and no others. */
export async function replaceUserSkills(
  sql: Sql,
  userId: string,
  skillIds: readonly string[],
): Promise<void> {
  const ids = [...skillIds];
  await sql`delete from user_skills where user_id = ${userId} and skill_id <> all(${ids})`;
  await sql`
    insert into user_skills (user_id, skill_id) select ${userId}, unnest(${ids}::uuid[])
    on conflict do nothing`;
}
