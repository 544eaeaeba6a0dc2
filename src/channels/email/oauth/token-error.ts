/** Why no access token could be had, and whether waiting helps. */
import type { OAuthSettings } from "./providers.ts";

export class TokenError extends Error {
  /** `dead`: only a person can cure it; `away`: the token endpoint cannot answer at the moment. */
  readonly kind: "dead" | "away";
  readonly fix: string;
  /** Where the endpoint said so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: "dead" | "away",
    problem: string,
    fix: string,
    options: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(problem, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TokenError";
    this.kind = kind;
    this.fix = fix;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** RFC 6749, 5.2, and what providers use beside it for a trouble of their own. */
const TEMPORARY_ERRORS = new Set([
  "temporarily_unavailable",
  "server_error",
  "slow_down",
  "internal_failure",
]);

/**
 * What a refusal means. `error` is the code of RFC 6749, 5.2, or null where the answer has none. Of the description
 * only Microsoft's AADSTS number is shown: the rest of it may name people.
 */
export function judgeRefusal(
  settings: OAuthSettings,
  answer: { status: number; error: string | null; description: string; retryAfterMs: number | undefined },
): TokenError {
  const { status, error, description, retryAfterMs } = answer;
  const host = new URL(settings.tokenUrl).host;
  const number = /\bAADSTS\d+\b/.exec(description)?.[0];
  const code = [error ?? `status ${status}`, number].filter((part) => part !== undefined).join(", ");
  if (error === null || status >= 500 || status === 429 || TEMPORARY_ERRORS.has(error)) {
    return new TokenError("away", `${host} gives no access token at the moment (${code}).`, WAIT, {
      retryAfterMs,
    });
  }
  return new TokenError(
    "dead",
    `${host} refused to give an access token (${code}).`,
    explainFix(settings, error),
  );
}

export const WAIT = "Wait; it is tried again by itself.";

function explainFix(settings: OAuthSettings, error: string): string {
  const name = (key: string): string => `${settings.prefix}_${key}${settings.suffix}`;
  switch (error) {
    case "invalid_client":
    case "unauthorized_client":
      return `The client is not accepted: check ${name("CLIENT_ID")}, and set a new ${name("CLIENT_SECRET")} where it has expired.`;
    case "invalid_scope":
      return `Correct ${name("SCOPE")}, or remove it, and grant the mail permissions to the application.`;
    case "unsupported_grant_type":
    case "invalid_request":
      return `Check that ${name("TOKEN_URL")}, ${name("CLIENT_ID")} and ${name("CLIENT_SECRET")} belong together.`;
    default:
      return settings.refreshToken === null
        ? "Have an admin of the tenant grant the mail permissions to the application."
        : `The sign-in has ended or was revoked: sign in again as the README says, and set the new ${name("REFRESH_TOKEN")}.`;
  }
}
