import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.drop());

const TICKET = { title: "VPN drops every ten minutes", description: "Since this morning, on Windows 11." };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const create = (token: string, more: object = {}, headers: Record<string, string> = {}) =>
  api.call("POST", "/api/tickets", { token, body: { ...TICKET, ...more }, headers });

describe("POST /api/tickets", () => {
  it("answers with the ticket, in the fields that clients know", async () => {
    const ada = await api.signUp({ name: "Ada" });
    const { status, json } = await create(ada.token);
    expect(status).toBe(201);
    expect(json).toEqual({
      message: `Ticket #${json.ticket.number} has been made.`,
      ticket: {
        ...TICKET,
        id: expect.stringMatching(UUID),
        number: expect.any(Number),
        status: "open",
        priority: "medium",
        category: null,
        summary: "",
        helpfulNotes: "",
        relatedSkills: [],
        assignedTo: null,
        createdBy: ada.id,
        requester: { id: expect.stringMatching(UUID), name: "Ada", email: ada.email, channel: "api" },
        createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
        updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
  });

  it("goes through intake: one ledger row, the first message, and ticket/created for the workflows", async () => {
    const ada = await api.signUp();
    const { json } = await create(ada.token);
    const { id } = json.ticket;
    const ledger = await api.sql`select channel, account, outcome from intake_ledger where ticket_id = ${id}`;
    expect([...ledger]).toEqual([{ channel: "api", account: "rest", outcome: "ticket" }]);
    expect(await api.sql`select id from messages where ticket_id = ${id}`).toHaveLength(1);
    const events = await api.sql`select name from outbox where data ->> 'ticketId' = ${id}`;
    expect(events.map((event) => event.name)).toEqual(["ticket/created"]);
  });

  it("gives every ticket of one user to one requester", async () => {
    const ada = await api.signUp();
    const [first, second] = [await create(ada.token), await create(ada.token)];
    expect(second.json.ticket.requester.id).toBe(first.json.ticket.requester.id);
    expect(second.json.ticket.number).toBeGreaterThan(first.json.ticket.number);
  });

  it("makes one line of a title", async () => {
    const { token } = await api.signUp();
    const { json } = await create(token, { title: "  Printer\r\nBcc: all@example.com\u0000 " });
    expect(json.ticket.title).toBe("Printer Bcc: all@example.com");
  });

  it("keeps any text: quotes, markup, emoji, what looks like SQL, and what Postgres cannot store", async () => {
    const { token } = await api.signUp();
    const description = `'; drop table tickets; -- <script>alert(1)</script> 🦆 "x" \\ %s $1 \u0000 \ud800`;
    const { status, json } = await create(token, { description });
    expect(status).toBe(201);
    expect(json.ticket.description).toBe(description.replace("\u0000", "\ufffd").replace("\ud800", "\ufffd"));
  });

  it.each([
    ["title", { title: undefined }],
    ["title", { title: " \n " }],
    ["title", { title: "x".repeat(201) }],
    ["title", { title: 7 }],
    ["description", { description: undefined }],
    ["description", { description: "  " }],
    ["description", { description: "x".repeat(50_001) }],
    ["description", { description: ["x"] }],
    ["priority", { priority: "high" }],
    ["createdBy", { createdBy: "6a1f7c8e-0000-4000-8000-000000000000" }],
  ])("refuses a wrong %s and names it", async (field, more) => {
    const { token } = await api.signUp();
    const { status, json } = await create(token, more);
    expect([status, json.error.code, json.error.field]).toEqual([400, "invalid", field]);
  });

  it("takes the longest title and description that it says it takes", async () => {
    const { token } = await api.signUp();
    const more = { title: "x".repeat(200), description: "é".repeat(50_000) };
    expect((await create(token, more)).status).toBe(201);
  });

  it("asks who it is before it looks at anything", async () => {
    const { status } = await api.call("POST", "/api/tickets", {
      raw: "{",
      headers: { "content-type": "text/plain" },
    });
    expect(status).toBe(401);
  });
});

describe("an Idempotency-Key", () => {
  const key = (name: string) => ({ "Idempotency-Key": name });

  it("makes one ticket of any number of calls, also at the same moment", async () => {
    const { token } = await api.signUp();
    const answers = await Promise.all([1, 2, 3, 4].map(() => create(token, {}, key("order-1"))));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => answer.json.ticket.id)).size).toBe(1);
    const replayed = answers.filter((answer) => answer.headers.get("idempotency-replayed") === "true");
    expect(replayed).toHaveLength(3);
    expect((await api.call("GET", "/api/tickets", { token })).json.tickets).toHaveLength(1);
  });

  it("belongs to its user: another user's same key makes their own ticket", async () => {
    const [ada, eve] = [await api.signUp(), await api.signUp()];
    const first = await create(ada.token, {}, key("shared"));
    const second = await create(eve.token, {}, key("shared"));
    expect(second.json.ticket.id).not.toBe(first.json.ticket.id);
  });

  it("used again for another ticket is a conflict, and makes none", async () => {
    const { token } = await api.signUp();
    await create(token, {}, key("reused"));
    const { status, json } = await create(token, { title: "Something else" }, key("reused"));
    expect([status, json.error.code]).toEqual([409, "conflict"]);
    expect((await api.call("GET", "/api/tickets", { token })).json.tickets).toHaveLength(1);
  });

  it.each(["x".repeat(201), "with a space", "ü"])("is refused as %j", async (name) => {
    const { token } = await api.signUp();
    const { status, json } = await create(token, {}, key(name));
    expect([status, json.error.field]).toEqual([400, "idempotency-key"]);
  });
});

describe("GET /api/tickets", () => {
  let desk: Api;
  let ada: Awaited<ReturnType<Api["signUp"]>>;
  let eve: Awaited<ReturnType<Api["signUp"]>>;
  let moderator: Awaited<ReturnType<Api["signUp"]>>;
  beforeAll(async () => {
    desk = await createApi();
    ada = await desk.signUp();
    eve = await desk.signUp();
    moderator = await desk.signUpAs("moderator");
    for (const [person, title] of [
      [ada, "Printer on floor 2 jams"],
      [eve, "Salary question"],
      [ada, "VPN drops"],
      [ada, "Monitor flickers"],
    ] as const) {
      await desk.call("POST", "/api/tickets", {
        token: person.token,
        body: { title, description: "Please help." },
      });
    }
    await desk.sql`
      update tickets set status = 'in_progress', priority = 'high', category = 'Network', assignee_id = ${moderator.id},
        summary = 'Wireguard tunnel', helpful_notes = 'They are on the old client.'
      where title = 'VPN drops'`;
  });
  afterAll(() => desk.drop());

  const list = async (token: string, query = "") => {
    const { status, json } = await desk.call("GET", `/api/tickets${query}`, { token });
    expect(status).toBe(200);
    return json.tickets.map((ticket: { title: string }) => ticket.title);
  };

  it("gives a user their own, the newest first, and nobody else's", async () => {
    expect(await list(ada.token)).toEqual(["Monitor flickers", "VPN drops", "Printer on floor 2 jams"]);
    expect(await list(eve.token)).toEqual(["Salary question"]);
    expect(await list((await desk.signUp()).token)).toEqual([]);
  });

  it("gives a moderator and an admin all", async () => {
    const admin = await desk.signUpAs("admin");
    const all = ["Monitor flickers", "VPN drops", "Salary question", "Printer on floor 2 jams"];
    expect(await list(moderator.token)).toEqual(all);
    expect(await list(admin.token)).toEqual(all);
  });

  it.each([
    ["?status=in_progress", ["VPN drops"]],
    ["?status=closed", []],
    ["?priority=high", ["VPN drops"]],
    ["?priority=medium&status=open", ["Monitor flickers", "Salary question", "Printer on floor 2 jams"]],
    ["?category=Network", ["VPN drops"]],
    ["?assignedTo=me", ["VPN drops"]],
    ["?assignedTo=nobody", ["Monitor flickers", "Salary question", "Printer on floor 2 jams"]],
    ["?assignedTo=unknown@example.com", []],
    ["?assignedTo=6a1f7c8e-0000-4000-8000-000000000000", []],
    ["?q=printer", ["Printer on floor 2 jams"]],
    ["?q=wireguard", ["VPN drops"]],
    ["?q=help%20-printer%20-salary", ["Monitor flickers", "VPN drops"]],
    ["?q=%22floor%202%22", ["Printer on floor 2 jams"]],
    ["?q=%00%27%28%29%26%7C%21%3A*", []],
    ["?q=%20", ["Monitor flickers", "VPN drops", "Salary question", "Printer on floor 2 jams"]],
  ])("filters by %s", async (query, titles) => {
    expect(await list(moderator.token, query)).toEqual(titles);
  });

  it.each([
    ["bogus", "“bogus”"],
    ["%20", "of that name"],
  ])("tells staff that there is no category %j, and which there are", async (wanted, shown) => {
    const { status, json } = await desk.call("GET", `/api/tickets?category=${wanted}`, {
      token: moderator.token,
    });
    expect([status, json.error.field]).toEqual([400, "category"]);
    expect(json.error.message).toMatch(
      new RegExp(`^The desk has no category ${shown}\\. It has: .*Network.*\\.$`),
    );
    expect(await list(ada.token, `?category=${wanted}`)).toEqual([]);
  });

  it("takes bytes that no category can have for one that there is not", async () => {
    const { status } = await desk.call("GET", "/api/tickets?category=%00", { token: moderator.token });
    expect(status).toBe(400);
    expect(await list(ada.token, "?category=%00")).toEqual([]);
  });

  it("filters by an assignee's id or address", async () => {
    expect(await list(moderator.token, `?assignedTo=${moderator.id}`)).toEqual(["VPN drops"]);
    expect(await list(moderator.token, `?assignedTo=${moderator.email.toUpperCase()}`)).toEqual([
      "VPN drops",
    ]);
  });

  it("finds a ticket by its number", async () => {
    const [row] = await desk.sql<
      { number: number }[]
    >`select number from tickets where title = 'Salary question'`;
    expect(await list(moderator.token, `?q=%23${row?.number}`)).toEqual(["Salary question"]);
    expect(await list(moderator.token, `?q=${row?.number}`)).toEqual(["Salary question"]);
  });

  it("shows a user nothing more through a filter or a search", async () => {
    expect(await list(eve.token, "?q=printer")).toEqual([]);
    expect(await list(eve.token, "?status=in_progress")).toEqual([]);
    expect(await list(eve.token, `?assignedTo=${moderator.id}`)).toEqual([]);
  });

  it("shows the assignee; the notes to staff only", async () => {
    const read = async (token: string) =>
      (await desk.call("GET", "/api/tickets?q=VPN", { token })).json.tickets[0];
    expect(await read(moderator.token)).toMatchObject({
      assignedTo: { id: moderator.id, email: moderator.email, name: "" },
      helpfulNotes: "They are on the old client.",
    });
    expect(await read(ada.token)).toMatchObject({
      assignedTo: { id: moderator.id },
      helpfulNotes: "",
      summary: "Wireguard tunnel",
    });
  });

  it.each([
    ["status", "?status=done"],
    ["priority", "?priority=urgent"],
    ["assignedTo", "?assignedTo=somebody"],
    ["limit", "?limit=0"],
    ["limit", "?limit=101"],
    ["limit", "?limit=ten"],
    ["cursor", "?cursor=abc"],
    ["cursor", "?cursor=99999999999999999999"],
    ["status", "?status=open&status=closed"],
    ["asignee", "?asignee=me"],
    ["q", `?q=${"x".repeat(501)}`],
  ])("refuses a wrong %s: %s", async (field, query) => {
    const { status, json } = await desk.call("GET", `/api/tickets${query}`, { token: moderator.token });
    expect([status, json.error.field]).toEqual([400, field]);
  });

  it.each(["user", "staff"] as const)(
    "pages for %s without a gap or a repeat, while new tickets come in",
    async (who) => {
      const person = await desk.signUp();
      const token = who === "user" ? person.token : moderator.token;
      const before = await list(token, "?limit=100");
      for (let n = 0; n < 7; n++) {
        await desk.call("POST", "/api/tickets", {
          token: person.token,
          body: { title: `Page ${who} ${n}`, description: "x" },
        });
      }
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? "?limit=3" : `?limit=3&cursor=${cursor}`;
        const { json } = await desk.call("GET", `/api/tickets${query}`, { token });
        expect(json.tickets.length).toBeLessThanOrEqual(3);
        seen.push(...json.tickets.map((ticket: { title: string }) => ticket.title));
        cursor = json.nextCursor;
        if (seen.length === 3) {
          const body = { title: "Came in between", description: "x" };
          await desk.call("POST", "/api/tickets", { token: person.token, body });
        }
      } while (cursor !== null);
      expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `Page ${who} ${n}`).concat(before));
    },
  );

  it("sends twenty where nothing is said, and a whole last page without a cursor", async () => {
    const person = await desk.signUp();
    await desk.sql`
      insert into requesters (channel, address, user_id) values ('api', ${person.id}, ${person.id})`;
    await desk.sql`
      insert into tickets (title, description, channel, requester_id)
      select 'Many ' || n, repeat('y', 20000), 'api', r.id from generate_series(1, 21) n, requesters r
      where r.address = ${person.id}`;
    const { json } = await desk.call("GET", "/api/tickets", { token: person.token });
    expect([json.tickets.length, json.nextCursor]).toEqual([20, String(json.tickets[19].number)]);
    expect(json.tickets[0].description).toHaveLength(10_000);
    const rest = await desk.call("GET", "/api/tickets?limit=21", { token: person.token });
    expect([rest.json.tickets.length, rest.json.nextCursor]).toEqual([21, null]);
  });
});
