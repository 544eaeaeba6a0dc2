/** One request to a provider's token endpoint: RFC 6749, 4.4 (client credentials) and 6 (refresh). */
import { defaultScope, type OAuthSettings } from "./providers.ts";
import { judgeRefusal, TokenError, WAIT } from "./token-error.ts";

export interface TokenAnswer {
  accessToken: string;
  /** From now. */
  expiresInMs: number;
  /** A new one in place of the one that was sent; null where that one stays. */
  refreshToken: string | null;
}

const TIMEOUT_MS = 20_000;
/** RFC 6749 lets the answer keep silent on it: then it is used for a short while only. */
const EXPIRES_IN_DEFAULT_SECONDS = 300;

/** `refreshToken` may be newer than the one in the settings. Rejects with a TokenError only. */
export async function requestToken(
  settings: OAuthSettings,
  refreshToken: string | null,
): Promise<TokenAnswer> {
  const host = new URL(settings.tokenUrl).host;
  let response: Response;
  let text: string;
  try {
    response = await fetch(settings.tokenUrl, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: writeRequest(settings, refreshToken),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (cause) {
    const fix = `Check that this machine may connect to https://${host}. It is tried again by itself.`;
    throw new TokenError("away", `${host}, which gives the access tokens, cannot be reached.`, fix, {
      cause,
    });
  }
  const answer = parseObject(text);
  const accessToken = answer?.access_token;
  if (response.ok && typeof accessToken === "string" && accessToken !== "") {
    return {
      accessToken,
      expiresInMs: readSeconds(answer?.expires_in) * 1000,
      refreshToken:
        typeof answer?.refresh_token === "string" && answer.refresh_token !== ""
          ? answer.refresh_token
          : null,
    };
  }
  if (response.ok) throw new TokenError("away", `${host} answered without an access token.`, WAIT);
  throw judgeRefusal(settings, {
    status: response.status,
    error: typeof answer?.error === "string" ? answer.error.slice(0, 100) : null,
    description: typeof answer?.error_description === "string" ? answer.error_description : "",
    retryAfterMs: readRetryAfter(response.headers.get("retry-after")),
  });
}

function writeRequest(settings: OAuthSettings, refreshToken: string | null): URLSearchParams {
  const grant = refreshToken === null ? "client" : "refresh";
  const scope = settings.scope ?? defaultScope(settings.provider, grant);
  return new URLSearchParams({
    client_id: settings.clientId,
    ...(settings.clientSecret === null ? {} : { client_secret: settings.clientSecret }),
    ...(scope === null ? {} : { scope }),
    ...(refreshToken === null
      ? { grant_type: "client_credentials" }
      : { grant_type: "refresh_token", refresh_token: refreshToken }),
  });
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Some providers write the number as text. */
function readSeconds(value: unknown): number {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : EXPIRES_IN_DEFAULT_SECONDS;
}

function readRetryAfter(value: string | null): number | undefined {
  const seconds = Number(value ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : undefined;
}
