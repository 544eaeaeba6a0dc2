import type { PasswordHasher } from "../core/account.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import type { UserRow } from "../db/users.ts";
import { findCredentials, findUserById, linkRequestersByEmail, markEmailVerified } from "../db/users.ts";

/**
 * Marks the account's address as its owner's, and shows the account the tickets that the address wrote by mail or Slack.
 * The link in the mail proves the mailbox, the password proves the account: somebody who signed up with a stranger's
 * address gains nothing when the stranger, or a scanner of the stranger's mail, opens the link.
 * Null where the account is gone, has another address now, or the password is wrong. Safe to repeat.
 */
export async function verifyEmail(
  sql: Sql,
  passwords: PasswordHasher,
  proof: { userId: string; email: string; password: string },
): Promise<UserRow | null> {
  const credentials = await findCredentials(sql, proof.email);
  const isTheAccount = credentials?.userId === proof.userId;
  const matches = await passwords.verify(proof.password, isTheAccount ? credentials.passwordHash : null);
  if (!matches) return null;
  return inTransaction(sql, async (tx) => {
    await markEmailVerified(tx, proof.userId);
    await linkRequestersByEmail(tx, proof.userId, proof.email);
    return findUserById(tx, proof.userId);
  });
}
