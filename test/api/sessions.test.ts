import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { createVerificationToken } from "../../src/api/tokens.ts";
import { createAdmin } from "../../src/desk/create-admin.ts";
import { type Api, createApi, TOKENS } from "./api-fixture.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.drop());

const me = (token?: string) => api.call("GET", "/api/auth/me", { token });

/** The token as its parts: to be changed, signed again or not. */
function readParts(token: string) {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const decode = (part: string) => JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/")));
  return { header: decode(header), payload: decode(payload), signature };
}

const encode = (part: object) =>
  btoa(JSON.stringify(part)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function signAgain(header: Record<string, unknown>, payload: object, secret = TOKENS.secret) {
  const protectedHeader = header as { alg: string };
  return new SignJWT({ ...payload })
    .setProtectedHeader(protectedHeader)
    .sign(new TextEncoder().encode(secret));
}

describe("a role", () => {
  it("holds from the next request with a token of before, upwards and downwards", async () => {
    const operator = await api.signUpAs("admin");
    const { token, email } = await api.signUp();
    const listUsers = () => api.call("GET", "/api/auth/users", { token });
    const setRole = (role: string) =>
      api.call("POST", "/api/auth/update-user", { body: { email, role }, token: operator.token });

    expect((await listUsers()).status).toBe(403);
    await setRole("admin");
    expect((await listUsers()).status).toBe(200);
    await setRole("moderator");
    expect((await listUsers()).status).toBe(403);
  });

  it("that a token claims for itself means nothing", async () => {
    const { token } = await api.signUp();
    const { header, payload } = readParts(token);
    const claiming = await signAgain(header, { ...payload, role: "admin" });
    expect((await me(claiming)).json.user.role).toBe("user");
    expect((await api.call("GET", "/api/auth/users", { token: claiming })).status).toBe(403);
  });
});

describe("a token", () => {
  it("is asked for, with a challenge, where there is none", async () => {
    const { status, headers, json } = await me();
    expect([status, json.error.code]).toEqual([401, "unauthenticated"]);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="deskhand"');
  });

  it("names issuer, audience, subject, key and end, and no role", async () => {
    const { token, id } = await api.signUp();
    const { header, payload } = readParts(token);
    expect(header).toEqual({ alg: "HS256", typ: "JWT", kid: expect.any(String) });
    const { iat, exp, ...claims } = payload;
    expect(exp - iat).toBe(3600);
    expect(claims).toEqual({ iss: TOKENS.issuer, aud: TOKENS.audience, sub: id, pwd: expect.any(String) });
  });

  it("holds until it expires and no longer", async () => {
    const { token } = await api.signUp();
    const start = api.clock.now;
    api.clock.now = new Date(start.getTime() + 3599_000);
    expect((await me(token)).status).toBe(200);
    api.clock.now = new Date(start.getTime() + 3610_000);
    const { status, headers } = await me(token);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    api.clock.now = start;
  });

  it("is refused when anything of it was changed or left out", async () => {
    const { token } = await api.signUp();
    const other = await api.signUp();
    const { header, payload, signature } = readParts(token);
    const { exp: _exp, ...endless } = payload;
    const { kid: _kid, ...keyless } = header;
    const { pwd: _pwd, ...markless } = payload;
    const forged = [
      `${encode(header)}.${encode({ ...payload, sub: other.id })}.${signature}`,
      `${encode({ alg: "none", kid: header.kid })}.${encode(payload)}.`,
      `${encode({ alg: "none" })}.${encode(payload)}.`,
      await signAgain(header, payload, "another secret, which is 32 bytes or more"),
      await signAgain({ ...header, alg: "HS512" }, payload),
      await signAgain(keyless, payload),
      await signAgain({ ...header, kid: "unknown" }, payload),
      await signAgain(header, { ...payload, iss: "http://elsewhere.test" }),
      await signAgain(header, { ...payload, aud: "elsewhere" }),
      await signAgain(header, endless),
      await signAgain(header, markless),
      await signAgain(header, { ...payload, sub: "not-a-uuid" }),
      await signAgain(header, { ...payload, sub: crypto.randomUUID() }),
      token.slice(0, -2),
      "",
      "null",
      "'; drop table users; --",
      "a.b.c",
    ];
    for (const one of forged) expect([one, (await me(one)).status]).toEqual([one, 401]);
    expect((await me(await signAgain(header, payload))).status).toBe(200);
  });

  it("is read from a Bearer header, in any case, and from nowhere else", async () => {
    const { token } = await api.signUp();
    const withHeader = (authorization: string) =>
      api.call("GET", "/api/auth/me", { headers: { authorization } }).then(({ status }) => status);
    expect(await withHeader(`bearer ${token}`)).toBe(200);
    expect(await withHeader(`Basic ${token}`)).toBe(401);
    expect(await withHeader(token)).toBe(401);
    expect((await api.call("GET", `/api/auth/me?token=${token}`)).status).toBe(401);
    const cookie = { cookie: `token=${token}` };
    expect((await api.call("GET", "/api/auth/me", { headers: cookie })).status).toBe(401);
  });

  it("ends with its account", async () => {
    const { token, id } = await api.signUp();
    await api.sql`delete from users where id = ${id}`;
    expect((await me(token)).status).toBe(401);
  });

  it("ends with the password that it was got with, even where the account is made an admin by it", async () => {
    const squatter = await api.signUp({ email: "boss@example.com" });
    await createAdmin(api.sql, api.deps.passwords, { email: "boss@example.com", password: "the boss's own" });
    expect((await me(squatter.token)).status).toBe(401);
    const body = { email: "boss@example.com", password: "the boss's own" };
    expect((await api.call("POST", "/api/auth/login", { body })).json.user.role).toBe("admin");
  });

  it("of the verification mail opens no session, nor the other way round, whatever else it claims", async () => {
    const { id: userId, email, token, password } = await api.signUp();
    const link = await createVerificationToken(TOKENS, { userId, email }, api.clock.now);
    expect((await me(link)).status).toBe(401);
    const session = readParts(token);
    const verification = readParts(link);
    const linkAsSession = await signAgain(verification.header, {
      ...session.payload,
      ...verification.payload,
    });
    expect((await me(linkAsSession)).status).toBe(401);
    const body = { token: await signAgain(session.header, { ...session.payload, email }), password };
    expect((await api.call("POST", "/api/auth/verify", { body })).status).toBe(400);
  });

  it("outlives a change of the secret while the old one is listed, and not after", async () => {
    const { token } = await api.signUp();
    const withSecrets = (secret: string, previousSecrets: string[]) =>
      createApp({ ...api.deps, tokens: { ...TOKENS, secret, previousSecrets } }).request("/api/auth/me", {
        headers: { authorization: `Bearer ${token}` },
      });
    const fresh = "a fresh secret, also 32 bytes or more";
    expect((await withSecrets(fresh, [TOKENS.secret])).status).toBe(200);
    expect((await withSecrets(fresh, [])).status).toBe(401);
  });
});
