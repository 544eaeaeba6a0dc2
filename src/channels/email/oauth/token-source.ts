/** Access tokens for one mailbox or mail server: cached, renewed in time, one request at a time. */
import type { OAuthSettings } from "./providers.ts";
import { openToken, sealToken } from "./sealed-token.ts";
import { requestToken } from "./token-endpoint.ts";
import { TokenError } from "./token-error.ts";

/** Where renewed refresh tokens are kept; the database implements it. */
export interface TokenStore {
  /**
   * Runs `work` while nobody else, in this process or another, renews the token of that name. `work` is given what is
   * stored (null: nothing), and stores with `save`, which is committed even where `work` rejects later.
   */
  hold<T>(
    name: string,
    work: (stored: Uint8Array | null, save: (sealed: Uint8Array) => Promise<void>) => Promise<T>,
  ): Promise<T>;
}

export interface AccessTokenSource {
  /** A token that holds for some minutes yet. Rejects with a TokenError, or as the store does. */
  getAccessToken(): Promise<string>;
  /** The server refused that token: it is not given again. True where it came from the cache, so that a new one may help. */
  refuse(accessToken: string): boolean;
  /** What a refusal of a fresh token means: permissions are missing. */
  readonly settings: OAuthSettings;
}

export interface TokenSourceOptions {
  settings: OAuthSettings;
  /** What the stored token is called, e.g. the mailbox. */
  name: string;
  store: TokenStore;
  now?: () => number;
}

/** Renewed so long before the end, or after nine tenths of a short life. */
const RENEW_BEFORE_MS = 5 * 60_000;

interface CachedToken {
  accessToken: string;
  renewAt: number;
  uses: number;
}

/** Asks nobody until a token is wanted. */
export function createTokenSource(options: TokenSourceOptions): AccessTokenSource {
  const { settings, now = Date.now } = options;
  let cached: CachedToken | null = null;
  let renewing: Promise<CachedToken> | null = null;

  async function renew(): Promise<CachedToken> {
    const { accessToken, expiresInMs } = await obtain(options);
    const lifeMs = Math.max(expiresInMs - RENEW_BEFORE_MS, expiresInMs * 0.5);
    cached = { accessToken, renewAt: now() + lifeMs, uses: 0 };
    return cached;
  }

  return {
    settings,
    async getAccessToken() {
      if (cached === null || now() >= cached.renewAt) {
        renewing ??= renew().finally(() => {
          renewing = null;
        });
        await renewing;
      }
      const token = cached as CachedToken;
      token.uses++;
      return token.accessToken;
    },
    refuse(accessToken) {
      if (cached?.accessToken !== accessToken) return true;
      const isOld = cached.uses > 1;
      cached = null;
      return isOld;
    },
  };
}

async function obtain({ settings, name, store }: TokenSourceOptions) {
  const { refreshToken, clientSecret } = settings;
  if (refreshToken === null) return requestToken(settings, null);
  const configured = { refreshToken, clientSecret };
  return store.hold(name, async (stored, save) => {
    const renewed = stored === null ? null : await openToken(stored, configured);
    const answer = await requestNewest(settings, renewed, refreshToken);
    const newest = answer.refreshToken;
    if (newest !== null && newest !== renewed && newest !== refreshToken)
      await save(await sealToken(newest, configured));
    return answer;
  });
}

/** The renewed refresh token, and where that is dead the one in the settings: it may hold longer. */
async function requestNewest(settings: OAuthSettings, renewed: string | null, configured: string) {
  if (renewed === null) return requestToken(settings, configured);
  try {
    return await requestToken(settings, renewed);
  } catch (error) {
    if (!(error instanceof TokenError) || error.kind !== "dead") throw error;
    return requestToken(settings, configured);
  }
}

/** Keeps nothing beyond the process: for checks without a database. */
export function createMemoryTokenStore(): TokenStore {
  const kept = new Map<string, Uint8Array>();
  return {
    hold: (name, work) =>
      work(kept.get(name) ?? null, async (sealed) => {
        kept.set(name, sealed);
      }),
  };
}
