/** Skills that a classifier named on a ticket and the desk does not have: kept for an admin, and used for nothing yet. */
import { normaliseSkill } from "../core/skills.ts";
import type { Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { noteSighting } from "../db/skill-admin.ts";
import { findOrAddSkills } from "../db/skills.ts";

/** More of one ticket are a classifier that talks. */
const NAMES_MAX = 5;
const NAME_LENGTH_MAX = 60;

/** Counts each once for each ticket. What is no name of a skill, is long, or was refused before is passed over. */
export async function proposeSkills(sql: Sql, ticketId: string, names: readonly string[]): Promise<void> {
  const usable = names.filter(
    (name) => name.length <= NAME_LENGTH_MAX && !/\p{Cc}/u.test(name) && normaliseSkill(name) !== "",
  );
  for (const skill of await findOrAddSkills(sql, usable.slice(0, NAMES_MAX), "proposed")) {
    if (skill.status !== "proposed") continue;
    const isNew = await noteSighting(sql, skill.id, ticketId);
    if (isNew) await addOutboxEvent(sql, "skill/named", { skillId: skill.id });
  }
}
