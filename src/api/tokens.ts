/**
 * Tokens: JWTs (RFC 7519) under HS256, with `kid` naming the secret, so that secrets can be rotated.
 *
 * A session token says who, never what they may do: the role is read from the database on every request. Its claim `pwd`
 * is a mark of the password hash of that moment, so that a new password ends every session under the old one.
 */
import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { TokenSettings } from "./deps.ts";
import { isUuid } from "./uuid.ts";

export interface SessionClaims {
  userId: string;
  passwordMark: string;
}

export interface VerificationClaims {
  userId: string;
  email: string;
}

const VERIFICATION_SECONDS = 24 * 60 * 60;
/** Hosts whose clocks differ a little take each other's tokens. */
const CLOCK_TOLERANCE_SECONDS = 5;

export async function createSessionToken(
  settings: TokenSettings,
  signedIn: { userId: string; passwordHash: string },
  now: Date,
): Promise<string> {
  const pwd = await markPassword(signedIn.passwordHash);
  return sign(settings, { sub: signedIn.userId, pwd }, settings.audience, settings.expiresInSeconds, now);
}

/** The claims of a session token that holds now; null for every other string. */
export async function readSessionToken(
  settings: TokenSettings,
  token: string,
  now: Date,
): Promise<SessionClaims | null> {
  const claims = await verify(settings, token, settings.audience, now);
  if (!claims?.sub || !isUuid(claims.sub) || typeof claims.pwd !== "string") return null;
  return { userId: claims.sub, passwordMark: claims.pwd };
}

/** The token of the link in the verification mail: `<appUrl>/api/auth/verify?token=…`. Holds for a day. */
export async function createVerificationToken(
  settings: TokenSettings,
  account: VerificationClaims,
  now: Date,
): Promise<string> {
  const { userId, email } = account;
  return sign(settings, { sub: userId, email }, verificationAudience(settings), VERIFICATION_SECONDS, now);
}

export async function readVerificationToken(
  settings: TokenSettings,
  token: string,
  now: Date,
): Promise<VerificationClaims | null> {
  const claims = await verify(settings, token, verificationAudience(settings), now);
  if (!claims?.sub || !isUuid(claims.sub) || typeof claims.email !== "string") return null;
  return { userId: claims.sub, email: claims.email };
}

/** Changes whenever the password does, and tells nothing about it: the hash under it is salted. */
export async function markPassword(passwordHash: string): Promise<string> {
  return digestMark(passwordHash);
}

/** An audience of its own: the link in a mail opens no session, and a session verifies no address. */
function verificationAudience(settings: TokenSettings): string {
  return `${settings.audience}/verify-email`;
}

async function sign(
  settings: TokenSettings,
  claims: JWTPayload,
  audience: string,
  holdsSeconds: number,
  now: Date,
): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid: await keyId(settings.secret) })
    .setIssuer(settings.issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + holdsSeconds)
    .sign(new TextEncoder().encode(settings.secret));
}

async function verify(
  settings: TokenSettings,
  token: string,
  audience: string,
  now: Date,
): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(token, ({ kid }) => findKey(settings, kid), {
      algorithms: ["HS256"],
      issuer: settings.issuer,
      audience,
      currentDate: now,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ["sub", "iat", "exp"],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

async function findKey(settings: TokenSettings, kid: string | undefined): Promise<Uint8Array> {
  for (const secret of [settings.secret, ...settings.previousSecrets]) {
    if ((await keyId(secret)) === kid) return new TextEncoder().encode(secret);
  }
  throw new errors.JWKSNoMatchingKey();
}

function keyId(secret: string): Promise<string> {
  return digestMark(`deskhand key id\n${secret}`);
}

/** 72 bits of SHA-256, in base64url. */
async function digestMark(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const head = String.fromCharCode(...new Uint8Array(digest).subarray(0, 9));
  return btoa(head).replaceAll("+", "-").replaceAll("/", "_");
}
