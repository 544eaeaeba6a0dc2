/** Limits on guessing passwords and opening accounts. Counted in Postgres: they hold over all processes and restarts. */
import { AppError } from "../core/errors.ts";
import type { Sql } from "../db/client.ts";
import { countAttempts, forgiveAttempts } from "../db/rate-limits.ts";

export interface AttemptLimit {
  attemptsMax: number;
  windowSeconds: number;
}

/**
 * Passwords wrong for one address from one client; for one address from anywhere, so that many clients do not help,
 * high enough that locking somebody out takes work; and from one client for any address, high enough for an office.
 */
export const LOGIN_LIMITS = {
  addressAndClient: { attemptsMax: 10, windowSeconds: 15 * 60 },
  address: { attemptsMax: 50, windowSeconds: 15 * 60 },
  client: { attemptsMax: 100, windowSeconds: 5 * 60 },
} as const satisfies Record<string, AttemptLimit>;

export const SIGNUP_LIMITS = {
  address: { attemptsMax: 5, windowSeconds: 60 * 60 },
  client: { attemptsMax: 60, windowSeconds: 10 * 60 },
} as const satisfies Record<string, AttemptLimit>;

/**
 * Counts a login before its password is looked at: guesses in parallel are all counted. Rejects with `rate_limited`.
 * Call the answer when the password was right: only wrong ones stay counted.
 */
export async function limitLogin(
  sql: Sql,
  address: string,
  clientAddress: string,
): Promise<() => Promise<void>> {
  const client = clientNetwork(clientAddress);
  const keys = {
    addressAndClient: `login:both:${address}:${client}`,
    address: `login:address:${address}`,
    client: `login:client:${client}`,
  };
  await count(sql, [
    { key: keys.addressAndClient, limit: LOGIN_LIMITS.addressAndClient },
    { key: keys.client, limit: LOGIN_LIMITS.client },
  ]);
  // Only what those let through: a single client cannot use up the address's own limit and lock its owner out.
  await count(sql, [{ key: keys.address, limit: LOGIN_LIMITS.address }]);
  return () => forgiveAttempts(sql, { forget: [keys.addressAndClient, keys.address], refund: [keys.client] });
}

/** Counts a sign-up, whatever becomes of it. Rejects with `rate_limited`. */
export async function limitSignup(sql: Sql, address: string, clientAddress: string): Promise<void> {
  await count(sql, [
    { key: `signup:address:${address}`, limit: SIGNUP_LIMITS.address },
    { key: `signup:client:${clientNetwork(clientAddress)}`, limit: SIGNUP_LIMITS.client },
  ]);
}

async function count(sql: Sql, counted: { key: string; limit: AttemptLimit }[]): Promise<void> {
  const limits = new Map(counted.map(({ key, limit }) => [key, limit]));
  const windows = counted.map(({ key, limit }) => ({ key, windowSeconds: limit.windowSeconds }));
  const counts = await countAttempts(sql, windows);
  const over = counts.filter(({ key, attempts }) => attempts > (limits.get(key)?.attemptsMax ?? 0));
  if (over.length === 0) return;
  const seconds = Math.max(1, ...over.map((one) => Math.ceil(one.secondsLeft)));
  throw new AppError("rate_limited", `Too many attempts. Try again in ${seconds} seconds.`, {
    retryAfterMs: seconds * 1000,
  });
}

/**
 * What one client can be told by: an IPv4 address, or the first 64 bits of an IPv6 address, which is the least that a
 * single customer gets (RFC 6177). Anything else stays as it is.
 */
export function clientNetwork(address: string): string {
  const plain = address.replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::", 2);
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(zeros).fill("0"), ...last].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
