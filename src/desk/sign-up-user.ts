import type { PasswordHasher } from "../core/account.ts";
import { AppError } from "../core/errors.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { findOrAddSkills, replaceUserSkills } from "../db/skills.ts";
import { findUserById, insertUser, type UserRow } from "../db/users.ts";

/** A user who has just proved who they are, with what their tokens are bound to. */
export interface SignedInUser {
  user: UserRow;
  passwordHash: string;
}

export interface SignUp {
  /** Lower case. */
  email: string;
  password: string;
  name: string;
  /** Unknown ones are proposed: they count once an admin has given them to somebody. */
  skills: string[];
}

/**
 * Opens an account with the role `user`. It sees nothing that its address wrote by mail before `verifyEmail`.
 * Rejects with `conflict` where the address has an account.
 */
export async function signUpUser(sql: Sql, passwords: PasswordHasher, input: SignUp): Promise<SignedInUser> {
  const passwordHash = await passwords.hash(input.password);
  return inTransaction(sql, async (tx) => {
    const { email, name } = input;
    const userId = await insertUser(tx, { email, name, role: "user", passwordHash });
    if (userId === null) {
      throw new AppError("conflict", "This address cannot be signed up. If it is yours, log in.");
    }
    const skills = await findOrAddSkills(tx, input.skills, "proposed");
    await replaceUserSkills(
      tx,
      userId,
      skills.map((skill) => skill.id),
    );
    await addOutboxEvent(tx, "user/signup", { userId });
    const user = await findUserById(tx, userId);
    if (!user) throw new AppError("internal", "The new account cannot be read.");
    return { user, passwordHash };
  });
}
