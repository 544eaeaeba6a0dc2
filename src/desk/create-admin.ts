import {
  normaliseEmail,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  type PasswordHasher,
} from "../core/account.ts";
import { AppError } from "../core/errors.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import {
  findUserById,
  insertUser,
  linkRequestersByEmail,
  lockUserByEmail,
  markEmailVerified,
  setPasswordHash,
  type UserRow,
  updateUserFields,
} from "../db/users.ts";

export interface AdminRequest {
  email: string;
  /** null keeps the password of an account that exists; a new account needs one. */
  password: string | null;
  name?: string;
}

export interface AdminResult {
  user: UserRow;
  created: boolean;
  /**
   * False where the account was opened by somebody who has not proved that the address is theirs and keeps the
   * password they chose: say so to the operator.
   */
  ownerIsKnown: boolean;
}

/**
 * Makes or promotes an admin; for the command line, whose operator is trusted. A new account counts as verified.
 * A given password replaces the old one and ends the sessions under it.
 * Rejects with `invalid` for a bad address or password, or a new account without one.
 */
export async function createAdmin(
  sql: Sql,
  passwords: PasswordHasher,
  request: AdminRequest,
): Promise<AdminResult> {
  const email = normaliseEmail(request.email);
  if (email === null) throw new AppError("invalid", `${request.email} is not a mail address.`);
  const passwordHash = request.password === null ? null : await hashPassword(passwords, request.password);
  return inTransaction(sql, async (tx) => {
    const existing = await lockUserByEmail(tx, email);
    const userId = existing
      ? await promote(tx, existing.id, passwordHash, request.name)
      : await create(tx, email, passwordHash, request.name ?? "");
    await addOutboxEvent(tx, "user/updated", { userId });
    const user = await findUserById(tx, userId);
    if (!user) throw new AppError("internal", "The admin's account cannot be read.");
    return { user, created: !existing, ownerIsKnown: passwordHash !== null || user.emailVerifiedAt !== null };
  });
}

async function promote(
  sql: Sql,
  userId: string,
  passwordHash: string | null,
  name: string | undefined,
): Promise<string> {
  await updateUserFields(sql, userId, { role: "admin", name });
  if (passwordHash !== null) await setPasswordHash(sql, userId, passwordHash);
  return userId;
}

async function create(sql: Sql, email: string, passwordHash: string | null, name: string): Promise<string> {
  if (passwordHash === null) {
    throw new AppError("invalid", `${email} has no account yet: give a password for the new one.`);
  }
  const userId = await insertUser(sql, { email, name, role: "admin", passwordHash });
  if (userId === null) throw new AppError("conflict", `${email} was signed up at this moment. Try again.`);
  await markEmailVerified(sql, userId);
  await linkRequestersByEmail(sql, userId, email);
  return userId;
}

function hashPassword(passwords: PasswordHasher, password: string): Promise<string> {
  if (password.length < PASSWORD_LENGTH_MIN || password.length > PASSWORD_LENGTH_MAX) {
    throw new AppError(
      "invalid",
      `A password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters.`,
    );
  }
  return passwords.hash(password);
}
