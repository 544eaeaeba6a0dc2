import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proposeSkills } from "../../src/desk/propose-skills.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { fixedClassifier, type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

type Person = Awaited<ReturnType<Api["signUp"]>>;
let api: Api;
let [mod, admin]: Person[] = [];
let workflows: StartedWorkflows | null = null;

beforeAll(async () => {
  api = await createApi();
  mod = await api.signUpAs("moderator", { name: "Max" });
  admin = await api.signUpAs("admin", { name: "Root" });
});
afterAll(async () => {
  await workflows?.stop();
  await api.drop();
});

const call = (method: string, path: string, body?: unknown, token = admin?.token) =>
  api.call(method, `/api/admin/${path}`, { token, body });
const update = (body: Record<string, unknown>) =>
  api.call("POST", "/api/auth/update-user", { token: admin?.token, body: { email: mod?.email, ...body } });
const skillsOf = async () => (await api.call("GET", "/api/auth/me", { token: mod?.token })).json.user.skills;
async function find(name: string, status: string) {
  const { json } = await call("GET", `skills?status=${status}&limit=500`);
  return json.skills.find((skill: { name: string }) => skill.name === name);
}
async function propose(name: string, tickets = 1): Promise<string> {
  for (let ticket = 0; ticket < tickets; ticket++) await proposeSkills(api.sql, await addTicket(), [name]);
  return (await find(name, "proposed")).id;
}
async function addTicket(skills: string[] = []): Promise<string> {
  const { ticket } = await recordInbound(api.sql, DESK, inboundMail("ada@customer.example"));
  await api.sql`update tickets set related_skills = ${skills} where id = ${ticket?.id ?? ""}`;
  return ticket?.id ?? "";
}

describe("the desk's skills", () => {
  it("come with the other names that everybody knows them by, whoever adds them and by which name", async () => {
    await update({ skills: ["k8s", "golang", "node", "C++", "JS"] });
    expect(await skillsOf()).toEqual(["C++", "Go", "JavaScript", "Kubernetes", "Node.js"]);
    expect((await find("Kubernetes", "active")).aliases).toEqual(["k8s", "kube"]);
    await update({ skills: ["Kubernetes", "kube", "C#", "C", "ReactJS", "React.js"] });
    expect(await skillsOf()).toEqual(["C", "C#", "Kubernetes", "React"]);
  });

  it("are added, renamed, given other names, retired, and each old name still leads to them", async () => {
    const added = await call("POST", "skills", {
      name: "Label printer",
      aliases: ["Zebra", "thermal printer"],
    });
    expect([added.status, added.json.skill]).toEqual([
      201,
      expect.objectContaining({
        name: "Label printer",
        aliases: ["thermalprinter", "zebra"],
        status: "active",
        people: 0,
      }),
    ]);
    const { id } = added.json.skill;
    const { json } = await call("PATCH", `skills/${id}`, {
      name: "Label printing",
      aliases: ["Zebra", "Brother"],
    });
    expect(json.skill).toMatchObject({
      name: "Label printing",
      aliases: ["brother", "labelprinter", "zebra"],
    });
    await update({ skills: ["label-printer"] });
    expect(await skillsOf()).toEqual(["Label printing"]);
    expect((await call("PATCH", `skills/${id}`, { status: "retired" })).json.skill).toMatchObject({
      status: "retired",
      people: 1,
    });
    expect((await call("PATCH", `skills/${id}`, { status: "active" })).json.skill.status).toBe("active");
  });

  it("refuse a name that another skill has, by any spelling, and change nothing", async () => {
    for (const name of ["react js", "WireGuard", "postgres"]) {
      expect([name, (await call("POST", "skills", { name })).status]).toEqual([name, 409]);
    }
    const { id, aliases } = await find("Linux", "active");
    expect((await call("PATCH", `skills/${id}`, { name: "vpn" })).status).toBe(409);
    const refused = await call("PATCH", `skills/${id}`, { name: "GNU/Linux", aliases: ["ReactJS"] });
    expect([refused.status, refused.json.error.message]).toEqual([409, "Another skill has the name react."]);
    expect(await find("Linux", "active")).toMatchObject({ aliases });
    expect((await call("POST", "skills", { name: "!!!" })).json.error.field).toBe("name");
    expect((await call("PATCH", "skills/1", { name: "X" })).status).toBe(404);
  });

  it("are listed in pages without a gap or a repetition", async () => {
    const names: string[] = [];
    let cursor = "";
    do {
      const { json } = await call(
        "GET",
        `skills?limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      names.push(...json.skills.map((skill: { name: string }) => skill.name));
      cursor = json.nextCursor ?? "";
    } while (cursor !== "");
    const rows = await api.sql`select name from skills where status = 'active' order by normalised`;
    expect(names).toEqual(rows.map(({ name }) => name));
    expect((await call("GET", "skills?cursor=x")).json.error.field).toBe("cursor");
  });

  it("are for admins only", async () => {
    for (const [method, path] of [
      ["GET", "skills"],
      ["POST", "skills"],
      ["PATCH", "skills/1"],
      ["POST", "skills/1/decision"],
      ["GET", "skill-changes"],
      ["GET", "categories"],
      ["POST", "categories"],
      ["PATCH", "categories/Hardware"],
    ] as const) {
      const body = method === "GET" ? undefined : {};
      expect([path, (await call(method, path, body, mod?.token)).status]).toEqual([path, 403]);
    }
  });
});

describe("a skill that a classifier names and the desk does not have", () => {
  it("is proposed and counted once for each ticket, and nobody is chosen by it", async () => {
    const ticketId = await addTicket();
    for (const names of [["Beekeeping", "bee-keeping"], ["Beekeeping"]])
      await proposeSkills(api.sql, ticketId, names);
    await proposeSkills(api.sql, await addTicket(), ["BeeKeeping"]);
    expect(await find("Beekeeping", "proposed")).toMatchObject({
      seen: 2,
      tickets: [expect.any(Number), expect.any(Number)],
    });
    await proposeSkills(api.sql, await addTicket(), ["Linux", "linux", "", "x".repeat(61), "a\nb", "*"]);
    const { json } = await call("GET", "skills?status=proposed");
    expect(json.skills.map(({ name }: { name: string }) => name)).toEqual(["Beekeeping"]);
  });

  it("stands in the order in which it was seen, the most often first", async () => {
    await propose("Falconry", 3);
    await propose("Archery", 1);
    const first = await call("GET", "skills?status=proposed&limit=2");
    const rest = await call("GET", `skills?status=proposed&cursor=${first.json.nextCursor}`);
    const names = [...first.json.skills, ...rest.json.skills].map(({ name }: { name: string }) => name);
    expect(names).toEqual(["Falconry", "Beekeeping", "Archery"]);
  });

  it("accepted: the tickets that named it and that nobody has go to who knows it", async () => {
    workflows = await startTestWorkflows(api.sql, { model: fixedClassifier("gemini") });
    await api.sql`update users set away = true where role = 'admin'`;
    await update({ skills: ["Falconry"] });
    const id = await find("Falconry", "active").then((skill) => skill.id);
    // Given to somebody by an admin, it is the desk's already; the next is only proposed.
    expect((await call("POST", `skills/${id}/decision`, { decision: "accept" })).status).toBe(409);
    const ticketId = await addTicket();
    await proposeSkills(api.sql, ticketId, ["Sword making"]);
    const proposed = await find("Sword making", "proposed");
    await api.sql`insert into user_skills (user_id, skill_id) values (${mod?.id ?? ""}, ${proposed.id})`;
    await workflows.settle();
    const before = await api.call("GET", `/api/tickets/${ticketId}`, { token: admin?.token });
    expect(before.json.ticket.assignedTo).toBeNull();
    const body = { decision: "accept", name: "Swordsmithing" };
    const accepted = await call("POST", `skills/${proposed.id}/decision`, body);
    expect(accepted.json.skill).toMatchObject({
      name: "Swordsmithing",
      aliases: ["swordmaking"],
      status: "active",
    });
    await workflows.settle();
    const { json } = await api.call("GET", `/api/tickets/${ticketId}`, { token: admin?.token });
    expect(json.ticket).toMatchObject({
      assignedTo: { name: "Max" },
      relatedSkills: expect.arrayContaining(["Swordsmithing"]),
    });
    const notices = workflows.farEnds.notices.filter(({ noticeId }) => noticeId.startsWith("skill."));
    expect(notices.map(({ text }) => text).join()).toContain("Sword making");
    await api.sql`update users set away = false where role = 'admin'`;
  });

  it("made an alias: its people and tickets are the other's, and it is not proposed again", async () => {
    const id = await propose("Wire guarding");
    await api.sql`insert into user_skills (user_id, skill_id) values (${mod?.id ?? ""}, ${id})`;
    expect((await call("POST", `skills/${id}/decision`, { decision: "alias", of: "Nothing" })).status).toBe(
      400,
    );
    const { json } = await call("POST", `skills/${id}/decision`, { decision: "alias", of: "vpn" });
    expect(json.skill).toMatchObject({ name: "VPN", aliases: expect.arrayContaining(["wireguarding"]) });
    expect(await skillsOf()).toContain("VPN");
    await proposeSkills(api.sql, await addTicket(), ["wire guarding"]);
    expect(await find("Wire guarding", "proposed")).toBeUndefined();
  });

  it("retired: is given to nobody by an account's list, until it is active again", async () => {
    const { id } = (await call("POST", "skills", { name: "Telex" })).json.skill;
    await call("PATCH", `skills/${id}`, { status: "retired" });
    const give = () =>
      api.call("POST", "/api/auth/update-user", {
        token: admin?.token,
        body: { email: mod?.email, skills: ["VPN", "telex"] },
      });
    const refused = await give();
    expect([refused.status, refused.json.error.message]).toEqual([
      409,
      `The skill Telex is retired: bring it back first (PATCH /api/admin/skills/${id} with {"status": "active"}), or leave it out.`,
    ]);
    expect(await find("Telex", "retired")).toMatchObject({ id });
    await call("PATCH", `skills/${id}`, { status: "active" });
    expect((await give()).json.user.skills).toEqual(["Telex", "VPN"]);
  });

  it("refused: stays refused, also where somebody signs up with it, until an admin adds it", async () => {
    const id = await propose("Juggling");
    expect((await call("POST", `skills/${id}/decision`, { decision: "refuse" })).json.skill.status).toBe(
      "refused",
    );
    expect((await call("POST", `skills/${id}/decision`, { decision: "accept" })).status).toBe(409);
    await proposeSkills(api.sql, await addTicket(), ["Juggling"]);
    await api.signUp({ skills: ["Juggling"] });
    expect(await find("Juggling", "refused")).toMatchObject({ seen: 1 });
    expect((await call("POST", "skills", { name: "juggling" })).json.skill.status).toBe("active");
  });
});

describe("questions about profiles", () => {
  it("are listed and decided by REST as in Slack", async () => {
    await update({ skills: ["VPN"] });
    const ticketId = await addTicket(["VPN"]);
    await api.sql`
      insert into skill_proposals (user_id, skill_id, ticket_id, note)
      select ${mod?.id ?? ""}, id, ${ticketId}, 'never did' from skills where normalised = 'vpn'`;
    const { json } = await call("GET", "skill-changes");
    expect(json.changes).toMatchObject([
      { state: "open", person: { name: "Max" }, skill: { name: "VPN" }, note: "never did" },
    ]);
    const decided = await call("POST", `skill-changes/${json.changes[0].id}/decision`, { accept: true });
    expect(decided.json.message).toContain("VPN was taken off the profile of Max");
    expect(await skillsOf()).toEqual([]);
    expect((await call("GET", "skill-changes")).json.changes).toEqual([]);
    expect((await call("GET", "skill-changes?state=all")).json.changes).toHaveLength(1);
  });
});

describe("categories", () => {
  it("are added at the end, renamed with their tickets and corrections, and retired", async () => {
    const { status, json } = await call("POST", "categories", {
      name: " Phones ",
      description: "Desk phones",
    });
    expect([status, json.category]).toEqual([
      201,
      { name: "Phones", description: "Desk phones", position: 9, active: true },
    ]);
    const ticketId = await addTicket();
    await api.call("PATCH", `/api/tickets/${ticketId}`, { token: mod?.token, body: { category: "Phones" } });
    await call("PATCH", "categories/Phones", { name: "Telephony & Fax" });
    const { json: read } = await api.call("GET", `/api/tickets/${ticketId}`, { token: mod?.token });
    expect(read.ticket).toMatchObject({
      category: "Telephony & Fax",
      corrections: [{ became: "Telephony & Fax" }],
    });
    const path = `categories/${encodeURIComponent("Telephony & Fax")}`;
    expect((await call("PATCH", path, { active: false })).json.category.active).toBe(false);
    const refused = await api.call("PATCH", `/api/tickets/${await addTicket()}`, {
      token: mod?.token,
      body: { category: "Telephony & Fax" },
    });
    expect(refused.status).toBe(400);
    expect((await call("GET", "categories")).json.categories.at(-1)).toMatchObject({ active: false });
    const query = `category=${encodeURIComponent("telephony & fax")}`;
    const kept = await api.call("GET", `/api/tickets?${query}`, { token: mod?.token });
    expect([kept.status, kept.json.tickets.map(({ id }: { id: string }) => id)]).toEqual([200, [ticketId]]);
  });

  it("are taken in any case and spacing, and answered as the desk spells them", async () => {
    const ticketId = await addTicket();
    for (const category of ["hardware", " HARDWARE ", "Hardware"]) {
      const body = { category };
      const { status, json } = await api.call("PATCH", `/api/tickets/${ticketId}`, {
        token: mod?.token,
        body,
      });
      expect([status, json.ticket.category]).toEqual([200, "Hardware"]);
    }
    const found = await api.call("GET", "/api/tickets?category=%20hardWARE", { token: mod?.token });
    expect(found.json.tickets.map(({ id }: { id: string }) => id)).toContain(ticketId);
    const changed = await call("PATCH", "categories/hardware", { description: "Things to touch" });
    expect(changed.json.category.name).toBe("Hardware");
    const { json: listed } = await call("GET", "categories");
    expect(listed.categories).toContainEqual(
      expect.objectContaining({ name: "Hardware", description: "Things to touch" }),
    );
    const unknown = await api.call("PATCH", `/api/tickets/${ticketId}`, {
      token: mod?.token,
      body: { category: "Hard ware" },
    });
    expect([unknown.status, unknown.json.error.message]).toEqual([
      400,
      expect.stringMatching(/^The desk has no category “Hard ware”\. It has: .*Hardware/),
    ]);
  });

  it("in use can be read by moderators, and by nobody who only asks", async () => {
    await call("POST", "categories", { name: "Old things" });
    await call("PATCH", "categories/Old things", { active: false });
    const { status, json } = await api.call("GET", "/api/categories", { token: mod?.token });
    expect(status).toBe(200);
    expect(json.categories).toContainEqual({ name: "Billing", description: expect.any(String) });
    expect(JSON.stringify(json)).not.toContain("Old things");
    const user = await api.signUp();
    expect((await api.call("GET", "/api/categories", { token: user.token })).status).toBe(403);
    expect((await api.call("GET", "/api/categories")).status).toBe(401);
  });

  it("refuse a name that reads like another's, the unknown, and to be none at all", async () => {
    expect((await call("POST", "categories", { name: "hardware" })).status).toBe(409);
    expect((await call("PATCH", "categories/Billing", { name: "HARDWARE " })).status).toBe(409);
    expect((await call("PATCH", "categories/None", { active: false })).status).toBe(404);
    const { json } = await call("GET", "categories");
    const active = json.categories.filter((category: { active: boolean }) => category.active);
    const answers = [];
    for (const { name } of active) {
      answers.push((await call("PATCH", `categories/${encodeURIComponent(name)}`, { active: false })).status);
    }
    expect(answers).toEqual([...Array(active.length - 1).fill(200), 409]);
  });
});
