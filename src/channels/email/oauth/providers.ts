/** Where mail providers give out access tokens, and what for. */

export type OAuthProvider = "google" | "microsoft";

/** What a mailbox without a password signs in with, as the settings have it. */
export interface OAuthSettings {
  /** The beginning of the settings' names, e.g. `IMAP_OAUTH`, and their end, e.g. `_2`: for messages. */
  prefix: string;
  suffix: string;
  provider: OAuthProvider | null;
  tokenUrl: string;
  clientId: string;
  /** Null: a public client. */
  clientSecret: string | null;
  /** Null: the client itself signs in (client credentials), without a person. */
  refreshToken: string | null;
  /** Null: those that were granted. */
  scope: string | null;
}

/** https://developers.google.com/identity/protocols/oauth2/web-server#offline */
const GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token";

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
function microsoftTokenUrl(tenant: string): string {
  return `https://login.microsoftonline.com/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
}

/**
 * Application access asks for everything that an admin has granted to the application.
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 */
const MICROSOFT_APPLICATION_SCOPE = "https://outlook.office365.com/.default";

export function tokenUrlOf(provider: OAuthProvider, tenant: string): string {
  return provider === "google" ? GOOGLE_TOKEN_URL : microsoftTokenUrl(tenant);
}

/** The scope to ask for where the settings name none. A refresh asks for what was granted, by naming nothing. */
export function defaultScope(provider: OAuthProvider | null, grant: "refresh" | "client"): string | null {
  return provider === "microsoft" && grant === "client" ? MICROSOFT_APPLICATION_SCOPE : null;
}
