import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAdmin } from "../../src/desk/create-admin.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.drop());

const create = (email: string, password: string | null) =>
  createAdmin(api.sql, api.deps.passwords, { email, password });

describe("createAdmin", () => {
  it("makes the first admin, who can log in and use the admin's calls", async () => {
    const result = await create("Root@Example.com", "the operator's word");
    expect(result).toMatchObject({ created: true, ownerIsKnown: true, user: { role: "admin" } });
    const body = { email: "root@example.com", password: "the operator's word" };
    const { json } = await api.call("POST", "/api/auth/login", { body });
    expect((await api.call("GET", "/api/auth/users", { token: json.token })).status).toBe(200);
  });

  it("shows a new admin what their address wrote: the operator vouches for it", async () => {
    await recordInbound(api.sql, DESK, inboundMail("vouched@example.com"));
    const { user } = await create("vouched@example.com", "the operator's word");
    const [row] = await api.sql`select user_id from requesters where email = 'vouched@example.com'`;
    expect([user.emailVerifiedAt instanceof Date, row?.user_id]).toEqual([true, user.id]);
  });

  it("promotes an account and leaves its password, but says that nobody has proved whose it is", async () => {
    const { email, password } = await api.signUp();
    expect(await create(email, null)).toMatchObject({ created: false, ownerIsKnown: false });
    const { json } = await api.call("POST", "/api/auth/login", { body: { email, password } });
    expect(json.user.role).toBe("admin");
    expect(await create(email, null)).toMatchObject({ created: false, user: { role: "admin" } });
  });

  it("replaces the password where one is given", async () => {
    const { email, password } = await api.signUp();
    expect(await create(email, "a newer password")).toMatchObject({ created: false, ownerIsKnown: true });
    expect((await api.call("POST", "/api/auth/login", { body: { email, password } })).status).toBe(401);
  });

  it("lets a backlog find its new admin", async () => {
    const { user } = await create("backlog@example.com", "the operator's word");
    const events = await api.sql`select name from outbox where data ->> 'userId' = ${user.id}`;
    expect(events.map((event) => event.name)).toEqual(["user/updated"]);
  });

  it.each([
    ["not an address", "long enough", /is not a mail address/],
    ["new@example.com", null, /give a password/],
    ["new@example.com", "short", /8 to 200 characters/],
  ])("refuses %s with %s, and says why", async (email, password, why) => {
    await expect(create(email, password)).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(why),
    });
    expect(await api.sql`select id from users where email = ${email}`).toHaveLength(0);
  });
});
