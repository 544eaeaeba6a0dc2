import type { PasswordHasher } from "../core/account.ts";
import type { Sql } from "../db/client.ts";
import { findCredentials, findUserById } from "../db/users.ts";
import type { SignedInUser } from "./sign-up-user.ts";

/**
 * The user with this address (in lower case) and password, or null. An unknown address, an account without a password
 * and a wrong password are one answer, after the same work.
 */
export async function logInUser(
  sql: Sql,
  passwords: PasswordHasher,
  login: { email: string; password: string },
): Promise<SignedInUser | null> {
  const credentials = await findCredentials(sql, login.email);
  const passwordHash = credentials?.passwordHash ?? null;
  const matches = await passwords.verify(login.password, passwordHash);
  if (!matches || credentials === null || passwordHash === null) return null;
  const user = await findUserById(sql, credentials.userId);
  return user && { user, passwordHash };
}
