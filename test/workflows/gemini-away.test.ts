import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SqlPool } from "../../src/db/client.ts";
import { readDesk } from "../../src/db/triage-results.ts";
import { createGeminiStandIn, type GeminiBehaviour } from "../../src/demo/gemini-stand-in.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createGeminiClassifier } from "../../src/triage/gemini.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { QUIET, type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

const TIMEOUT_MS = 2_000;

let db: TestDatabase;
let sql: SqlPool;
let workflows: StartedWorkflows;
let gemini: Awaited<ReturnType<typeof createGeminiStandIn>>;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  await sql`
    insert into users (email, name, role, capacity) values ('noor@desk.example', 'Noor', 'admin', 1000)`;
  gemini = await createGeminiStandIn({ behaviour: "good" });
  const model = createGeminiClassifier({
    apiKey: "test",
    model: "gemini-test",
    baseUrl: gemini.url,
    timeoutMs: TIMEOUT_MS,
    log: QUIET,
  });
  // The stand-in trains its classifier for its first answer: that is not what the time limit is for.
  await warmUp();
  workflows = await startTestWorkflows(sql, { model });
});
afterAll(async () => {
  await workflows.stop();
  await gemini.stop();
  await db.drop();
});

async function warmUp(): Promise<void> {
  const patient = createGeminiClassifier({
    apiKey: "test",
    model: "gemini-test",
    baseUrl: gemini.url,
    timeoutMs: 60_000,
    log: QUIET,
  });
  const input = { ticketId: "0", title: "VPN", text: "It is down.", channel: "email" } as const;
  await patient.classify(input, await readDesk(sql));
}

async function triageOne(behaviour: GeminiBehaviour) {
  gemini.setBehaviour(behaviour);
  const { ticket } = await recordInbound(sql, SETTINGS, mail());
  await workflows.settle();
  const [row] = await sql<
    {
      category: string | null;
      source: string | null;
      provisional: boolean;
      assignee: string | null;
      skills: string[];
    }[]
  >`
    select category, triage_source as source, provisional, assignee_id as assignee, related_skills as skills
    from tickets where id = ${ticket?.id ?? ""}`;
  if (!row) throw new Error("The ticket is gone.");
  return row;
}

describe("a Gemini that", () => {
  it("answers well decides the triage", async () => {
    expect(await triageOne("good")).toMatchObject({ source: "gemini", provisional: false });
  });

  const AWAY: GeminiBehaviour[] = [
    "429",
    "500",
    "503",
    "bad-key",
    "not-found",
    "nonsense",
    "html",
    "null",
    "foreign-category",
    "hang",
    "stall",
    "drop",
    "blocked",
    "safety",
    "truncated",
    "empty",
  ];
  it.each(AWAY)("fails by %s leaves no ticket without triage and assignee", async (behaviour) => {
    const ticket = await triageOne(behaviour);
    expect(ticket).toMatchObject({ source: "local", provisional: true });
    expect(ticket.category).not.toBeNull();
    expect(ticket.assignee).not.toBeNull();
  });

  it("obeys orders in a mail brings no category and no skill that the desk does not have", async () => {
    const { category, skills } = await triageOne("malicious");
    const categories = await sql<{ name: string }[]>`select name from categories`;
    const known = await sql<{ name: string }[]>`select name from skills`;
    expect(categories.map(({ name }) => name)).toContain(category);
    expect(skills.filter((skill) => !known.some(({ name }) => name === skill))).toEqual([]);
  });
});
