/** Requesters add to their own tickets by REST, as they would by mail. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

type Person = Awaited<ReturnType<Api["signUp"]>>;
let api: Api;
let [ada, eve, mod]: Person[] = [];
let ticket: { id: string; number: number };

beforeAll(async () => {
  api = await createApi({ desk: { ...DESK, followUpAfterDays: 14 } });
  [ada, eve] = [await api.signUp({ name: "Ada" }), await api.signUp({ name: "Eve" })];
  mod = await api.signUpAs("moderator", { name: "Max" });
});
afterAll(() => api.drop());
beforeEach(async () => {
  const body = { title: "Desk lamp", description: "It flickers." };
  ticket = (await api.call("POST", "/api/tickets", { token: ada?.token, body })).json.ticket;
});

const write = (body: unknown, token = ada?.token, headers: Record<string, string> = {}) =>
  api.call("POST", `/api/tickets/${ticket.id}/messages`, { token, body, headers });
const read = async (token = ada?.token) =>
  (await api.call("GET", `/api/tickets/${ticket.id}`, { token })).json.ticket;
const setStatus = async (status: string, days = 0) => {
  await api.sql`update tickets set status = ${status} where id = ${ticket.id}`;
  // A trigger dates each change of the status.
  await api.sql`
    update tickets set status_since = now() - make_interval(days => ${days}) where id = ${ticket.id}`;
};

describe("POST /api/tickets/:id/messages by a requester", () => {
  it("adds public words of theirs to the ticket, for both sides to read, and tells the workflows", async () => {
    const { status, json } = await write({ text: "  Now it smokes.  " });
    expect([status, json]).toEqual([
      201,
      {
        deliveryId: null,
        undoSeconds: 0,
        hold: null,
        note: null,
        message: `Your message stands on ticket #${ticket.number}.`,
      },
    ]);
    for (const token of [ada?.token, mod?.token]) {
      expect((await read(token)).messages.at(-1)).toMatchObject({
        kind: "message",
        direction: "inbound",
        channel: "api",
        author: { name: "Ada" },
        text: "Now it smokes.",
        delivery: null,
      });
    }
    const events = await api.sql`
      select data from outbox where name = 'ticket/replied' and data ->> 'ticketId' = ${ticket.id}`;
    expect(events).toHaveLength(1);
  });

  it("stands once for one Idempotency-Key", async () => {
    const headers = { "idempotency-key": "mine" };
    for (let i = 0; i < 2; i++)
      expect((await write({ text: "Once." }, ada?.token, headers)).status).toBe(201);
    const texts = (await read()).messages.map(({ text }: { text: string }) => text);
    expect(texts).toEqual(["It flickers.", "Once."]);
  });

  it("opens again what was resolved, or closed lately, and says so", async () => {
    for (const [status, days] of [
      ["resolved", 100],
      ["closed", 13],
    ] as const) {
      await setStatus(status, days);
      expect((await write({ text: "Not yet." })).json.message).toContain("which is open again");
      expect((await read()).status).toBe("open");
    }
    await setStatus("waiting");
    expect((await write({ text: "Here you are." })).json.message).not.toContain("again");
    expect((await read()).status).not.toBe("waiting");
  });

  it("is refused on what was closed long ago, with what to do", async () => {
    await setStatus("closed", 15);
    const { status, json } = await write({ text: "And again." });
    expect([status, json.error.message]).toEqual([
      409,
      `Ticket #${ticket.number} was closed too long ago to go on with: make a new one (POST /api/tickets), and name this one in it.`,
    ]);
    expect((await read()).messages).toHaveLength(1);
  });

  it("is for their own tickets: others do not learn that there is one", async () => {
    const { status, json } = await write({ text: "Let me in." }, eve?.token);
    expect([status, json.error.code]).toEqual([404, "not_found"]);
    expect(
      (await api.call("POST", `/api/tickets/${ticket.id}/messages`, { body: { text: "x" } })).status,
    ).toBe(401);
    expect((await read()).messages).toHaveLength(1);
  });

  it("leaves no notes, and takes no empty words", async () => {
    expect((await write({ text: "psst", visibility: "internal" })).status).toBe(403);
    expect((await write({ text: "Public it is.", visibility: "public" })).status).toBe(201);
    const empty = await write({ text: " \n " });
    expect([empty.status, empty.json.error.field]).toEqual([400, "text"]);
  });

  it("works on a ticket that began by mail, once the address is verified; the answer still goes by mail", async () => {
    const address = `born-by-mail@example.com`;
    const { ticket: byMail } = await recordInbound(api.sql, DESK, inboundMail(address));
    const person = await api.signUp({ email: address });
    ticket = byMail ?? ticket;
    expect((await write({ text: "Mine?" }, person.token)).status).toBe(404);
    await api.sql`update users set email_verified_at = now() where email = ${address}`;
    await api.sql`update requesters set user_id = ${person.id} where email = ${address}`;
    expect((await write({ text: "Mine." }, person.token)).status).toBe(201);
    const answer = await write({ text: "We look into it.", visibility: "public" }, mod?.token);
    expect([answer.status, answer.json.deliveryId]).toEqual([201, expect.any(String)]);
    const [delivery] = await api.sql<{ to: string }[]>`
      select recipients -> 'to' -> 0 ->> 'address' as "to" from deliveries where ticket_id = ${ticket.id}`;
    expect(delivery?.to).toBe(address);
  });

  it("still asks moderators for whom their words are", async () => {
    const { status, json } = await write({ text: "Hello" }, mod?.token);
    expect([status, json.error.field, json.error.message]).toEqual([
      400,
      "visibility",
      'visibility is required: "public" answers the requester, "internal" is a note.',
    ]);
  });
});
