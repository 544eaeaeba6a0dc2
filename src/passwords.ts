/** Password hashes by scrypt (RFC 7914), as one string with its parameters: `$scrypt$ln=15,r=8,p=3$salt$hash`. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { PasswordHasher } from "./core/account.ts";

interface ScryptCost {
  /** Base-2 logarithm of N. */
  logN: number;
  r: number;
  p: number;
}

/**
 * One of the settings that OWASP's Password Storage Cheat Sheet counts as equal, chosen for its memory: 32 MiB a hash
 * fit the 128 MiB of a Cloudflare Worker.
 */
const COST: ScryptCost = { logN: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const ENCODED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * Hashes with `cost` (for tests: a small one); verifies with the cost that stands in the hash.
 * Passwords are compared after Unicode NFKC, so that the same word typed on another keyboard is the same password.
 */
export function createPasswordHasher(cost: ScryptCost = COST): PasswordHasher {
  const nobody = { cost, salt: new Uint8Array(SALT_BYTES), hash: new Uint8Array(HASH_BYTES) };
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const hash = await derive(password, salt, cost, HASH_BYTES);
      const { logN, r, p } = cost;
      return `$scrypt$ln=${logN},r=${r},p=${p}$${toBase64(salt)}$${toBase64(hash)}`;
    },
    async verify(password, encoded) {
      const known = encoded === null ? null : decode(encoded);
      const { cost: knownCost, salt, hash } = known ?? nobody;
      const derived = await derive(password, salt, knownCost, hash.byteLength);
      return timingSafeEqual(derived, hash) && known !== null;
    },
  };
}

function decode(encoded: string): { cost: ScryptCost; salt: Uint8Array; hash: Uint8Array } {
  const [, logN, r, p, salt, hash] = ENCODED.exec(encoded) ?? [];
  if (!logN || !r || !p || !salt || !hash)
    throw new Error("A stored password hash is not in the known form.");
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
}

function derive(password: string, salt: Uint8Array, cost: ScryptCost, length: number): Promise<Uint8Array> {
  const N = 2 ** cost.logN;
  // scrypt needs 128·N·r bytes and a little more; Node refuses anything above `maxmem`.
  const options = { N, r: cost.r, p: cost.p, maxmem: 128 * N * cost.r + 128 * cost.r * cost.p + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** Base64 without padding, as in the PHC string format. */
function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
