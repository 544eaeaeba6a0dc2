import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import type { StaffActor } from "../../src/core/actor.ts";
import type { TriageSource } from "../../src/core/triage.ts";
import { claimTicket } from "../../src/desk/claim-ticket.ts";
import { changeCategory, changePriority, changeSkills } from "../../src/desk/correct-labels.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { saveTriage } from "../../src/desk/save-triage.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

type Person = Awaited<ReturnType<Api["signUp"]>>;
let api: Api;
let [mod, admin]: Person[] = [];
let max: StaffActor;

beforeAll(async () => {
  api = await createApi();
  mod = await api.signUpAs("moderator", { name: "Max" });
  admin = await api.signUpAs("admin", { name: "Root" });
  max = { kind: "moderator", userId: mod.id, name: "Max", via: "slack" };
  // Two weeks ago: right, and corrected once; then corrected back, which makes the first label right again.
  await addTicket("2026-11-04T12:00:00Z", "local", "Network", 0.9);
  await addTicket("2026-11-04T12:00:00Z", "local", "Network", 0.4, "Hardware");
  const back = await addTicket("2026-11-04T12:00:00Z", "local", "Billing", 0.4, "Hardware");
  await changeCategory(api.sql, max, back, "Billing");
  // This week: by the model, after the local one had been corrected.
  await addTicket("2026-11-16T00:00:00Z", "gemini", "Network", 0.95);
  const redone = await addTicket("2026-11-17T00:00:00Z", "local", "Software", 0.35, "Hardware");
  await triage(redone, "gemini", "Network", 0.99, "again");
  await api.sql`update tickets set triaged_at = '2026-11-18T00:00:00Z' where id = ${redone}`;
  // Nobody has looked at these; a person set the category of the last before it was triaged.
  await addTicket("2026-11-16T00:00:00Z", "gemini", "Hardware", 0.1, null, false);
  const { ticket } = await recordInbound(api.sql, DESK, inboundMail("ada@customer.example"));
  await changeCategory(api.sql, max, ticket?.id ?? "", "Security");
  await triage(ticket?.id ?? "", "gemini", "Network", 0.5, "late");
  await api.sql`update tickets set triaged_at = '2026-11-18T00:00:00Z' where id = ${ticket?.id ?? ""}`;
});
afterAll(() => api.drop());

async function triage(
  ticketId: string,
  source: TriageSource,
  category: string,
  confidence: number,
  runId: string,
  skills: string[] = [],
) {
  await saveTriage(api.sql, ticketId, runId, {
    ...{ source, model: source, promptVersion: "1", latencyMs: 1, tokensIn: null, tokensOut: null },
    triage: {
      ...{ summary: "", category, priority: "medium", skills, helpfulNotes: "", suggestedReply: "" },
      ...{ language: "en", confidence, evidence: [], guesses: [], suspicious: [] },
    },
  });
}

async function addTicket(
  at: string,
  source: TriageSource,
  category: string,
  confidence: number,
  corrected: string | null = null,
  isActedOn = true,
): Promise<string> {
  const { ticket } = await recordInbound(api.sql, DESK, inboundMail("ada@customer.example"));
  const ticketId = ticket?.id ?? "";
  await triage(ticketId, source, category, confidence, "first");
  if (corrected !== null) await changeCategory(api.sql, max, ticketId, corrected);
  if (isActedOn) await claimTicket(api.sql, max, ticketId);
  await api.sql`update tickets set triaged_at = ${new Date(at)} where id = ${ticketId}`;
  return ticketId;
}

const read = (query = "", token = admin?.token) =>
  api.call("GET", `/api/admin/triage/report?from=2026-11-01&to=2026-11-30${query}`, { token });

describe("GET /api/admin/triage/report", () => {
  it("counts a label as right where somebody acted on the ticket and left it, by the source that said it", async () => {
    const { status, json } = await read();
    expect(status).toBe(200);
    const category = json.totals.filter(({ field }: { field: string }) => field === "category");
    expect(category).toEqual([
      { field: "category", source: "local", n: 4, right: 2, accuracy: 0.5 },
      { field: "category", source: "gemini", n: 1, right: 1, accuracy: 1 },
    ]);
    expect(json.confusions).toEqual([
      { field: "category", source: "local", said: "Network", is: "Hardware", n: 1 },
      { field: "category", source: "local", said: "Software", is: "Hardware", n: 1 },
    ]);
  });

  it("puts each into the week of its triage, and its label's weeks", async () => {
    const { json } = await read("&source=local");
    const weeks = json.weeks.filter(({ field }: { field: string }) => field === "category");
    expect(weeks.map(({ week, n, right }: Record<string, unknown>) => [week, n, right])).toEqual([
      ["2026-11-02", 3, 2],
      ["2026-11-16", 1, 0],
    ]);
    expect(json.labels.find(({ label }: { label: string }) => label === "Network")).toMatchObject({
      n: 2,
      right: 1,
      missed: 0,
      weeks: [{ week: "2026-11-02", n: 2, right: 1, accuracy: 0.5 }],
    });
  });

  it("says of skills how many of those given stand, and how many of those needed were given", async () => {
    const add = async (skills: string[], corrected: string[] | null) => {
      const { ticket } = await recordInbound(api.sql, DESK, inboundMail("ada@customer.example"));
      const ticketId = ticket?.id ?? "";
      await triage(ticketId, "local", "Network", 0.5, "skills", skills);
      if (corrected !== null) await changeSkills(api.sql, max, ticketId, corrected);
      await claimTicket(api.sql, max, ticketId);
      await api.sql`update tickets set triaged_at = '2026-09-10T12:00:00Z' where id = ${ticketId}`;
      return ticketId;
    };
    await add(["VPN"], null);
    await add(["VPN", "Linux"], ["vpn"]);
    // Corrected twice: what triage said stands in the first correction.
    await changeSkills(api.sql, max, await add(["VPN"], ["Billing"]), ["Billing", "Linux"]);
    const { ticket } = await recordInbound(api.sql, DESK, inboundMail("ada@customer.example"));
    await changeSkills(api.sql, max, ticket?.id ?? "", ["Linux"]);
    await triage(ticket?.id ?? "", "local", "Network", 0.5, "late", ["VPN"]);
    await api.sql`update tickets set triaged_at = '2026-09-10T12:00:00Z' where id = ${ticket?.id ?? ""}`;

    const range = "from=2026-09-01&to=2026-10-01";
    const { json } = await api.call("GET", `/api/admin/triage/report?${range}`, { token: admin?.token });
    expect(json.skills.totals).toEqual([
      { source: "local", tickets: 3, right: 1, given: 4, kept: 2, added: 2, precision: 0.5, recall: 0.5 },
    ]);
    expect(json.skills.perSkill.find(({ skill }: { skill: string }) => skill === "VPN")).toMatchObject({
      given: 3,
      kept: 2,
      added: 0,
    });
    const lines: string[] = [];
    const context = {
      env: { DATABASE_URL: api.url },
      print: (text: string) => lines.push(text),
      say: () => {},
    };
    expect(await runCli(["report", "triage", "--from", "2026-09-01", "--to", "2026-10-01"], context)).toBe(0);
    expect(lines.join("\n")).toMatch(
      /^Skills\n {2}all, by local +50% of 4 given stand, +50% of 4 needed were given$/m,
    );
  });

  it("sets how sure triage was, at the time of its label, beside how right", async () => {
    const { json } = await read();
    expect(
      json.calibration.map(({ source, from, n, right }: Record<string, unknown>) => [source, from, n, right]),
    ).toEqual([
      ["gemini", 0.9, 1, 1],
      ["local", 0.3, 1, 0],
      ["local", 0.4, 2, 1],
      ["local", 0.9, 1, 1],
    ]);
  });

  it("gives mean confidences to four places, without the noise of how they are stored", async () => {
    const { json } = await read();
    expect(json.calibration.map(({ meanConfidence }: Record<string, unknown>) => meanConfidence)).toEqual([
      0.95, 0.35, 0.4, 0.9,
    ]);
  });

  it("counts priorities by themselves", async () => {
    const ticketId = await addTicket("2026-10-20T00:00:00Z", "gemini", "Network", 0.7);
    await changePriority(api.sql, max, ticketId, "high");
    const { json } = await api.call("GET", "/api/admin/triage/report?from=2026-10-19&to=2026-10-26", {
      token: admin?.token,
    });
    expect(json.totals).toEqual([
      { field: "category", source: "gemini", n: 1, right: 1, accuracy: 1 },
      { field: "priority", source: "gemini", n: 1, right: 0, accuracy: 0 },
    ]);
  });

  it("is for admins, and refuses a time that is none or longer than a year", async () => {
    expect((await read("", mod?.token)).status).toBe(403);
    for (const query of [
      "from=2026-11-02&to=2026-11-01",
      "from=2024-01-01&to=2026-01-01",
      "from=soon",
      "source=magic",
    ]) {
      const { status } = await api.call("GET", `/api/admin/triage/report?${query}`, { token: admin?.token });
      expect([query, status]).toEqual([query, 400]);
    }
    const { status, json } = await api.call("GET", "/api/admin/triage/report", { token: admin?.token });
    expect(status).toBe(200);
    expect(Date.parse(json.to) - Date.parse(json.from)).toBe(84 * 86_400_000);
  });
});

describe("deskhand report triage", () => {
  const run = async (args: string[]) => {
    let stdout = "";
    const status = await runCli(["report", "triage", "--from", "2026-11-01", "--to", "2026-11-30", ...args], {
      env: { DATABASE_URL: api.url, LOG_LEVEL: "silent" },
      print: (text) => {
        stdout += `${text}\n`;
      },
      say: () => {},
    });
    return { status, stdout };
  };

  it("says the same as JSON", async () => {
    const { status, stdout } = await run(["--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual((await read()).json);
  });

  it("draws a bar for each week, label and confidence, in 80 columns", async () => {
    const { stdout } = await run(["--source", "local"]);
    expect(stdout).toContain(`category by local          ${"█".repeat(15)}${"░".repeat(15)}  50%  2 of 4`);
    expect(stdout).toContain("2026-11-16 category local");
    expect(stdout).toContain("1  Software, which is Hardware (local)");
    expect(stdout).not.toContain("gemini");
    for (const line of stdout.split("\n")) expect(Array.from(line).length).toBeLessThanOrEqual(80);
  });

  it("refuses what is no date", async () => {
    expect((await run(["--to", "tomorrow"])).status).toBe(2);
  });
});
