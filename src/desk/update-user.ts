import type { Actor, StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { inTransaction, isUniqueViolation, type Sql } from "../db/client.ts";
import { addDeskEvent } from "../db/desk-events.ts";
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
 * Who loses the role, is deactivated or hands over has no tickets any more soon after: `user/updated` gives them away.
 * Rejects with `not_found` for an unknown address, `conflict` for the last admin's role, a Slack id in use, a skill
 * that is retired, or handing over by somebody who is here.
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
    const before = await readUser(tx, userId);
    if (update.handOver === true && !(update.away ?? before.away)) {
      throw new AppError("conflict", "Only who is away hands tickets over: set away as well.");
    }
    if (hasFields) await writeFields(tx, userId, fields);
    if (skills !== undefined) await writeSkills(tx, userId, skills);
    const user = await readUser(tx, userId);
    if (changed) {
      await addOutboxEvent(tx, "user/updated", { userId });
      await noteChanges(tx, actor, before, user);
    }
    return { user, changed };
  });
}

/** Admins are locked before the account wherever one may be lost, so that all transactions lock in one order. */
async function lockForUpdate(sql: Sql, email: string, update: UserUpdate): Promise<string> {
  const mayLose = (update.role !== undefined && update.role !== "admin") || update.active === false;
  const admins = mayLose ? await lockAdmins(sql) : [];
  const target = await lockUserByEmail(sql, email);
  if (!target) throw new AppError("not_found", "No account has this address.");
  if (mayLose && target.role === "admin" && admins.every((id) => id === target.id)) {
    throw new AppError("conflict", "This is the last admin. Make somebody else an admin first.");
  }
  return target.id;
}

async function readUser(sql: Sql, userId: string): Promise<UserRow> {
  const user = await findUserById(sql, userId);
  if (!user) throw new AppError("internal", "The changed account cannot be read.");
  return user;
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
  const [retired] = skills.filter(({ status }) => status === "retired");
  if (retired !== undefined) {
    const fix = `bring it back first (PATCH /api/admin/skills/${retired.id} with {"status": "active"}), or leave it out.`;
    throw new AppError("conflict", `The skill ${retired.name} is retired: ${fix}`);
  }
  const ids = skills.map((skill) => skill.id);
  await activateSkills(sql, ids);
  await replaceUserSkills(sql, userId, ids);
}

/** The audit trail: which fields, from what to what; whether somebody can sign in stands out by its own name. */
async function noteChanges(sql: Sql, actor: StaffActor, before: UserRow, after: UserRow): Promise<void> {
  const { id: userId } = after;
  const isActive = after.deactivatedAt === null;
  if (isActive !== (before.deactivatedAt === null)) {
    await addDeskEvent(sql, isActive ? "account-reactivated" : "account-deactivated", actor, { userId });
  }
  const fields = [
    ...(["role", "name", "capacity", "away", "handOver", "takesGeneral", "timeZone"] as const),
    ...(["workingHours", "slackUserId", "skills"] as const),
  ];
  const changes = fields
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => [field, { was: before[field], became: after[field] }]);
  if (changes.length > 0) {
    await addDeskEvent(sql, "account-changed", actor, { userId, changes: Object.fromEntries(changes) });
  }
}
