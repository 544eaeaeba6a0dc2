import { randomBytes } from "node:crypto";
import type { Actor } from "../core/actor.ts";
import type { Sql } from "../db/client.ts";
import { findUserByEmail } from "../db/users.ts";
import { createAdmin } from "../desk/create-admin.ts";
import { signUpUser } from "../desk/sign-up-user.ts";
import { updateUser } from "../desk/update-user.ts";
import { createPasswordHasher } from "../passwords.ts";
import { ADMIN, MODERATORS, type StaffMember } from "./samples/people.ts";

/**
 * Makes the demo's admin and moderators, by the same verbs as the command line and the API. Whoever is there already
 * stays as they are, so that a change made by hand is not undone by the next run.
 */
export async function seedPeople(sql: Sql, adminPassword: string): Promise<void> {
  const passwords = createPasswordHasher();
  const { email, name, slackUserId } = ADMIN;
  const known = await findUserByEmail(sql, email);
  const admin =
    known?.role === "admin"
      ? known
      : (await createAdmin(sql, passwords, { email, password: adminPassword, name })).user;
  const actor: Actor = { kind: "admin", userId: admin.id, name, via: "cli" };
  if (admin.slackUserId === null) await updateUser(sql, actor, email, { slackUserId });
  await Promise.all(MODERATORS.map((moderator) => seedModerator(sql, passwords, actor, moderator)));
}

async function seedModerator(
  sql: Sql,
  passwords: ReturnType<typeof createPasswordHasher>,
  actor: Actor,
  { email, name, slackUserId, skills }: StaffMember,
): Promise<void> {
  const known = await findUserByEmail(sql, email);
  if (known === null) {
    // Nobody signs in as a moderator here: they act in Slack. The password is thrown away.
    const password = randomBytes(24).toString("base64url");
    await signUpUser(sql, passwords, { email, name, password, skills: [] });
  }
  if (known === null || known.slackUserId === null) {
    await updateUser(sql, actor, email, { role: "moderator", skills, slackUserId });
  }
}
