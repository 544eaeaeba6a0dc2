import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { updateUser } from "../../src/desk/update-user.ts";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
let admin: Awaited<ReturnType<Api["signUp"]>>;
beforeAll(async () => {
  api = await createApi();
  admin = await api.signUpAs("admin");
});
afterAll(() => api.drop());

const password = "correct horse battery";

describe("POST /api/auth/signup", () => {
  it("opens an account with the role user and answers with it and a token that holds", async () => {
    const body = { email: " Ada@Example.com ", password, name: "Ada" };
    const { status, json } = await api.call("POST", "/api/auth/signup", { body });
    expect(status).toBe(201);
    expect(json.user).toEqual({
      id: expect.any(String),
      email: "ada@example.com",
      name: "Ada",
      role: "user",
      skills: [],
      capacity: 10,
      away: false,
      handOver: false,
      takesGeneral: false,
      workingHours: null,
      active: true,
      slackUserId: null,
      emailVerified: false,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    const me = await api.call("GET", "/api/auth/me", { token: json.token });
    expect(me.json.user).toEqual(json.user);
  });

  it("adds user/signup in the same transaction", async () => {
    const { id } = await api.signUp();
    const events = await api.sql`select name from outbox where data ->> 'userId' = ${id}`;
    expect(events.map((event) => event.name)).toEqual(["user/signup"]);
  });

  it("proposes skills that the desk does not know, and finds the others under any spelling", async () => {
    const { email } = await api.signUp({ skills: ["ReactJS", "Weaving", "weaving!", "js", "React.js"] });
    const { json } = await api.call("POST", "/api/auth/login", { body: { email, password } });
    expect(json.user.skills).toEqual(["JavaScript", "React", "Weaving"]);
    expect(await skillStatus("weaving")).toBe("proposed");
    expect(await skillStatus("react")).toBe("active");
  });

  it("refuses an address that has an account, in whatever case it is written", async () => {
    const { email } = await api.signUp();
    const body = { email: email.toUpperCase(), password: "another password" };
    const { status, json } = await api.call("POST", "/api/auth/signup", { body });
    expect(status).toBe(409);
    expect(json.error.code).toBe("conflict");
    const login = await api.call("POST", "/api/auth/login", { body: { email, password } });
    expect(login.status).toBe(200);
  });

  it("makes one account of two sign-ups at once", async () => {
    const body = { email: "twice@example.com", password };
    const answers = await Promise.all([1, 2, 3].map(() => api.call("POST", "/api/auth/signup", { body })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
  });

  it.each([
    ["email", { password }],
    ["email", { email: "nobody", password }],
    ["email", { email: 7, password }],
    ["password", { email: "a@example.com" }],
    ["password", { email: "a@example.com", password: "short12" }],
    ["password", { email: "a@example.com", password: "x".repeat(201) }],
    ["name", { email: "a@example.com", password, name: "A\nBcc: all@example.com" }],
    ["skills.1", { email: "a@example.com", password, skills: ["React", "!!!"] }],
    ["skills", { email: "a@example.com", password, skills: "React" }],
    ["role", { email: "a@example.com", password, role: "admin" }],
    ["capacity", { email: "a@example.com", password, capacity: 5 }],
    ["body", ["a@example.com"]],
  ])("refuses a wrong %s and names it", async (field, body) => {
    const { status, json } = await api.call("POST", "/api/auth/signup", { body });
    expect(status).toBe(400);
    expect(json.error).toEqual({ code: "invalid", message: expect.stringContaining(field), field });
  });

  it("never makes an admin: the role is refused, and nobody is signed up", async () => {
    const body = { email: "climber@example.com", password, role: "admin" };
    expect((await api.call("POST", "/api/auth/signup", { body })).status).toBe(400);
    expect(await api.sql`select id from users where email = 'climber@example.com'`).toHaveLength(0);
  });

  it.each(["", "{", "null", "7", '"text"', "email=a@example.com"])(
    "takes no body that is %j",
    async (raw) => {
      const headers = { "content-type": "application/json" };
      const { status, json } = await api.call("POST", "/api/auth/signup", { raw, headers });
      expect(status).toBe(400);
      expect(json.error.field).toBe("body");
    },
  );

  it("takes no body that does not say that it is JSON, and says how to say so", async () => {
    const raw = JSON.stringify({ email: "b@example.com", password });
    const headers = { "content-type": "text/plain" };
    const { status, json } = await api.call("POST", "/api/auth/signup", { raw, headers });
    expect(status).toBe(400);
    expect(json.error.message).toContain("Content-Type: application/json");
  });
});

describe("POST /api/auth/login", () => {
  it("answers with the user and a token", async () => {
    const { email, id } = await api.signUp();
    const { status, json } = await api.call("POST", "/api/auth/login", {
      body: { email: email.toUpperCase(), password },
    });
    expect(status).toBe(200);
    expect(json).toEqual({ user: expect.objectContaining({ id, email }), token: expect.any(String) });
  });

  it("says the same for a wrong password as for an unknown address", async () => {
    const { email } = await api.signUp();
    const wrong = await api.call("POST", "/api/auth/login", { body: { email, password: "wrong password" } });
    const unknown = await api.call("POST", "/api/auth/login", {
      body: { email: "unknown@example.com", password: "wrong password" },
    });
    expect(wrong.status).toBe(401);
    expect(unknown.status).toBe(401);
    expect(unknown.text).toBe(wrong.text);
    expect(wrong.json.token).toBeUndefined();
  });

  it("lets nobody into an account without a password", async () => {
    await api.sql`insert into users (email) values ('passwordless@example.com')`;
    for (const attempt of ["", "null", "undefined", password]) {
      const body = { email: "passwordless@example.com", password: attempt };
      expect((await api.call("POST", "/api/auth/login", { body })).status).toBe(attempt === "" ? 400 : 401);
    }
  });

  it.each([
    ["password", { email: "a@example.com" }],
    ["password", { email: "a@example.com", password: { $ne: null } }],
    ["email", { email: { $gt: "" }, password }],
  ])("refuses a wrong %s and names it", async (field, body) => {
    const { status, json } = await api.call("POST", "/api/auth/login", { body });
    expect(status).toBe(400);
    expect(json.error.field).toBe(field);
  });
});

describe("GET /api/auth/users", () => {
  it("gives an admin all accounts, the oldest first", async () => {
    const { status, json } = await api.call("GET", "/api/auth/users", { token: admin.token });
    expect(status).toBe(200);
    expect(json.users[0]).toMatchObject({ id: admin.id, role: "admin" });
    const [{ count } = { count: 0 }] = await api.sql<
      { count: number }[]
    >`select count(*) as count from users`;
    expect(json.users).toHaveLength(count);
    expect(json.nextCursor).toBeNull();
  });

  it("pages through accounts made in the same microsecond without a gap or a repeat", async () => {
    const at = "2026-01-01T00:00:00.123456Z";
    await api.sql`
      insert into users (email, created_at)
      select 'page' || n || '@example.com', ${at}::text::timestamptz from generate_series(1, 7) n`;
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { json } = await api.call("GET", `/api/auth/users?limit=3${query}`, { token: admin.token });
      seen.push(...json.users.map((user: { email: string }) => user.email));
      cursor = json.nextCursor;
    } while (cursor !== null);
    const all = await api.sql<{ email: string }[]>`select email from users order by created_at, id`;
    expect(seen).toEqual(all.map((user) => user.email));
  });

  it.each(["0", "1001", "x", ""])("refuses limit=%s", async (limit) => {
    const { status, json } = await api.call("GET", `/api/auth/users?limit=${limit}`, { token: admin.token });
    expect([status, json.error.field]).toEqual([400, "limit"]);
  });

  it.each(["x", "2026-02-31T00:00:00.000000Z_6a1f7c8e-0000-4000-8000-000000000000", "1042"])(
    "refuses the cursor %s",
    async (cursor) => {
      const { status, json } = await api.call("GET", `/api/auth/users?cursor=${cursor}`, {
        token: admin.token,
      });
      expect([status, json.error.field]).toEqual([400, "cursor"]);
    },
  );

  it("is for admins only", async () => {
    const user = await api.signUp();
    const moderator = await api.signUpAs("moderator");
    for (const { token } of [user, moderator]) {
      const { status, json } = await api.call("GET", "/api/auth/users", { token });
      expect([status, json.error.code]).toEqual([403, "forbidden"]);
    }
    expect((await api.call("GET", "/api/auth/users")).status).toBe(401);
  });
});

describe("POST /api/auth/update-user", () => {
  const update = (body: object, token = admin.token) =>
    api.call("POST", "/api/auth/update-user", { body, token });

  it("sets what is given, leaves the rest, and adds user/updated", async () => {
    const { email, id } = await api.signUp({ name: "Grace", skills: ["Knitting"] });
    const { status, json } = await update({
      email,
      role: "moderator",
      skills: ["Cobol", "postgresql"],
      capacity: 3,
      away: true,
      slackUserId: "U024BE7LH",
    });
    expect(status).toBe(200);
    expect(json).toEqual({
      user: expect.objectContaining({
        id,
        name: "Grace",
        role: "moderator",
        skills: ["Cobol", "SQL"],
        capacity: 3,
        away: true,
        slackUserId: "U024BE7LH",
      }),
      message: expect.any(String),
    });
    const events = await api.sql`select name from outbox where data ->> 'userId' = ${id} order by id`;
    expect(events.map((event) => event.name)).toEqual(["user/signup", "user/updated"]);
    const after = await update({ email, away: false, slackUserId: null });
    expect(after.json.user).toMatchObject({ role: "moderator", capacity: 3, away: false, slackUserId: null });
    expect(after.json.user.skills).toEqual(["Cobol", "SQL"]);
  });

  it("makes skills that somebody proposed part of the desk's list", async () => {
    const { email } = await api.signUp({ skills: ["Falconry"] });
    expect(await skillStatus("falconry")).toBe("proposed");
    await update({ email, skills: ["falconry"] });
    expect(await skillStatus("falconry")).toBe("active");
  });

  it("takes all skills away with an empty list", async () => {
    const { email } = await api.signUp({ skills: ["React"] });
    expect((await update({ email, skills: [] })).json.user.skills).toEqual([]);
  });

  it("changes nothing and sends nothing where nothing is given", async () => {
    const { email, id } = await api.signUp();
    const { status, json } = await update({ email });
    expect([status, json.user.id]).toEqual([200, id]);
    expect(
      await api.sql`select id from outbox where name = 'user/updated' and data ->> 'userId' = ${id}`,
    ).toHaveLength(0);
  });

  it("answers 404 for an address without account", async () => {
    const { status, json } = await update({ email: "unknown@example.com", role: "admin" });
    expect([status, json.error.code]).toEqual([404, "not_found"]);
  });

  it("answers 409 for a Slack user that another account has, and changes nothing of the call", async () => {
    const first = await api.signUp();
    const second = await api.signUp();
    await update({ email: first.email, slackUserId: "U0TAKEN01" });
    const { status } = await update({ email: second.email, slackUserId: "U0TAKEN01", role: "admin" });
    expect(status).toBe(409);
    expect(await roleOf(second.id)).toBe("user");
  });

  it.each([
    ["role", { role: "root" }],
    ["capacity", { capacity: -1 }],
    ["capacity", { capacity: 1.5 }],
    ["away", { away: "yes" }],
    ["skills.0", { skills: [7] }],
    ["slackUserId", { slackUserId: "<!channel>" }],
    ["password", { password: "a new password" }],
    ["id", { id: "6a1f7c8e-0000-4000-8000-000000000000" }],
  ])("refuses a wrong %s and names it", async (field, change) => {
    const { status, json } = await update({ email: admin.email, ...change });
    expect([status, json.error.field]).toEqual([400, field]);
  });

  it("is for admins only: nobody raises themselves", async () => {
    const user = await api.signUp();
    const moderator = await api.signUpAs("moderator");
    for (const { token, email, id } of [user, moderator]) {
      expect((await update({ email, role: "admin" }, token)).status).toBe(403);
      expect(await roleOf(id)).not.toBe("admin");
    }
  });

  it("shows nobody without the right what is wrong with a body", async () => {
    const { token } = await api.signUp();
    expect((await update({ nonsense: true }, token)).status).toBe(403);
    expect((await api.call("POST", "/api/auth/update-user", { body: { nonsense: true } })).status).toBe(401);
  });
});

describe("updateUser", () => {
  it("refuses whoever is no admin by itself, by whatever door they come", async () => {
    const { email, id } = await api.signUp();
    const actor = { kind: "moderator", userId: id, name: "Max", via: "slack" } as const;
    const change = updateUser(api.sql, actor, email, { role: "admin" });
    await expect(change).rejects.toMatchObject({ code: "forbidden" });
    expect(await roleOf(id)).toBe("user");
  });
});

describe("the last admin", () => {
  let desk: Api;
  beforeAll(async () => {
    desk = await createApi();
  });
  afterAll(() => desk.drop());

  it("cannot be demoted, by themselves or by two who demote each other at the same moment", async () => {
    const ada = await desk.signUpAs("admin");
    const demote = (email: string, token: string) =>
      desk.call("POST", "/api/auth/update-user", { body: { email, role: "user" }, token });
    const alone = await demote(ada.email, ada.token);
    expect([alone.status, alone.json.error.code]).toEqual([409, "conflict"]);

    for (let round = 0; round < 5; round++) {
      const grace = await desk.signUpAs("admin");
      await desk.sql`update users set role = 'admin' where id = ${ada.id}`;
      const answers = await Promise.all([demote(ada.email, grace.token), demote(grace.email, ada.token)]);
      const [{ admins } = { admins: 0 }] = await desk.sql<{ admins: number }[]>`
        select count(*) as admins from users where role = 'admin'`;
      expect(admins).toBe(1);
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
      await desk.sql`update users set role = 'user' where id = ${grace.id}`;
    }
  });
});

async function skillStatus(normalised: string): Promise<string | undefined> {
  const [row] = await api.sql<
    { status: string }[]
  >`select status from skills where normalised = ${normalised}`;
  return row?.status;
}

async function roleOf(userId: string): Promise<string | undefined> {
  const [row] = await api.sql<{ role: string }[]>`select role from users where id = ${userId}`;
  return row?.role;
}
