import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVerificationToken } from "../../src/api/tokens.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { type Api, createApi, DESK, TOKENS } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.drop());

/** Somebody who mailed before they signed up with the same address. */
async function mailThenSignUp() {
  const email = `writer-${crypto.randomUUID()}@example.com`;
  const { ticket } = await recordInbound(api.sql, DESK, inboundMail(email));
  const person = await api.signUp({ email });
  const token = await createVerificationToken(TOKENS, { userId: person.id, email }, api.clock.now);
  return { ...person, link: `/api/auth/verify?token=${token}`, verification: token, ticketId: ticket?.id };
}

async function listIds(token: string): Promise<string[]> {
  const { json } = await api.call("GET", "/api/tickets", { token });
  return json.tickets.map((ticket: { id: string }) => ticket.id);
}

describe("an address that has mailed us", () => {
  it("is no account: its tickets stay out of sight until the address is verified, and show then", async () => {
    const ada = await mailThenSignUp();
    expect(await listIds(ada.token)).toEqual([]);
    expect((await api.call("GET", `/api/tickets/${ada.ticketId}`, { token: ada.token })).status).toBe(404);

    const body = { token: ada.verification, password: ada.password };
    const { status, json } = await api.call("POST", "/api/auth/verify", { body });
    expect([status, json.user.emailVerified]).toEqual([200, true]);
    expect(await listIds(ada.token)).toEqual([ada.ticketId]);
    const read = await api.call("GET", `/api/tickets/${ada.ticketId}`, { token: ada.token });
    expect(read.json.ticket.createdBy).toBe(ada.id);
  });

  it("shows by its link only its own tickets", async () => {
    const ada = await mailThenSignUp();
    const eve = await mailThenSignUp();
    await api.call("POST", "/api/auth/verify", { body: { token: ada.verification, password: ada.password } });
    expect(await listIds(eve.token)).toEqual([]);
    expect((await api.call("GET", `/api/tickets/${ada.ticketId}`, { token: eve.token })).status).toBe(404);
  });

  it("takes no tickets from an account that has them already", async () => {
    const ada = await mailThenSignUp();
    const owner = await api.signUp();
    await api.sql`update requesters set user_id = ${owner.id} where email = ${ada.email}`;
    await api.call("POST", "/api/auth/verify", { body: { token: ada.verification, password: ada.password } });
    expect(await listIds(ada.token)).toEqual([]);
    expect(await listIds(owner.token)).toEqual([ada.ticketId]);
  });
});

describe("the link of the verification mail", () => {
  it("changes nothing when it is opened, as scanners do; it asks for the password, and its form verifies", async () => {
    const ada = await mailThenSignUp();
    const opened = await api.call("GET", ada.link);
    expect(opened.status).toBe(200);
    expect(opened.text).toContain(ada.email);
    expect(opened.text).toMatch(/<form method="post" action="verify">/);
    expect(opened.text).not.toMatch(/<script|https?:\/\//);
    expect(opened.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(opened.headers.get("referrer-policy")).toBe("no-referrer");
    expect(await listIds(ada.token)).toEqual([]);

    const submitted = await submit({ token: ada.verification, password: ada.password });
    expect([submitted.status, submitted.text.includes("is verified")]).toEqual([200, true]);
    expect(await listIds(ada.token)).toEqual([ada.ticketId]);
  });

  it("gains nothing for whoever signed up with a stranger's address when the stranger clicks through", async () => {
    const victim = await mailThenSignUp();
    const answer = await submit({ token: victim.verification, password: "the stranger's own guess" });
    expect(answer.status).toBe(401);
    expect(await listIds(victim.token)).toEqual([]);
    const [user] = await api.sql`select email_verified_at from users where id = ${victim.id}`;
    expect(user?.email_verified_at).toBeNull();
  });

  it("can be used again without harm", async () => {
    const ada = await mailThenSignUp();
    const body = { token: ada.verification, password: ada.password };
    await api.call("POST", "/api/auth/verify", { body });
    expect((await api.call("POST", "/api/auth/verify", { body })).status).toBe(200);
    expect(await listIds(ada.token)).toEqual([ada.ticketId]);
  });

  it("is refused when it is over, forged, a session's token, or of an account that is gone", async () => {
    const ada = await mailThenSignUp();
    const verify = async (token: string) => {
      const { status, json } = await api.call("POST", "/api/auth/verify", {
        body: { token, password: ada.password },
      });
      return [status, json.error.field];
    };
    expect(await verify(ada.token)).toEqual([400, "token"]);
    expect(await verify(`${ada.verification.slice(0, -3)}abc`)).toEqual([400, "token"]);
    const start = api.clock.now;
    api.clock.now = new Date(start.getTime() + 25 * 3600_000);
    expect(await verify(ada.verification)).toEqual([400, "token"]);
    expect((await api.call("GET", ada.link)).status).toBe(400);
    api.clock.now = start;
    await api.sql`delete from users where id = ${ada.id}`;
    expect((await verify(ada.verification))[0]).toBe(401);
  });

  it("does not verify an address that the account no longer has", async () => {
    const ada = await mailThenSignUp();
    await api.sql`update users set email = 'moved@example.com' where id = ${ada.id}`;
    await api.signUp({ email: ada.email });
    const body = { token: ada.verification, password: ada.password };
    expect((await api.call("POST", "/api/auth/verify", { body })).status).toBe(401);
    expect(await listIds(ada.token)).toEqual([]);
  });

  it("is no way around the limit on guesses", async () => {
    const ada = await mailThenSignUp();
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) {
      statuses.push((await submit({ token: ada.verification, password: `guess ${n}` })).status);
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });

  it("shows an odd address as text, never as markup", async () => {
    const odd = await createVerificationToken(
      TOKENS,
      { userId: crypto.randomUUID(), email: "<script>alert(1)</script>" },
      api.clock.now,
    );
    expect((await api.call("GET", `/api/auth/verify?token=${odd}`)).text).not.toContain("<script");
  });
});

function submit(fields: Record<string, string>) {
  return api.call("POST", "/api/auth/verify", {
    raw: new URLSearchParams(fields).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
}
