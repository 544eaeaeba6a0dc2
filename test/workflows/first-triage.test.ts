/** A ticket's first triage does not wait for the model, and what comes later replaces it once. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { Classifier } from "../../src/core/triage.ts";
import { inTransaction, type SqlPool } from "../../src/db/client.ts";
import { assignTicket } from "../../src/desk/assign-ticket.ts";
import { changeCategory } from "../../src/desk/correct-labels.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createQueueSweep, giveFirstTriage, readPatience } from "../../src/workflows/first-triage.ts";
import { classifyTicket, saveClassified } from "../../src/workflows/triage-ticket.ts";
import type { WorkflowDeps } from "../../src/workflows/workflow-deps.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SILENT } from "../helpers/gemini.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { waitUntil } from "../helpers/wait-until.ts";
import { fixedClassifier, type StartedWorkflows, startTestWorkflows } from "../helpers/workflows.ts";

const TIMEOUT_MS = 400;

let db: TestDatabase;
let sql: SqlPool;
let workflows: StartedWorkflows | null = null;
let personId: string;
beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  const [person] = await sql<{ id: string }[]>`
    insert into users (email, name, role, capacity) values ('noor@desk.example', 'Noor', 'admin', 1000) returning id`;
  personId = person?.id ?? "";
});
beforeEach(async () => {
  // What earlier tests left in the queue is not this one's.
  await sql`update tickets set triage_source = 'local' where triage_source is null`;
});
afterEach(async () => {
  await workflows?.stop();
  workflows = null;
});
afterAll(() => db.drop());

interface SlowModel extends Classifier {
  /** How long each call was allowed to take. */
  allowed: number[];
  /** Lets the calls under way answer. */
  answer(): void;
}

/** Thinks until it is told to answer, whatever its time-out. */
function slowModel(): SlowModel {
  let answer: () => void = () => {};
  const told = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const allowed: number[] = [];
  const good = fixedClassifier("gemini");
  return {
    source: "gemini",
    model: "gemini-test",
    timeoutMs: TIMEOUT_MS,
    allowed,
    answer: () => answer(),
    async classify(input, desk, options) {
      allowed.push(options?.timeoutMs ?? Number.POSITIVE_INFINITY);
      await told;
      const attempt = await good.classify(input, desk);
      return { ...attempt, triage: { ...attempt.triage, category: "Hardware", priority: "low" } };
    },
  };
}

function createDeps(model: Classifier | null): WorkflowDeps {
  const local = fixedClassifier("local");
  return { sql, log: SILENT, model, createLocalClassifier: () => local } as unknown as WorkflowDeps;
}

/** New for as long as the test takes, however busy the machine is. */
async function record(): Promise<string> {
  const { ticket } = await recordInbound(sql, SETTINGS, mail());
  await sql`update tickets set created_at = now() + interval '1 hour' where id = ${ticket?.id ?? ""}`;
  return ticket?.id ?? "";
}

async function read(ticketId: string) {
  const [row] = await sql<
    {
      source: string | null;
      category: string | null;
      provisional: boolean;
      events: string[];
      tries: string[];
    }[]
  >`
    select triage_source as source, category, provisional,
      array(select type || coalesce(' ' || (data ->> 'source'), '') from ticket_events e
        where e.ticket_id = t.id and type in ('triaged', 'assigned', 'acknowledged') order by created_at, id) as events,
      array(select source || coalesce(' ' || failure, '') from triage_results r where r.ticket_id = t.id
        order by created_at) as tries
    from tickets t where id = ${ticketId}`;
  if (!row) throw new Error("The ticket is gone.");
  return row;
}

it("stands while the model thinks, and gives way to its answer; the ticket is assigned and acknowledged once", async () => {
  const model = slowModel();
  const ticketId = await record();
  workflows = await startTestWorkflows(sql, { model });
  // Until the model is told to answer nothing else can make a triage, so this is before its answer.
  await waitUntil("a first triage stands", async () => (await read(ticketId)).source === "local", 20_000);
  expect(await read(ticketId)).toMatchObject({ category: "Network", provisional: true, tries: ["local"] });
  model.answer();
  await workflows.settle();
  const { events, ...ticket } = await read(ticketId);
  expect(ticket).toEqual({
    source: "gemini",
    category: "Hardware",
    provisional: false,
    tries: ["local", "gemini"],
  });
  expect(events.filter((event) => event !== "acknowledged")).toEqual([
    "triaged local",
    "triaged gemini",
    "assigned",
  ]);
  expect(workflows.farEnds.mails.filter(({ to }) => to[0]?.address === "ada@customer.example")).toHaveLength(
    1,
  );
  expect(model.allowed).toHaveLength(1);
  expect(model.allowed[0]).toBeLessThanOrEqual(TIMEOUT_MS);
});

it("leaves at least half of the time-out to be saved in", () => {
  expect(readPatience(600, 0)).toBe(300);
  expect(readPatience(600, 250)).toBe(50);
  expect(readPatience(600, 400)).toBeLessThanOrEqual(0);
});

it("keeps what a person sets between it and the model's answer", async () => {
  const model = slowModel();
  const deps = createDeps(model);
  const ticketId = await record();
  const classified = classifyTicket(deps, ticketId, "run");
  await waitUntil("a first triage stands", async () => (await read(ticketId)).source === "local", 20_000);
  const actor = { kind: "admin", userId: personId, name: "Noor", via: "api" } as const;
  await changeCategory(sql, actor, ticketId, "Billing");
  model.answer();
  await saveClassified(deps, ticketId, "run", await classified);
  expect(await read(ticketId)).toMatchObject({ source: "gemini", category: "Billing", provisional: false });
});

it("comes at once where the model is not asked, and is not written a second time", async () => {
  const deps = createDeps(null);
  const ticketId = await record();
  const classified = await classifyTicket(deps, ticketId, "run");
  await sql`update tickets set created_at = now() - interval '1 hour' where id = ${ticketId}`;
  await createQueueSweep(deps)();
  await saveClassified(deps, ticketId, "run", classified);
  expect(await read(ticketId)).toMatchObject({ source: "local", provisional: true, tries: ["local"] });
  // The run does all of it again: what stands, stays.
  expect(await classifyTicket(deps, ticketId, "run")).toEqual({ attempt: null, provisional: true });
});

it("is given to all that stand in the queue for too long, by the run of any of them, without a call", async () => {
  const model = slowModel();
  const waiting = await Promise.all(Array.from({ length: 120 }, record));
  const young = await record();
  await sql`update tickets set created_at = now() - interval '1 second' where id = any(${waiting}::uuid[])`;
  await createQueueSweep(createDeps(model))();
  const rows = await sql<{ source: string | null }[]>`
    select triage_source as source from tickets where id = any(${waiting}::uuid[])`;
  expect(rows.filter(({ source }) => source === "local")).toHaveLength(120);
  expect((await read(young)).source).toBeNull();
  expect(model.allowed).toEqual([]);
  const events =
    await sql`select 1 from outbox where name = 'ticket/changed' and data ->> 'ticketId' = any(${waiting})`;
  expect(events).toHaveLength(120);
});

it("is given by one sweep of two at once, and by none to a ticket that somebody holds or has triaged", async () => {
  const model = slowModel();
  const [held = "", ...free] = await Promise.all(Array.from({ length: 30 }, record));
  await sql`update tickets set created_at = now() - interval '1 second' where triage_source is null`;
  await inTransaction(sql, async (tx) => {
    await tx`select 1 from tickets where id = ${held} for update`;
    await Promise.all([createQueueSweep(createDeps(model))(), createQueueSweep(createDeps(model))()]);
  });
  const inHand = await record();
  await sql`update tickets set created_at = now() - interval '1 second' where id = ${inHand}`;
  await inTransaction(sql, async (tx) => {
    await tx`select 1 from tickets where id = ${held} for update`;
    await createQueueSweep(createDeps(model), new Set([inHand]))();
  });
  expect((await read(inHand)).source).toBeNull();
  expect((await read(held)).source).toBeNull();
  for (const ticketId of free) expect((await read(ticketId)).events).toEqual(["triaged local"]);
  // Whoever asks for this very ticket waits for it instead.
  const subject = {
    ticketId: held,
    title: "",
    text: "",
    channel: "email",
    ageMs: 0,
    standing: "none",
  } as const;
  const surroundings = { fullText: "", html: "", filenames: [], senderName: "" };
  const desk = { categories: [], skills: [], examples: [] };
  let waited: Promise<void> = Promise.resolve();
  await inTransaction(sql, async (tx) => {
    await tx`select 1 from tickets where id = ${held} for update`;
    waited = giveFirstTriage(createDeps(model), { ...subject, surroundings }, desk);
  });
  await waited;
  expect((await read(held)).source).toBe("local");
});

it("is kept, with what is wrong about it, where the model's answer cannot be used for good", async () => {
  const model = slowModel();
  const deps = createDeps(model);
  const ticketId = await record();
  const classified = classifyTicket(deps, ticketId, "run");
  await waitUntil("a first triage stands", async () => (await read(ticketId)).source === "local", 20_000);
  const given = { attempt: null, provisional: true } as const;
  await saveClassified(deps, ticketId, "run", given);
  expect(await read(ticketId)).toMatchObject({ provisional: true, tries: ["local"] });
  model.answer();
  const { attempt } = await classified;
  if (attempt === null) throw new Error("The model has answered.");
  const local = (await fixedClassifier("local").classify(
    { ticketId, title: "", text: "", channel: "email" },
    { categories: [], skills: [], examples: [] },
  )) as typeof attempt;
  const flagged = { ...local, triage: { ...local.triage, suspicious: ["it gave away its instructions"] } };
  await saveClassified(deps, ticketId, "run", { attempt: flagged, provisional: false });
  expect(await read(ticketId)).toMatchObject({ source: "local", provisional: false });
  expect(await assignTicket(sql, ticketId)).toMatchObject({ state: "assigned" });
});
