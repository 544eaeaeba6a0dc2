import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OAuthSettings } from "../../src/channels/email/oauth/providers.ts";
import {
  type AccessTokenSource,
  createMemoryTokenStore,
  createTokenSource,
  type TokenStore,
} from "../../src/channels/email/oauth/token-source.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { createTokenStore } from "../../src/runtime/mail-access.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { TokenEndpoint } from "../helpers/token-endpoint.ts";

const MINUTE_MS = 60_000;
let endpoint: TokenEndpoint;
let now: number;
beforeEach(async () => {
  endpoint = await TokenEndpoint.start();
  now = Date.parse("2026-11-22T10:00:00Z");
});
afterEach(() => endpoint.stop());

function source(
  change: Partial<OAuthSettings> = {},
  store: TokenStore = createMemoryTokenStore(),
): AccessTokenSource {
  return createTokenSource({
    settings: endpoint.settings(change),
    name: "support@desk.example/INBOX",
    store,
    now: () => now,
  });
}

describe("getAccessToken", () => {
  it("asks once for many who want a token at the same time, and keeps it until shortly before its end", async () => {
    const tokens = source();
    endpoint.delayMs = 20;
    const given = await Promise.all(Array.from({ length: 20 }, () => tokens.getAccessToken()));
    expect(new Set(given)).toEqual(new Set(["access-1"]));
    now += 54 * MINUTE_MS;
    expect(await tokens.getAccessToken()).toBe("access-1");
    now += 2 * MINUTE_MS;
    expect(await tokens.getAccessToken()).toBe("access-2");
    expect(endpoint.requests).toHaveLength(2);
  });

  it("sends the refresh-token grant of RFC 6749, and no scope that was not asked for", async () => {
    await source().getAccessToken();
    await source({ scope: "https://mail.google.com/", clientSecret: null }).getAccessToken();
    const common = { client_id: "client-1", grant_type: "refresh_token", refresh_token: "refresh-0" };
    expect(endpoint.requests).toEqual([
      { ...common, client_secret: "client-secret" },
      { ...common, scope: "https://mail.google.com/" },
    ]);
  });

  it("signs the application itself in where there is no refresh token", async () => {
    await source({ provider: "microsoft", refreshToken: null }).getAccessToken();
    expect(endpoint.requests).toEqual([
      {
        client_id: "client-1",
        client_secret: "client-secret",
        grant_type: "client_credentials",
        scope: "https://outlook.office365.com/.default",
      },
    ]);
  });

  it("does not give a token again that a server refused, and says whether a new one may help", async () => {
    const tokens = source();
    const first = await tokens.getAccessToken();
    expect(tokens.refuse(first)).toBe(false);
    const second = await tokens.getAccessToken();
    expect(second).not.toBe(first);
    await tokens.getAccessToken();
    expect(tokens.refuse(second)).toBe(true);
    expect(await tokens.getAccessToken()).toBe("access-3");
  });

  it("works on with a token of a short life, and without word of how long it lives", async () => {
    endpoint.expiresInSeconds = 60;
    const tokens = source();
    expect(await tokens.getAccessToken()).toBe("access-1");
    now += 20_000;
    expect(await tokens.getAccessToken()).toBe("access-1");
    now += 20_000;
    expect(await tokens.getAccessToken()).toBe("access-2");
  });
});

describe("a refusal", () => {
  const refusal = (status: number, body: unknown, headers: Record<string, string> = {}) => {
    endpoint.answer = () => ({ status, body, headers });
    return source()
      .getAccessToken()
      .then(
        () => expect.unreachable(),
        (error: unknown) => error,
      );
  };

  it.each([
    ["invalid_grant", /set the new IMAP_OAUTH_REFRESH_TOKEN/],
    ["interaction_required", /set the new IMAP_OAUTH_REFRESH_TOKEN/],
    ["invalid_client", /IMAP_OAUTH_CLIENT_SECRET where it has expired/],
    ["unauthorized_client", /IMAP_OAUTH_CLIENT_ID/],
    ["invalid_scope", /IMAP_OAUTH_SCOPE/],
    ["unsupported_grant_type", /IMAP_OAUTH_TOKEN_URL/],
  ])("%s is for a person to cure", async (error, fix) => {
    expect(await refusal(400, { error })).toMatchObject({ kind: "dead", fix: expect.stringMatching(fix) });
  });

  it.each([
    ["500 without JSON", 500, "<html>sorry</html>"],
    ["503", 503, { error: "temporarily_unavailable" }],
    ["temporarily_unavailable with 400", 400, { error: "temporarily_unavailable" }],
    ["429", 429, { error: "slow_down" }],
    ["a proxy's page", 403, "<html>blocked</html>"],
    ["an answer without a token", 200, { hello: "world" }],
  ])("%s is waited out", async (_name, status, body) => {
    expect(await refusal(status, body)).toMatchObject({ kind: "away" });
  });

  it("names Microsoft's number and how long to wait, and nothing else of the answer", async () => {
    const description = "AADSTS50173: The grant of ada@customer.example was revoked. Trace ID: 1234";
    const error = (await refusal(400, { error: "invalid_grant", error_description: description })) as Error;
    expect(error.message).toMatch(/invalid_grant, AADSTS50173/);
    expect(error.message).not.toMatch(/ada@|Trace/);
    expect(await refusal(429, { error: "slow_down" }, { "Retry-After": "30" })).toMatchObject({
      retryAfterMs: 30_000,
    });
  });

  it("is told apart from an endpoint that is not there", async () => {
    const tokens = source();
    await endpoint.stop();
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ kind: "away" });
  });

  it("asks again the next time: what was cured works at once", async () => {
    const tokens = source();
    endpoint.answer = () => ({ status: 400, body: { error: "invalid_grant" } });
    await expect(tokens.getAccessToken()).rejects.toMatchObject({ kind: "dead" });
    endpoint.answer = () => null;
    expect(await tokens.getAccessToken()).toBe("access-1");
  });
});

describe("a refresh token that the provider renews", () => {
  let db: TestDatabase;
  let sql: SqlPool;
  beforeAll(async () => {
    db = await createTestDatabase();
    sql = db.sql;
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    await sql`delete from mail_tokens`;
    endpoint.rotates = true;
    endpoint.accepted = new Set(["refresh-0"]);
  });

  it("is used by the next process, and the one in the settings no more", async () => {
    await source({}, createTokenStore(sql)).getAccessToken();
    endpoint.accepted?.delete("refresh-0");
    await source({}, createTokenStore(sql)).getAccessToken();
    await source({}, createTokenStore(sql)).getAccessToken();
    expect(endpoint.requests.map((form) => form.refresh_token)).toEqual([
      "refresh-0",
      "refresh-1",
      "refresh-2",
    ]);
  });

  it("stands in the database unreadable: neither the token nor a key to it", async () => {
    await source({}, createTokenStore(sql)).getAccessToken();
    const [row] = await sql<{ sealed: Uint8Array }[]>`select sealed from mail_tokens`;
    expect(Buffer.from(row?.sealed ?? []).toString("latin1")).not.toContain("refresh-1");
    expect(row?.sealed.length).toBeGreaterThan(12 + 16);
  });

  it("gives way to a new sign-in in the settings", async () => {
    await source({}, createTokenStore(sql)).getAccessToken();
    endpoint.accepted = new Set(["refresh-new"]);
    await source({ refreshToken: "refresh-new" }, createTokenStore(sql)).getAccessToken();
    expect(endpoint.requests.at(-1)?.refresh_token).toBe("refresh-new");
  });

  it("gives way to the one in the settings where it is dead and that one is not", async () => {
    await source({}, createTokenStore(sql)).getAccessToken();
    endpoint.accepted = new Set(["refresh-0"]);
    expect(await source({}, createTokenStore(sql)).getAccessToken()).toBe("access-2");
    expect(endpoint.requests.map((form) => form.refresh_token)).toEqual([
      "refresh-0",
      "refresh-1",
      "refresh-0",
    ]);
  });

  it("is renewed by one process at a time, so that a token that holds once is never sent twice", async () => {
    endpoint.delayMs = 30;
    const sent = new Set<string>();
    endpoint.answer = (form) => {
      const token = form.refresh_token ?? "";
      if (sent.has(token)) return { status: 400, body: { error: "invalid_grant" } };
      sent.add(token);
      return null;
    };
    const sources = Array.from({ length: 4 }, () => source({}, createTokenStore(sql)));
    const given = await Promise.all(sources.map((one) => one.getAccessToken()));
    expect(new Set(given).size).toBe(4);
  });
});
