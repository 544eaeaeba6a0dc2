/**
 * Links an account to a Slack user where Slack hides the mail address. The code is made for whoever is signed in to the
 * API, and typed by whoever is signed in to Slack. In this direction nobody can be talked into giving away rights: who
 * types a stranger's code lends their Slack name to the stranger's account, and gets no role that they do not have.
 */
import { AppError } from "../core/errors.ts";
import type { SlackIdentity } from "../core/requester-actions.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { linkSlackRequester, linkSlackUser, putSlackLinkCode, takeSlackLinkCode } from "../db/slack-links.ts";
import { findUserById } from "../db/users.ts";
import { sha256Hex } from "./digest.ts";

export const LINK_CODE_SECONDS = 600;
/** Without letters and digits that look alike. */
const ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const LENGTH = 12;

/** A code of about 59 bits that works once, within ten minutes. Only its hash is kept. */
export async function createSlackLinkCode(sql: SqlPool, userId: string): Promise<{ code: string }> {
  const code = drawCode();
  await putSlackLinkCode(sql, { hash: await hashCode(code), userId, ttlSeconds: LINK_CODE_SECONDS });
  return { code: `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}` };
}

/** Rejects with `invalid` for a wrong or old code, and with `conflict` where either side is linked to somebody else. */
export async function linkSlackAccount(
  sql: SqlPool,
  { account, slackUserId }: SlackIdentity,
  code: string,
): Promise<{ email: string }> {
  const hash = await hashCode(code.toUpperCase().replace(/[^A-Z0-9]/g, ""));
  const taken = await takeSlackLinkCode(sql, hash);
  if (taken === null) {
    throw new AppError("invalid", "That code is wrong, used or older than ten minutes. Make a new one.");
  }
  return inTransaction(sql, async (tx) => {
    const user = await findUserById(tx, taken.userId);
    if (user === null) throw new AppError("not_found", "That account does not exist any more.");
    if (!(await linkSlackUser(tx, user.id, slackUserId))) {
      throw new AppError(
        "conflict",
        "That account or your Slack user is linked already. Ask an admin to unlink it.",
      );
    }
    await linkSlackRequester(tx, `${account}/${slackUserId}`, user.id);
    return { email: user.email };
  });
}

function drawCode(): string {
  let code = "";
  while (code.length < LENGTH) {
    const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
    // Of the 256 values, those beyond the last whole alphabet would make its first letters likelier.
    if (byte < 256 - (256 % ALPHABET.length)) code += ALPHABET.charAt(byte % ALPHABET.length);
  }
  return code;
}

function hashCode(code: string): Promise<string> {
  return sha256Hex(new TextEncoder().encode(`slack-link:${code}`));
}
