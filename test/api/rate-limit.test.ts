import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { clientNetwork, LOGIN_LIMITS, SIGNUP_LIMITS } from "../../src/api/rate-limit.ts";
import { connectDatabase } from "../../src/db/client.ts";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
let ada: Awaited<ReturnType<Api["signUp"]>>;
beforeAll(async () => {
  api = await createApi();
  ada = await api.signUp();
});
afterAll(() => api.drop());
beforeEach(() => api.sql`delete from rate_limits`);

const logIn = (email: string, password: string, client = "192.0.2.1") =>
  api.call("POST", "/api/auth/login", { body: { email, password }, client });

/** One attempt after the other; how many of them were answered with 429. */
async function countRefused(attempts: number, attempt: (n: number) => Promise<{ status: number }>) {
  let refused = 0;
  for (let n = 0; n < attempts; n++) if ((await attempt(n)).status === 429) refused++;
  return refused;
}

describe("the limit on logins", () => {
  it("stops guesses at one address, says when to come back, and then refuses the right password too", async () => {
    const max = LOGIN_LIMITS.addressAndClient.attemptsMax;
    expect(await countRefused(max, () => logIn(ada.email, "wrong password"))).toBe(0);
    const { status, json, headers } = await logIn(ada.email, ada.password);
    expect([status, json.error.code]).toEqual([429, "rate_limited"]);
    const seconds = Number(headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(LOGIN_LIMITS.addressAndClient.windowSeconds - 60);
    expect(seconds).toBeLessThanOrEqual(LOGIN_LIMITS.addressAndClient.windowSeconds);
  });

  it("does not tell an address that exists from one that does not", async () => {
    const max = LOGIN_LIMITS.addressAndClient.attemptsMax;
    expect(await countRefused(max + 2, () => logIn("unknown@example.com", "wrong password"))).toBe(2);
  });

  it("does not lock the owner out from elsewhere", async () => {
    await countRefused(LOGIN_LIMITS.address.attemptsMax * 2, () => logIn(ada.email, "wrong", "198.51.100.7"));
    expect((await logIn(ada.email, ada.password, "203.0.113.5")).status).toBe(200);
  });

  it("stops many clients that guess at one address", async () => {
    const max = LOGIN_LIMITS.address.attemptsMax;
    const refused = await countRefused(max + 5, (n) => logIn(ada.email, "wrong", `198.51.100.${n}`));
    expect(refused).toBe(5);
  });

  it("stops one client that tries one password at many addresses", async () => {
    const max = LOGIN_LIMITS.client.attemptsMax;
    const refused = await countRefused(max + 3, (n) => logIn(`person${n}@example.org`, "password1"));
    expect(refused).toBe(3);
  });

  it("counts guesses that come at the same moment, over several processes", async () => {
    const elsewhere = connectDatabase(api.url, { max: 4 });
    const twin = createApp({ ...api.deps, sql: elsewhere });
    const body = JSON.stringify({ email: ada.email, password: "wrong password" });
    const headers = { "content-type": "application/json", "x-test-client": "192.0.2.1" };
    const guesses = Array.from({ length: 30 }, (_, n) =>
      (n % 2 === 0 ? api.app : twin).request("/api/auth/login", { method: "POST", body, headers }),
    );
    const statuses = (await Promise.all(guesses)).map((answer) => answer.status);
    await elsewhere.end();
    expect(statuses.filter((status) => status === 401)).toHaveLength(
      LOGIN_LIMITS.addressAndClient.attemptsMax,
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(
      30 - LOGIN_LIMITS.addressAndClient.attemptsMax,
    );
  });

  it("forgets wrong guesses once the password was right, and never counts right ones", async () => {
    const max = LOGIN_LIMITS.addressAndClient.attemptsMax;
    for (let round = 0; round < 3; round++) {
      await countRefused(max - 1, () => logIn(ada.email, "wrong password"));
      expect((await logIn(ada.email, ada.password)).status).toBe(200);
    }
    expect(await countRefused(LOGIN_LIMITS.client.attemptsMax, () => logIn(ada.email, ada.password))).toBe(0);
  });

  it("ends with its window", async () => {
    await countRefused(LOGIN_LIMITS.addressAndClient.attemptsMax + 1, () =>
      logIn(ada.email, "wrong password"),
    );
    await api.sql`update rate_limits set ends_at = now() - interval '1 second'`;
    expect((await logIn(ada.email, ada.password)).status).toBe(200);
  });

  it("keeps no counters long after their window", async () => {
    await countRefused(5, (n) => logIn(`person${n}@example.org`, "password1", `198.51.100.${n}`));
    await api.sql`update rate_limits set ends_at = now() - interval '2 minutes'`;
    await logIn(ada.email, "wrong password");
    const rows = await api.sql<{ key: string }[]>`select key from rate_limits`;
    expect(rows.filter((row) => row.key.includes("example.org"))).toEqual([]);
  });
});

describe("the limit on sign-ups", () => {
  const signUp = (email: string, client: string) =>
    api.call("POST", "/api/auth/signup", { body: { email, password: "correct horse" }, client });

  it("stops one client that opens accounts", async () => {
    const max = SIGNUP_LIMITS.client.attemptsMax;
    const refused = await countRefused(max + 2, (n) => signUp(`new${n}@example.net`, "192.0.2.9"));
    expect(refused).toBe(2);
    expect((await signUp("else@example.net", "192.0.2.10")).status).toBe(201);
  });

  it("stops asking whether one address has an account", async () => {
    const max = SIGNUP_LIMITS.address.attemptsMax;
    expect(await countRefused(max + 2, (n) => signUp(ada.email, `198.51.100.${n}`))).toBe(2);
  });
});

describe("clientNetwork", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002:0000:0000:0000:0009", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["unknown", "unknown"],
  ])("counts %s under %s", (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });
});
