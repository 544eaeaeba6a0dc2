import type { Actor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { inTransaction, isUniqueViolation, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { activateSkills, findOrAddSkills, replaceUserSkills } from "../db/skills.ts";
import {
  findUserById,
  lockAdmins,
  lockUserByEmail,
  type UserChanges,
  type UserRow,
  updateUserFields,
} from "../db/users.ts";

export interface UserUpdate extends UserChanges {
  /** All their skills from now on, by name; new names become skills of the desk. */
  skills?: string[] | undefined;
}

/**
 * Changes an account. Admins only. What is not given stays as it is; the role holds from the user's next request.
 * Rejects with `not_found` for an unknown address, `conflict` for the last admin's role or a Slack id in use.
 */
export async function updateUser(
  sql: Sql,
  actor: Actor,
  email: string,
  update: UserUpdate,
): Promise<{ user: UserRow; changed: boolean }> {
  if (actor.kind !== "admin") throw new AppError("forbidden", "Only an admin changes accounts.");
  const { skills, ...fields } = update;
  const hasFields = Object.values(fields).some((value) => value !== undefined);
  const changed = hasFields || skills !== undefined;
  return inTransaction(sql, async (tx) => {
    const userId = await lockForUpdate(tx, email, update);
    if (hasFields) await writeFields(tx, userId, fields);
    if (skills !== undefined) await writeSkills(tx, userId, skills);
    if (changed) await addOutboxEvent(tx, "user/updated", { userId });
    const user = await findUserById(tx, userId);
    if (!user) throw new AppError("internal", "The changed account cannot be read.");
    return { user, changed };
  });
}

/** Admins are locked before the account wherever a role may fall, so that all transactions lock in one order. */
async function lockForUpdate(sql: Sql, email: string, update: UserUpdate): Promise<string> {
  const mayDemote = update.role !== undefined && update.role !== "admin";
  const admins = mayDemote ? await lockAdmins(sql) : [];
  const target = await lockUserByEmail(sql, email);
  if (!target) throw new AppError("not_found", "No account has this address.");
  if (mayDemote && target.role === "admin" && admins.every((id) => id === target.id)) {
    throw new AppError("conflict", "This is the last admin. Make somebody else an admin first.");
  }
  return target.id;
}

async function writeFields(sql: Sql, userId: string, fields: UserChanges): Promise<void> {
  try {
    await updateUserFields(sql, userId, fields);
  } catch (error) {
    if (!isUniqueViolation(error, "users_slack_user_id_key")) throw error;
    throw new AppError("conflict", "Another account has this Slack user.", { cause: error });
  }
}

async function writeSkills(sql: Sql, userId: string, names: string[]): Promise<void> {
  const skills = await findOrAddSkills(sql, names, "active");
  const ids = skills.map((skill) => skill.id);
  await activateSkills(sql, ids);
  await replaceUserSkills(sql, userId, ids);
}
