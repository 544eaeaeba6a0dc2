/** Rules of accounts, and the port of password hashing. */

/** Implemented by the roots: scrypt is not a Web API. */
export interface PasswordHasher {
  /** A salted hash with its parameters in it. Never the same twice. */
  hash(password: string): Promise<string>;
  /** Whether the password made this hash. `null` (no such account, or no password) costs the same work and is false. */
  verify(password: string, encoded: string | null): Promise<boolean>;
}

export const PASSWORD_LENGTH_MIN = 8;
/** Far above any password manager's, and bounded, since the whole of it is hashed. */
export const PASSWORD_LENGTH_MAX = 200;

/** RFC 5321, 4.5.3.1.3, without the angle brackets. */
export const EMAIL_LENGTH_MAX = 254;

/** The valid e-mail address of the WHATWG HTML standard: ASCII, no quoted or commented forms. */
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The address of an account, trimmed and in lower case; null where it is none. A domain has a dot, or is localhost. */
export function normaliseEmail(address: string): string | null {
  const email = address.trim().toLowerCase();
  if (email.length > EMAIL_LENGTH_MAX || !EMAIL.test(email)) return null;
  const domain = email.slice(email.lastIndexOf("@") + 1);
  return domain.includes(".") || domain === "localhost" ? email : null;
}
