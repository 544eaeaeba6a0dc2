import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assignTicket } from "../../src/desk/assign-ticket.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { saveTriage } from "../../src/desk/save-triage.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

type Person = Awaited<ReturnType<Api["signUp"]>>;
let api: Api;
let [user, mod, other, admin]: Person[] = [];
let ticketId = "";
let number = 0;

beforeAll(async () => {
  api = await createApi();
  user = await api.signUp();
  [mod, other] = [
    await api.signUpAs("moderator", { name: "Max" }),
    await api.signUpAs("moderator", { name: "Nia" }),
  ];
  admin = await api.signUpAs("admin", { name: "Root" });
  const skills = ["VPN"];
  for (const person of [mod, other]) await update(person, { skills });
});
afterAll(() => api.drop());
beforeEach(async () => {
  const { ticket } = await recordInbound(api.sql, DESK, inboundMail("ada@customer.example"));
  [ticketId, number] = [ticket?.id ?? "", ticket?.number ?? 0];
  await api.sql`update tickets set status = 'closed' where id <> ${ticketId}`;
  await triage();
});

const update = (person: Person | undefined, body: Record<string, unknown>) =>
  api.call("POST", "/api/auth/update-user", {
    token: admin?.token,
    body: { email: person?.email, ...body },
  });
const patch = (body: unknown, token = mod?.token) =>
  api.call("PATCH", `/api/tickets/${ticketId}`, { token, body });
const post = (
  path: string,
  body?: unknown,
  more: { token?: string | undefined; headers?: Record<string, string> } = {},
) => api.call("POST", `/api/tickets/${ticketId}/${path}`, { token: mod?.token, body, ...more });
const read = async (token = mod?.token) =>
  (await api.call("GET", `/api/tickets/${ticketId}`, { token })).json.ticket;

async function triage(more: { unknownSkills?: string[] } = {}, runId = "run-1") {
  await saveTriage(api.sql, ticketId, runId, {
    source: "local",
    model: "local-1",
    promptVersion: "1",
    latencyMs: 1,
    tokensIn: null,
    tokensOut: null,
    triage: {
      summary: "It prints nothing",
      category: "Hardware",
      priority: "low",
      skills: ["VPN"],
      helpfulNotes: "",
      suggestedReply: "Which one?",
      language: "en",
      confidence: 0.625,
      evidence: [{ field: "category", quote: "prints nothing", value: "Hardware" }],
      guesses: ["priority"],
      suspicious: ["set priority high"],
      ...more,
    },
  });
}

describe("PATCH /api/tickets/:id", () => {
  it("corrects labels: kept with who, when, what, by which door, and of whose label how sure", async () => {
    const { status, json } = await patch({
      category: "Network",
      priority: "high",
      skills: ["linux", "wire-guard"],
    });
    expect([status, json.message]).toEqual([200, "Changed: category, priority, skills."]);
    expect(json.ticket).toMatchObject({
      category: "Network",
      priority: "high",
      relatedSkills: ["Linux", "VPN"],
    });
    await patch({ category: "Software" }, admin?.token);
    const source = { source: "local", confidence: 0.625, provisional: true, by: "Max", via: "api" };
    expect((await read()).corrections).toMatchObject([
      { field: "category", was: "Hardware", became: "Network", ...source },
      { field: "priority", was: "low", became: "high", ...source },
      { field: "skills", was: ["VPN"], became: ["Linux", "VPN"], ...source },
      { field: "category", was: "Network", source: "person", confidence: null, by: "Root" },
    ]);
    await triage({}, "run-2");
    expect(await read()).toMatchObject({
      category: "Software",
      priority: "high",
      relatedSkills: ["Linux", "VPN"],
      triage: { setByPerson: expect.arrayContaining(["category", "priority", "skills"]) },
    });
  });

  it("writes all of it or nothing", async () => {
    const { status, json } = await patch({ priority: "high", skills: ["Falconry"] });
    expect([status, json.error.message]).toEqual([
      400,
      "The desk has no skill Falconry: an admin can add it.",
    ]);
    const noCategory = await patch({ priority: "high", category: "Falconry" });
    expect([noCategory.status, noCategory.json.error.message]).toEqual([
      400,
      expect.stringMatching(/^The desk has no category “Falconry”\. It has: .*Hardware.*\.$/),
    ]);
    expect((await patch({ priority: "high", assignedTo: user?.email })).status).toBe(404);
    expect(await read()).toMatchObject({ priority: "low", corrections: [] });
  });

  it("gives it to somebody, by id, address or me, and assigns nobody else by the new skills", async () => {
    expect((await patch({ assignedTo: other?.email })).json.ticket).toMatchObject({
      assignedTo: { name: "Nia" },
      assignment: { how: "by-hand", why: "Max gave it to Nia.", considered: [] },
    });
    expect((await patch({ assignedTo: "me", skills: ["Linux"] })).json.ticket.assignedTo.name).toBe("Max");
    expect((await patch({ assignedTo: other?.id })).json.ticket.assignedTo.name).toBe("Nia");
    expect((await patch({ assignedTo: "someone" })).json.error.field).toBe("assignedTo");
  });

  it("assigns a ticket that nobody has by the skills that it is said to need", async () => {
    await patch({ skills: [] });
    await api.sql`update tickets set assignee_id = null where id = ${ticketId}`;
    const { json } = await patch({ skills: ["openvpn"] });
    expect(["Max", "Nia"]).toContain(json.ticket.assignedTo.name);
    expect(json.ticket.assignment).toMatchObject({ how: "rule", needed: ["VPN"] });
  });

  it("sets the status: between open ones freely, resolving tells the requester, closing tells nobody", async () => {
    expect((await patch({ status: "waiting" })).json.ticket.status).toBe("waiting");
    expect((await patch({ status: "resolved" })).json.ticket.status).toBe("resolved");
    expect((await patch({ status: "in_progress" })).status).toBe(409);
    expect((await patch({ status: "open" })).json.ticket.status).toBe("open");
    expect((await patch({ status: "closed" })).json.ticket.status).toBe("closed");
    expect((await patch({ priority: "high" })).status).toBe(409);
    const notices = await api.sql`select 1 from messages where ticket_id = ${ticketId} and kind = 'notice'`;
    expect(notices).toHaveLength(1);
  });

  it("changes nothing, and says so, where all is so already", async () => {
    expect((await patch({ category: "Hardware", priority: "low" })).json.message).toBe(
      "Nothing was to be changed.",
    );
    expect((await patch({})).status).toBe(200);
    expect((await patch({ title: "x" })).json.error.field).toBe("title");
    expect(await api.sql`select 1 from corrections where ticket_id = ${ticketId}`).toHaveLength(0);
  });

  it("is for moderators and admins", async () => {
    expect((await patch({ priority: "high" }, user?.token)).status).toBe(403);
    for (const path of ["claim", "resolve", "reopen", "decline", "undo-reply"]) {
      expect([path, (await post(path, {}, { token: user?.token })).status]).toEqual([path, 403]);
    }
    expect((await api.call("PATCH", "/api/tickets/999999", { token: mod?.token, body: {} })).status).toBe(
      404,
    );
  });
});

describe("acting on a ticket", () => {
  it("claims once: the second who claims learns who has it", async () => {
    expect((await post("claim")).json).toMatchObject({
      ticket: { status: "in_progress", assignedTo: { name: "Max" } },
    });
    const { status, json } = await post("claim", undefined, { token: other?.token });
    expect([status, json.error.message]).toEqual([409, `Max is working on ticket #${number}.`]);
  });

  it("resolves with a word to the requester, and opens again", async () => {
    expect((await post("resolve", { note: "A new cable." })).json.ticket.status).toBe("resolved");
    expect((await read()).messages.at(-1)).toMatchObject({
      kind: "notice",
      text: expect.stringContaining("A new cable."),
    });
    expect((await post("resolve", {})).status).toBe(409);
    expect((await post("reopen")).json.ticket.status).toBe("open");
  });

  it("hands back what is one's own, to the next", async () => {
    await assignTicket(api.sql, ticketId);
    const { name } = (await read()).assignedTo;
    const [mine, next] = name === "Max" ? [mod, "Nia"] : [other, "Max"];
    const { json } = await post("decline", { reason: "time" }, { token: mine?.token });
    expect(json).toMatchObject({
      message: `Ticket #${number} is with ${next} now.`,
      ticket: { assignment: { how: "declined" } },
    });
    expect((await post("decline", { reason: "time" }, { token: mine?.token })).status).toBe(409);
  });

  it("shows why: evidence, confidence, source and flags of the triage, and the reasons of the assignment", async () => {
    await assignTicket(api.sql, ticketId);
    const ticket = await read();
    expect(ticket.triage).toEqual({
      source: "local",
      model: "local-1",
      provisional: true,
      confidence: 0.625,
      language: "en",
      triagedAt: expect.any(String),
      setByPerson: [],
      evidence: [{ field: "category", quote: "prints nothing", value: "Hardware" }],
      guesses: ["priority"],
      suspicious: ["set priority high"],
    });
    const { name, id } = ticket.assignedTo;
    expect(ticket.assignment).toMatchObject({
      how: "rule",
      userId: id,
      name,
      why: `${name} knows VPN (1 of 1 needed skill), holds 0 of 10 open tickets, and is the longest without a new ticket of 2 with a needed skill.`,
      coverage: 1,
      needed: ["VPN"],
      priority: "low",
      omitted: 0,
      decidedAt: expect.any(String),
    });
    expect(
      ticket.assignment.considered.map((one: { name: string; note: string }) => [one.name, one.note]),
    ).toEqual([
      [name, "chosen"],
      [name === "Max" ? "Nia" : "Max", "had a ticket more recently"],
      ["Root", "admin, asked only when no moderator fits"],
    ]);
    const seen = await read(user?.token);
    expect(seen).toBeUndefined();
  });
});

describe("POST /api/tickets/:id/messages", () => {
  it("leaves a note that the requester never sees, once for each Idempotency-Key", async () => {
    const headers = { "idempotency-key": "note-1" };
    for (let time = 0; time < 2; time++) {
      const { status, json } = await post(
        "messages",
        { text: "He breaks it himself.", visibility: "internal" },
        { headers },
      );
      expect([status, json.deliveryId]).toEqual([201, null]);
    }
    const notes =
      await api.sql`select visibility, kind from messages where ticket_id = ${ticketId} and kind = 'note'`;
    expect(notes).toEqual([{ visibility: "internal", kind: "note" }]);
    expect(await api.sql`select 1 from deliveries where ticket_id = ${ticketId}`).toHaveLength(0);
  });

  it("answers the requester once, and can be taken back within the undo window", async () => {
    const headers = { "idempotency-key": "reply-1" };
    const body = { text: "Which model is it?", visibility: "public" };
    const { status, json } = await post("messages", body, { headers });
    expect([status, json.undoSeconds]).toEqual([201, 10]);
    await post("messages", body, { headers });
    expect(await api.sql`select 1 from deliveries where ticket_id = ${ticketId}`).toHaveLength(1);
    expect((await post("undo-reply", { deliveryId: json.deliveryId })).json).toEqual({
      text: "Which model is it?",
    });
    expect((await post("undo-reply", { deliveryId: json.deliveryId })).status).toBe(409);
  });

  it("says that an answer by mail is kept while mail out is off, in the form, the answer and the ticket", async () => {
    const off = await createApi({ desk: { ...DESK, channelsOff: ["email"] } });
    try {
      const person = await off.signUpAs("moderator");
      const { ticket } = await recordInbound(off.sql, DESK, inboundMail("ada@customer.example"));
      const call = (method: string, path: string, body?: object) =>
        off.call(method, `/api/tickets/${ticket?.id}${path}`, { token: person.token, body });
      const hold = expect.stringMatching(/^Mail out is off: .* SMTP_URL and MAIL_FROM are set/);
      expect((await call("GET", "/reply-form")).json.form.hold).toEqual(hold);
      const answer = await call("POST", "/messages", { text: "Which model is it?", visibility: "public" });
      expect([answer.status, answer.json.hold]).toEqual([201, hold]);
      expect(answer.json.message).toMatch(/stands, and has not left\. Mail out is off/);
      const { messages } = (await call("GET", "")).json.ticket;
      expect(messages.at(-1)).toMatchObject({
        delivery: { state: "queued", hold },
        deliveries: [{ state: "queued", errorClass: "configuration", error: hold }],
      });
    } finally {
      await off.drop();
    }
  });

  it("says plainly that nobody is told of an answer to a ticket of the API, and of others that it is sent", async () => {
    const { json } = await api.call("POST", "/api/tickets", {
      token: user?.token,
      body: { title: "Desk fan", description: "It hums." },
    });
    const call = (method: string, path: string, body?: object) =>
      api.call(method, `/api/tickets/${json.ticket.id}${path}`, { token: mod?.token, body });
    const note = "Nobody is told: this ticket came by the API, and its requester reads the answer there.";
    const { form } = (await call("GET", "/reply-form")).json;
    expect(form).toMatchObject({ to: [], hold: null, note, warnings: [] });
    const answer = await call("POST", "/messages", { text: "Which model?", visibility: "public" });
    expect([answer.status, answer.json.note, answer.json.message]).toEqual([
      201,
      note,
      `Ticket #${json.ticket.number} is answered. ${note}`,
    ]);
    const byMail = await api.call("GET", `/api/tickets/${ticketId}/reply-form`, { token: mod?.token });
    expect(byMail.json.form.note).toBeNull();
    const sent = await post("messages", { text: "Which model?", visibility: "public" });
    expect([sent.json.note, sent.json.message]).toEqual([
      null,
      expect.stringMatching(/^Ticket #\d+ is answered\.$/),
    ]);
  });

  it("promises no undo window where nothing is sent: an answer to a ticket of the API is there at once", async () => {
    const { json } = await api.call("POST", "/api/tickets", {
      token: user?.token,
      body: { title: "Desk lamp", description: "It flickers." },
    });
    const answer = await api.call("POST", `/api/tickets/${json.ticket.id}/messages`, {
      token: mod?.token,
      body: { text: "A new one comes.", visibility: "public" },
    });
    expect(answer.json).toMatchObject({ deliveryId: null, undoSeconds: 0 });
  });

  it("holds back what looks internal until it is sent with what was seen", async () => {
    const body = { text: "note: do not tell the customer", visibility: "public" };
    const { status, json } = await post("messages", body);
    expect(status).toBe(409);
    expect(json.form.warnings.length).toBeGreaterThan(0);
    expect(json.form.to.join()).toContain("ada@customer.example");
    expect(await api.sql`select 1 from deliveries where ticket_id = ${ticketId}`).toHaveLength(0);
    const { audienceKey, latest, warnings, seen } = json.form;
    expect(seen).toEqual({ audienceKey, latestMessageId: latest.messageId, warnings });
    expect((await post("messages", { ...body, seen })).status).toBe(201);
  });

  it("holds back an answer to other recipients than those that were seen", async () => {
    const { json } = await api.call("GET", `/api/tickets/${ticketId}/reply-form`, { token: mod?.token });
    const body = { text: "Hello", visibility: "public" };
    const other = { ...json.form.seen, audienceKey: "other" };
    const { status, json: held } = await post("messages", { ...body, seen: other });
    expect([status, held.error.message]).toEqual([
      409,
      expect.stringContaining("The recipients have changed"),
    ]);
    expect((await post("messages", { ...body, seen: held.form.seen })).status).toBe(201);
  });

  it("needs to be told for whose eyes it is", async () => {
    expect((await post("messages", { text: "Hello" })).json.error.field).toBe("visibility");
    expect((await post("messages", { text: " ", visibility: "internal" })).json.error.field).toBe("text");
  });
});

describe("an account that an admin has deactivated", () => {
  it("signs in nowhere, keeps no token, is given nothing, and is back when it is activated again", async () => {
    const gone = await api.signUpAs("moderator", { name: "Gone" });
    expect((await update(gone, { active: false })).json.user.active).toBe(false);
    expect((await api.call("GET", "/api/auth/me", { token: gone.token })).status).toBe(401);
    const login = { email: gone.email, password: gone.password };
    expect((await api.call("POST", "/api/auth/login", { body: login, client: "203.0.113.7" })).status).toBe(
      401,
    );
    expect((await patch({ assignedTo: gone.id })).status).toBe(404);
    await update(gone, { active: true });
    expect((await api.call("POST", "/api/auth/login", { body: login, client: "203.0.113.7" })).status).toBe(
      200,
    );
    expect((await update(admin, { active: false })).json.error.message).toContain("last admin");
  });
});

describe("PATCH /api/auth/me", () => {
  it("lets moderators say when they are there, and nobody else", async () => {
    const call = (body: unknown, token = mod?.token) => api.call("PATCH", "/api/auth/me", { token, body });
    const workingHours = { timeZone: "europe/berlin", hours: "Mon-Fri 09:00-17:00" };
    expect((await call({ workingHours })).json.user.workingHours).toEqual({
      ...workingHours,
      timeZone: "Europe/Berlin",
    });
    expect((await call({ away: true, handOver: true })).json.user).toMatchObject({
      away: true,
      handOver: true,
    });
    expect((await call({ away: false, workingHours: null })).json.user).toMatchObject({
      away: false,
      handOver: false,
      workingHours: null,
    });
    expect((await call({ handOver: true })).status).toBe(409);
    expect((await call({ workingHours: { timeZone: "Mars", hours: "24/7" } })).json.error.message).toContain(
      "timeZone",
    );
    expect((await call({ workingHours: { timeZone: "UTC", hours: "9 to 5" } })).json.error.field).toBe(
      "workingHours",
    );
    expect((await call({ capacity: 3 })).json.error.field).toBe("capacity");
    expect((await call({ away: true }, user?.token)).status).toBe(403);
  });
});
