import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertMessage, type NewMessage } from "../../src/db/messages.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { saveTriage } from "../../src/desk/save-triage.ts";
import { verifyEmail } from "../../src/desk/verify-email.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

let api: Api;
let ada: Awaited<ReturnType<Api["signUp"]>>;
let eve: Awaited<ReturnType<Api["signUp"]>>;
let moderator: Awaited<ReturnType<Api["signUp"]>>;
/** Written by Ada by mail, with a file. */
let ticketId: string;
let number: number;
const FILE = new TextEncoder().encode("<script>alert(document.domain)</script>");

beforeAll(async () => {
  api = await createApi();
  [ada, eve] = [await api.signUp(), await api.signUp()];
  moderator = await api.signUpAs("moderator", { name: "Max" });
  const file = { filename: 'Rechnung "März"\r\n.html', contentType: "text/html", content: FILE };
  const attachments = [{ ...file, contentId: null, inline: false }];
  const { ticket } = await recordInbound(api.sql, DESK, inboundMail(ada.email, { attachments }));
  ticketId = ticket?.id ?? "";
  number = ticket?.number ?? 0;
  await verifyEmail(api.sql, api.deps.passwords, {
    userId: ada.id,
    email: ada.email,
    password: ada.password,
  });
  await saveTriage(api.sql, ticketId, "run-1", {
    source: "local",
    model: "local",
    promptVersion: "1",
    latencyMs: 3,
    tokensIn: null,
    tokensOut: null,
    triage: {
      summary: "The printer prints nothing",
      category: "Hardware",
      priority: "high",
      skills: ["Hardware repair"],
      helpfulNotes: "Ask for the model.",
      suggestedReply: "Which printer is it?",
      language: "en",
      confidence: 0.75,
      evidence: [{ field: "category", quote: "prints nothing", value: "Hardware" }],
      guesses: ["priority"],
      suspicious: [],
    },
  });
});
afterAll(() => api.drop());

const read = (token: string, id = ticketId) => api.call("GET", `/api/tickets/${id}`, { token });

function note(more: Partial<NewMessage>): NewMessage {
  return {
    ticketId,
    kind: "note",
    visibility: "internal",
    direction: "outbound",
    channel: "slack",
    authorUserId: moderator.id,
    authorRequesterId: null,
    authorName: "Max",
    subject: "",
    text: "He always breaks it himself.",
    textTrimmed: "He always breaks it himself.",
    html: null,
    email: null,
    slack: null,
    rawId: null,
    ...more,
  };
}

describe("GET /api/tickets/:id", () => {
  it("shows a moderator the ticket, its messages with files, the triage with its evidence", async () => {
    const { status, json } = await read(moderator.token);
    expect(status).toBe(200);
    const [message] = json.ticket.messages;
    expect(json.ticket).toMatchObject({
      id: ticketId,
      number,
      status: "open",
      priority: "high",
      category: "Hardware",
      summary: "The printer prints nothing",
      helpfulNotes: "Ask for the model.",
      relatedSkills: ["Hardware repair"],
      suggestedReply: "Which printer is it?",
      requester: { name: "Ada Lovelace", email: ada.email, channel: "email" },
      messagesOmitted: 0,
      assignment: null,
      triage: {
        source: "local",
        provisional: true,
        confidence: 0.75,
        evidence: [{ field: "category", quote: "prints nothing", value: "Hardware" }],
        guesses: ["priority"],
        suspicious: [],
      },
    });
    expect(message).toMatchObject({
      kind: "message",
      direction: "inbound",
      channel: "email",
      author: { name: "Ada Lovelace" },
      text: "It prints nothing.",
      fullText: "It prints nothing.\n\n> quoted words",
      editedAt: null,
      deletedAt: null,
      delivery: null,
    });
    expect(message.attachments).toEqual([
      {
        id: expect.any(String),
        filename: expect.stringContaining("Rechnung"),
        contentType: "text/html",
        sizeBytes: FILE.byteLength,
        contentId: null,
        url: `/api/tickets/${ticketId}/attachments/${message.attachments[0].id}`,
      },
    ]);
  });

  it("is found by its number too", async () => {
    expect((await read(moderator.token, String(number))).json.ticket.id).toBe(ticketId);
    expect((await read(moderator.token, `%23${number}`)).json.ticket.id).toBe(ticketId);
    expect((await read(moderator.token, ticketId.toUpperCase())).json.ticket.id).toBe(ticketId);
  });

  it("shows its requester the conversation, and nothing of what staff think", async () => {
    await insertMessage(api.sql, note({}));
    const { status, json, text } = await read(ada.token);
    expect(status).toBe(200);
    expect(json.ticket).toMatchObject({ createdBy: ada.id, helpfulNotes: "", category: "Hardware" });
    for (const key of ["triage", "assignment", "suggestedReply"]) expect(json.ticket).not.toHaveProperty(key);
    expect(text).not.toMatch(/always breaks|Ask for the model|Which printer/);
    expect(json.ticket.messages).toHaveLength(1);
    expect((await read(moderator.token)).text).toContain("always breaks");
  });

  it("shows its requester an answer once it has left, not while it can be taken back", async () => {
    const actor = { kind: "moderator", userId: moderator.id, name: "Max", via: "slack" } as const;
    const { deliveryId } = await queueReply(api.sql, DESK, actor, ticketId, "Switch it on.");
    const kindsFor = async (token: string) =>
      (await read(token)).json.ticket.messages.map((message: { kind: string }) => message.kind);
    const staff = (await read(moderator.token)).json.ticket.messages;
    expect(staff.at(-1)).toMatchObject({
      kind: "reply",
      author: { name: "Max" },
      delivery: { state: "queued" },
    });
    for (const state of ["queued", "sending", "cancelled"]) {
      await api.sql`update deliveries set state = ${state} where id = ${deliveryId}`;
      expect([state, await kindsFor(ada.token)]).toEqual([state, ["message"]]);
    }
    for (const state of ["sent", "bounced", "failed"]) {
      await api.sql`update deliveries set state = ${state} where id = ${deliveryId}`;
      expect([state, await kindsFor(ada.token)]).toEqual([state, ["message", "reply"]]);
    }
  });

  it("shows staff what became of an answer for each recipient, and its requester only the whole", async () => {
    const { ticket } = await recordInbound(api.sql, DESK, inboundMail("fate@example.com"));
    const actor = { kind: "moderator", userId: moderator.id, name: "Max", via: "slack" } as const;
    const { deliveryId } = await queueReply(api.sql, DESK, actor, ticket?.id ?? "", "We are on it.");
    const deliveries = async () =>
      (await read(moderator.token, ticket?.id)).json.ticket.messages.at(-1).deliveries;
    const waiting = { recipient: "fate@example.com", role: "to", attempts: 0, error: null, errorClass: null };
    expect(await deliveries()).toEqual([{ ...waiting, state: "queued" }]);
    await api.sql`
      update deliveries set state = 'sending', attempts = 2, last_error = '451 later', error_class = 'server'
      where id = ${deliveryId}`;
    const trouble = { attempts: 2, error: "451 later", errorClass: "server" };
    expect(await deliveries()).toEqual([{ ...waiting, ...trouble, state: "sending" }]);
    await api.sql`
      update delivery_recipients set state = 'failed', error = '550 5.1.1 no', error_class = 'address'
      where delivery_id = ${deliveryId}`;
    expect(await deliveries()).toMatchObject([
      { state: "failed", error: "550 5.1.1 no", errorClass: "address" },
    ]);
    const own = (await read(ada.token)).json.ticket.messages;
    for (const message of own) expect(Object.keys(message)).not.toContain("deliveries");
  });

  it("is one and the same 404 for another's ticket, an unknown one and nonsense", async () => {
    const others = await read(eve.token);
    expect([others.status, others.json.error.code]).toEqual([404, "not_found"]);
    for (const id of [
      String(number),
      crypto.randomUUID(),
      "999999",
      "0",
      "-1",
      "99999999999999999999999",
      "undefined",
      "%00",
      "..%2F..%2Fauth%2Fusers",
      "%27%20or%201=1--",
    ]) {
      const { status, text } = await read(eve.token, id);
      expect([id, status, text]).toEqual([id, 404, others.text]);
    }
  });

  it("asks who it is", async () => {
    expect((await api.call("GET", `/api/tickets/${ticketId}`)).status).toBe(401);
  });

  it("leaves out the oldest of very many messages, and says how many", async () => {
    const { ticket } = await recordInbound(api.sql, DESK, inboundMail("loop@example.com"));
    await api.sql`
      insert into messages (ticket_id, kind, direction, channel, text, text_trimmed, created_at)
      select ${ticket?.id ?? null}, 'message', 'inbound', 'email', n::text, n::text, now() + make_interval(secs => n)
      from generate_series(1, 503) n`;
    const { json } = await read(moderator.token, ticket?.id);
    expect([json.ticket.messages.length, json.ticket.messagesOmitted]).toEqual([500, 4]);
    expect([json.ticket.messages[0].text, json.ticket.messages[499].text]).toEqual(["4", "503"]);
  });
});

describe("GET /api/tickets/:id/attachments/:attachmentId", () => {
  const fileUrl = async () => (await read(ada.token)).json.ticket.messages[0].attachments[0].url as string;
  const download = async (token: string, path: string) =>
    api.app.request(path, { headers: { authorization: `Bearer ${token}` } });

  it("gives requester and moderator the file, byte for byte, as a download that cannot run", async () => {
    for (const { token } of [ada, moderator]) {
      const response = await download(token, await fileUrl());
      expect(response.status).toBe(200);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(FILE);
      expect(response.headers.get("content-type")).toBe("text/html");
      expect(response.headers.get("content-disposition")).toBe(
        "attachment; filename=\"Rechnung _M_rz__.html\"; filename*=UTF-8''Rechnung%20%22M%C3%A4rz%22_.html",
      );
      expect(response.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("cache-control")).toBe("private, no-store");
    }
  });

  it("takes no odd content type into its headers", async () => {
    const path = await fileUrl();
    for (const odd of ["text/html\r\nset-cookie: a=b", "nonsense", "", "text/html; charset=x"]) {
      await api.sql`update attachments set content_type = ${odd}`;
      const response = await download(ada.token, path);
      expect([odd, response.status, response.headers.get("content-type")]).toEqual([
        odd,
        200,
        "application/octet-stream",
      ]);
      expect(response.headers.get("set-cookie")).toBeNull();
    }
  });

  it("gives a stranger nothing, nor a file of another ticket through one's own", async () => {
    const path = await fileUrl();
    expect((await download(eve.token, path)).status).toBe(404);
    expect((await api.call("GET", path)).status).toBe(401);
    const own = await api.call("POST", "/api/tickets", {
      token: eve.token,
      body: { title: "Mine", description: "x" },
    });
    const attachmentId = path.split("/").at(-1);
    const around = `/api/tickets/${own.json.ticket.id}/attachments/${attachmentId}`;
    expect((await download(eve.token, around)).status).toBe(404);
    expect((await download(moderator.token, around)).status).toBe(404);
    expect((await download(ada.token, `/api/tickets/${ticketId}/attachments/nonsense`)).status).toBe(404);
  });

  it("keeps the file of an internal note from the requester", async () => {
    const messageId = await insertMessage(api.sql, note({ text: "with a file", textTrimmed: "with a file" }));
    const [file] = await api.sql<{ id: string }[]>`
      insert into attachments (message_id, filename, content_type, size_bytes, sha256, content)
      values (${messageId}, 'internal.txt', 'text/plain', 1, 'x', 'x') returning id`;
    const path = `/api/tickets/${ticketId}/attachments/${file?.id}`;
    expect((await download(moderator.token, path)).status).toBe(200);
    expect((await download(ada.token, path)).status).toBe(404);
  });
});
