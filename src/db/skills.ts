/** Skills, found by their normalised names or aliases. */
import { normaliseSkill } from "../core/skills.ts";
import { type Sql, storableText } from "./client.ts";

export interface SkillRow {
  id: string;
  name: string;
  status: "active" | "proposed";
}

/**
 * The desk's skill for each name, each once; a name that neither a skill nor an alias has is added with `status`.
 * Names that normalise to nothing are left out: refuse them before. An alias leads to its skill, whatever the spelling.
 */
export async function findOrAddSkills(
  sql: Sql,
  names: readonly string[],
  status: SkillRow["status"],
): Promise<SkillRow[]> {
  const wanted = new Map<string, string>();
  for (const name of names) {
    const normalised = normaliseSkill(name);
    if (normalised !== "" && !wanted.has(normalised)) wanted.set(normalised, storableText(name.trim()));
  }
  if (wanted.size === 0) return [];
  // In one order everywhere, so that two transactions that add the same skills wait instead of deadlocking.
  const keys = [...wanted.keys()].sort();
  const labels = keys.map((key) => wanted.get(key) ?? key);
  await sql`
    insert into skills (name, normalised, status)
    select wanted.name, wanted.normalised, ${status}
    from unnest(${labels}::text[], ${keys}::text[]) with ordinality as wanted (name, normalised, position)
    where not exists (select 1 from skill_aliases a where a.normalised = wanted.normalised)
    order by wanted.position
    on conflict (normalised) do nothing`;
  return sql<SkillRow[]>`
    select s.id, s.name, s.status from skills s
    where s.normalised = any(${keys})
      or s.id in (select a.skill_id from skill_aliases a where a.normalised = any(${keys}))
    order by s.name`;
}

/** Proposed skills become part of the desk's list. */
export async function activateSkills(sql: Sql, skillIds: readonly string[]): Promise<void> {
  await sql`update skills set status = 'active' where id = any(${skillIds as string[]}) and status = 'proposed'`;
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
