/** How a mailbox or mail server without a password signs in: `IMAP_OAUTH_*`, `IMAP_OAUTH_*_2`, `SMTP_OAUTH_*`. */
import { isLoopback } from "../channels/email/loopback.ts";
import { type OAuthProvider, type OAuthSettings, tokenUrlOf } from "../channels/email/oauth/providers.ts";
import type { SettingsReader } from "./settings-reader.ts";
import { sayIdle } from "./without-effect.ts";

const KEYS = [
  "PROVIDER",
  "TENANT",
  "TOKEN_URL",
  "CLIENT_ID",
  "CLIENT_SECRET",
  "REFRESH_TOKEN",
  "SCOPE",
] as const;
type Key = (typeof KEYS)[number];

/** Tenants that stand for many: an application cannot sign in to them by itself. */
const SHARED_TENANTS = ["common", "organizations", "consumers"];

/**
 * The block that ends in `suffix`. Where it names no client of its own, the application is that of the block without a
 * suffix; a refresh token belongs to one mailbox and is never shared. Null where something is wrong, which is reported,
 * or where nothing of it is set, which is not.
 */
export function readOAuth(reader: SettingsReader, prefix: string, suffix: string): OAuthSettings | null {
  const name = (key: Key): string => `${prefix}_${key}${suffix}`;
  const own = (key: Key): string | null => reader.text(name(key));
  const inherits = suffix !== "" && own("CLIENT_ID") === null;
  const text = (key: Key): string | null =>
    own(key) ?? (inherits && key !== "REFRESH_TOKEN" ? reader.text(`${prefix}_${key}`) : null);
  if (KEYS.every((key) => text(key) === null)) return null;

  const problems: [Key, string, string][] = [];
  const provider = readProvider(text("PROVIDER"), problems);
  const tenant = text("TENANT") ?? "common";
  const tokenUrl = text("TOKEN_URL") ?? (provider === null ? null : tokenUrlOf(provider, tenant));
  const clientId = text("CLIENT_ID");
  const clientSecret = text("CLIENT_SECRET");
  const refreshToken = text("REFRESH_TOKEN");
  if (tokenUrl === null)
    problems.push(["PROVIDER", "neither it nor the token endpoint is set.", "Set google or microsoft."]);
  else if (!isSafeUrl(tokenUrl))
    problems.push(["TOKEN_URL", "it does not begin with https://.", "Tokens travel encrypted only."]);
  if (clientId === null)
    problems.push([
      "CLIENT_ID",
      "it is missing.",
      "Set the client id of the application that you registered.",
    ]);
  if (provider === "google" && clientSecret === null)
    problems.push(["CLIENT_SECRET", "it is missing.", "Set the client secret of the same OAuth client."]);
  if (refreshToken === null) {
    const firstHasOne = inherits && reader.text(`${prefix}_REFRESH_TOKEN`) !== null;
    problems.push(...judgeApplication({ provider, tenant, clientSecret, firstHasOne }));
  }
  for (const [key, problem, fix] of problems) reader.report(name(key), problem, fix);
  if (problems.length > 0 || tokenUrl === null || clientId === null) return null;
  return { prefix, suffix, provider, tokenUrl, clientId, clientSecret, refreshToken, scope: text("SCOPE") };
}

/** `IMAP_OAUTH_PROVIDER` and its companions. */
export function listOAuthSettings(protocol: "IMAP" | "SMTP"): string[] {
  return KEYS.map((key) => `${protocol}_OAUTH_${key}`);
}

/** For when the addresses are read: those with a password never ask for the block beside them. */
export function warnOfUnusedOAuth(reader: SettingsReader, protocol: "IMAP" | "SMTP"): void {
  const names = reader.listSet(new RegExp(`^${protocol}_OAUTH_(?:${KEYS.join("|")})(?:_\\d+)?$`));
  const urls = new Map<string, string[]>();
  for (const name of names.filter((one) => !reader.wasAsked(one))) {
    const url = `${protocol}_URL${/_\d+$/.exec(name)?.[0] ?? ""}`;
    urls.set(url, [...(urls.get(url) ?? []), name]);
  }
  for (const [url, idle] of urls) {
    const why =
      reader.text(url) === null ? "is not set" : "does not sign in by OAuth2: it has a password, or no user";
    reader.warn(`${sayIdle(idle)}: ${url} ${why}.`);
  }
}

function readProvider(value: string | null, problems: [Key, string, string][]): OAuthProvider | null {
  if (value === null || value === "google" || value === "microsoft") return value;
  problems.push(["PROVIDER", "it is none of the known values.", "Use one of: google, microsoft."]);
  return null;
}

/** Without a refresh token the application signs in by itself: what does that take? */
function judgeApplication(client: {
  provider: OAuthProvider | null;
  tenant: string;
  clientSecret: string | null;
  /** The first mailbox signs in as a person, so this one was meant to as well. */
  firstHasOne: boolean;
}): [Key, string, string][] {
  const signIn = "Sign in once as the README says, and set the refresh token.";
  if (client.provider === "google" || client.firstHasOne)
    return [["REFRESH_TOKEN", "it is missing.", signIn]];
  if (client.clientSecret === null)
    return [["REFRESH_TOKEN", "it is missing, and so is a client secret for application access.", signIn]];
  if (client.provider === "microsoft" && SHARED_TENANTS.includes(client.tenant))
    return [["TENANT", "application access needs a tenant of its own.", "Set your tenant's id or domain."]];
  return [];
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname.replace(/^\[(.*)\]$/, "$1")));
}
