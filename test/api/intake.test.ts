import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countParkedSince } from "../../src/db/alerts.ts";
import { listParked } from "../../src/db/ledger.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

let api: Api;
let admin: string;
beforeAll(async () => {
  api = await createApi();
  admin = (await api.signUpAs("admin")).token;
});
afterAll(() => api.drop());

const SOURCE = "\u0000\u0001 no mail at all";

/** A mail that says nothing: the one thing that intake parks by itself. */
async function park(): Promise<string> {
  const raw = new TextEncoder().encode(SOURCE);
  const mail = inboundMail("ada@example.com", { from: null, subject: "", text: " ", textTrimmed: "", raw });
  expect((await recordInbound(api.sql, DESK, mail)).outcome).toBe("parked");
  const [row] = await api.sql<{ id: string }[]>`
    select id from intake_ledger where external_id = ${mail.externalId}`;
  return row?.id ?? "";
}

const get = (path: string, token: string | undefined = admin) => api.call("GET", path, { token });
const dismiss = (id: string, body: unknown = { reason: "Spam." }) =>
  api.call("POST", `/api/admin/intake/${id}/dismiss`, { token: admin, body });

describe("/api/admin/intake", () => {
  it("shows what is parked with its reason, and gives its original byte for byte as a download", async () => {
    const id = await park();
    const { json } = await get("/api/admin/intake");
    const entry = json.entries.find((one: { id: string }) => one.id === id);
    expect(entry).toMatchObject({ outcome: "parked", ticket: null, dismissed: null, channel: "email" });
    expect(entry.reason).not.toBe("");
    expect(entry.source).toEqual({ sizeBytes: SOURCE.length, complete: true });
    const source = await get(`/api/admin/intake/${id}/source`);
    expect(source.text).toBe(SOURCE);
    expect(source.headers.get("content-disposition")).toContain('attachment; filename="message.eml"');
  });

  it("lets an admin dismiss it with a reason, once; nothing asks for it any more, and it stays in the ledger", async () => {
    const id = await park();
    const before = await countParkedSince(api.sql, 1);
    const done = await dismiss(id);
    expect(done.status).toBe(200);
    expect(done.json.entry).toMatchObject({ outcome: "parked", dismissed: { reason: "Spam." } });
    expect(done.json.entry.dismissed.by).toContain("@");
    expect((await dismiss(id)).status).toBe(409);
    expect(await countParkedSince(api.sql, 1)).toBe(before - 1);
    expect(await listParked(api.sql, 100)).not.toContain(id);
    const idsOf = async (query: string) =>
      (await get(`/api/admin/intake?${query}`)).json.entries.map((one: { id: string }) => one.id);
    expect(await idsOf("dismissed=false")).not.toContain(id);
    expect(await idsOf("dismissed=true")).toContain(id);
    expect(await idsOf("")).toContain(id);
  });

  it("dismisses nothing but what is parked, and wants to know why", async () => {
    const ticket = await recordInbound(api.sql, DESK, inboundMail("ada@example.com"));
    const { json } = await get("/api/admin/intake?outcome=ticket");
    expect(json.entries[0]).toMatchObject({ outcome: "ticket", ticket: ticket.ticket });
    expect((await dismiss(json.entries[0].id)).json.error.message).toContain(
      "the outcome of this one is ticket",
    );
    const id = await park();
    expect((await dismiss(id, { reason: " " })).status).toBe(400);
    expect((await dismiss("0")).status).toBe(404);
    expect((await get("/api/admin/intake/0/source")).status).toBe(404);
  });

  it("pages through entries of one moment without losing or repeating one", async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push(await park());
    await api.sql`update intake_ledger set recorded_at = '2020-01-01 00:00:00.123456Z' where id = any(${ids}::uuid[])`;
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const path: string = `/api/admin/intake?limit=2${cursor && `&cursor=${cursor}`}`;
      const page: { entries: { id: string }[]; nextCursor: string | null } = (await get(path)).json;
      seen.push(...page.entries.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(ids));
    expect((await get("/api/admin/intake?cursor=1")).status).toBe(400);
  });

  it("is for admins alone", async () => {
    const id = await park();
    const moderator = (await api.signUpAs("moderator")).token;
    for (const path of ["/api/admin/intake", `/api/admin/intake/${id}/source`]) {
      expect((await get(path, moderator)).status).toBe(403);
      expect((await api.call("GET", path)).status).toBe(401);
    }
    const refused = await api.call("POST", `/api/admin/intake/${id}/dismiss`, {
      token: moderator,
      body: { reason: "x" },
    });
    expect(refused.status).toBe(403);
  });
});
