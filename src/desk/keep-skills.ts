/** An admin keeps the desk's list of skills: adds, renames, gives other names, retires, and decides on what was proposed. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { normaliseSkill } from "../core/skills.ts";
import { inTransaction, isUniqueViolation, type Sql, type SqlTransaction } from "../db/client.ts";
import { addDeskEvent, type DeskEventType } from "../db/desk-events.ts";
import { addOutboxEvent, addOutboxEvents } from "../db/outbox.ts";
import {
  addSkillToWaitingTickets,
  joinSkills,
  keepAliases,
  lockSkill,
  lockSkillByName,
  readSkill,
  renameSkill,
  type SkillView,
  setSkillStatus,
} from "../db/skill-admin.ts";
import { addFreeAliases, findOrAddSkills } from "../db/skills.ts";

export interface SkillChange {
  name?: string | undefined;
  /** All its other names from now on. */
  aliases?: readonly string[] | undefined;
  status?: "active" | "retired" | undefined;
}

export type SkillDecision =
  | { decision: "accept"; name?: string | undefined }
  /** Another name of a skill that the desk has. */
  | { decision: "alias"; of: string }
  | { decision: "refuse" };

/** Rejects with `conflict` where a skill has this name, or one of the aliases. */
export async function addSkill(
  sql: Sql,
  actor: StaffActor,
  skill: { name: string; aliases: readonly string[] },
): Promise<SkillView> {
  return asAdmin(sql, actor, async (tx) => {
    const normalised = requireName(skill.name);
    const existing = await lockSkillByName(tx, normalised);
    if (existing?.status === "active") {
      throw new AppError("conflict", `The desk has the skill ${skill.name} already, maybe by another name.`);
    }
    const [added] = await findOrAddSkills(tx, [skill.name], "active");
    if (!added) throw new AppError("internal", "The skill was not added.");
    if (existing !== null) await setSkillStatus(tx, added.id, "active", actor.userId);
    await addAliases(tx, added.id, skill.aliases);
    return finish(tx, actor, "skill-added", added.id);
  });
}

export async function changeSkill(
  sql: Sql,
  actor: StaffActor,
  skillId: string,
  change: SkillChange,
): Promise<SkillView> {
  return asAdmin(sql, actor, async (tx) => {
    const skill = await requireSkill(tx, skillId);
    if (skill.status === "proposed" && change.status !== undefined) {
      throw new AppError(
        "conflict",
        "This skill is only proposed: accept it, make it an alias, or refuse it.",
      );
    }
    if (change.aliases !== undefined) {
      await keepAliases(tx, skillId, change.aliases.map(normaliseSkill));
      await addAliases(tx, skillId, change.aliases);
    }
    // After the aliases, which replace all others: the old name becomes one of them.
    if (change.name !== undefined) await rename(tx, skillId, skill.normalised, change.name);
    if (change.status !== undefined) await setSkillStatus(tx, skillId, change.status, actor.userId);
    return finish(tx, actor, "skill-changed", skillId);
  });
}

/** Rejects with `conflict` where it was decided before. */
export async function decideOnSkill(
  sql: Sql,
  actor: StaffActor,
  skillId: string,
  decided: SkillDecision,
): Promise<SkillView> {
  return asAdmin(sql, actor, async (tx) => {
    const skill = await requireSkill(tx, skillId);
    if (skill.status !== "proposed") {
      throw new AppError("conflict", `${skill.name} is not proposed any more: it is ${skill.status}.`);
    }
    switch (decided.decision) {
      case "refuse":
        await setSkillStatus(tx, skillId, "refused", actor.userId);
        return finish(tx, actor, "skill-refused", skillId);
      case "accept":
        if (decided.name !== undefined) await rename(tx, skillId, skill.normalised, decided.name);
        await setSkillStatus(tx, skillId, "active", actor.userId);
        return finish(tx, actor, "skill-accepted", skillId);
      case "alias": {
        const into = await lockSkillByName(tx, requireName(decided.of));
        if (into === null || into.status !== "active" || into.id === skillId) {
          throw new AppError("invalid", `The desk has no skill ${decided.of} that this could be a name of.`);
        }
        await joinSkills(tx, skillId, into.id);
        return finish(tx, actor, "skill-joined", into.id, { other: skill.name });
      }
      default:
        return decided satisfies never;
    }
  });
}

function asAdmin<T>(sql: Sql, actor: StaffActor, work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
  if (actor.kind !== "admin") throw new AppError("forbidden", "Only an admin decides about skills.");
  return inTransaction(sql, work);
}

function requireName(name: string): string {
  const normalised = normaliseSkill(name);
  if (normalised === "") throw new AppError("invalid", "The name of a skill has a letter or a digit.");
  return normalised;
}

async function requireSkill(tx: SqlTransaction, skillId: string) {
  const skill = await lockSkill(tx, skillId);
  if (!skill) throw new AppError("not_found", "There is no such skill.");
  return skill;
}

/** The old name stays as an alias: tickets that say it still find the skill. */
async function rename(tx: SqlTransaction, skillId: string, was: string, name: string): Promise<void> {
  const normalised = requireName(name);
  const other = await lockSkillByName(tx, normalised);
  if (other !== null && other.id !== skillId) {
    throw new AppError("conflict", `Another skill has the name ${name}.`);
  }
  try {
    await inTransaction(tx, (savepoint) =>
      renameSkill(savepoint, skillId, { name: name.trim(), normalised }),
    );
  } catch (error) {
    if (!isUniqueViolation(error, "skills_normalised_key")) throw error;
    throw new AppError("conflict", `Another skill has the name ${name}.`, { cause: error });
  }
  if (was !== normalised) await addFreeAliases(tx, skillId, [was]);
}

async function addAliases(tx: SqlTransaction, skillId: string, aliases: readonly string[]): Promise<void> {
  const taken = await addFreeAliases(tx, skillId, aliases.map(requireName));
  if (taken.length > 0) throw new AppError("conflict", `Another skill has the name ${taken.join(", ")}.`);
}

/** The trail, and the tickets that waited for this skill. */
async function finish(
  tx: SqlTransaction,
  actor: StaffActor,
  event: DeskEventType,
  skillId: string,
  data: Record<string, unknown> = {},
): Promise<SkillView> {
  const skill = await readSkill(tx, skillId);
  if (!skill) throw new AppError("internal", "The skill cannot be read.");
  const { name, aliases, status } = skill;
  await addDeskEvent(tx, event, actor, { skillId, name, aliases, status, ...data });
  if (status === "active") {
    const tickets = await addSkillToWaitingTickets(tx, skillId);
    await addOutboxEvents(
      tx,
      tickets.map((ticketId) => ({ name: "ticket/changed" as const, data: { ticketId } })),
    );
  }
  await addOutboxEvent(tx, "skill/changed", { skillId });
  return skill;
}
