/** 1,000 tickets while Gemini is slow, limited, broken or malicious in every way that is known, and then heals. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkEvidence } from "../../src/core/evidence.ts";
import type { Triage } from "../../src/core/triage.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { startMailboxCursor } from "../../src/db/mailbox-cursors.ts";
import { listTicketsToRetriage, readDesk } from "../../src/db/triage-results.ts";
import { type AskedTicket, readAsked } from "../../src/demo/gemini-answers.ts";
import { createGeminiStandIn, type GeminiBehaviour } from "../../src/demo/gemini-stand-in.ts";
import { assignTicket } from "../../src/desk/assign-ticket.ts";
import { changeCategory, changePriority } from "../../src/desk/correct-labels.ts";
import { recordInboundBatch } from "../../src/desk/record-inbound-batch.ts";
import { createGeminiClassifier } from "../../src/triage/gemini.ts";
import { separateInstructions } from "../../src/triage/honest-text.ts";
import { createLocalClassifier } from "../../src/triage/local/local-classifier.ts";
import { createQueueSweep } from "../../src/workflows/first-triage.ts";
import { retriageTicket } from "../../src/workflows/retriage-provisional.ts";
import { classifyTicket, type InHand, saveClassified } from "../../src/workflows/triage-ticket.ts";
import type { WorkflowDeps } from "../../src/workflows/workflow-deps.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SILENT } from "../helpers/gemini.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";

const TIMEOUT_MS = 1500;
/** As many as the engine runs at once. */
const AT_ONCE = 16;
const BEHAVIOURS: GeminiBehaviour[] = [
  "good",
  "429",
  "malicious",
  "truncated",
  "hang",
  "blocked",
  "500",
  "safety",
  "stall",
  "foreign-category",
  "html",
  "nonsense",
  "drop",
  "empty",
  "503",
  "null",
  "bad-key",
  "not-found",
  "malicious",
  "good",
];
const EACH = 50;
const MAILBOX = { mailbox: "support@desk.example/INBOX", uidValidity: 1 };
const TEXTS = [
  ["VPN drops", "The VPN disconnects every ten minutes with error 809. Nobody in Lyon can work."],
  ["Invoice", "Can you send me the invoice for March? It is for my tax return."],
  ["Printer", "The printer on floor 3 prints blank pages since yesterday."],
  ["Passwort", "Ich habe mein Passwort vergessen und kann mich nicht anmelden."],
  ["Phishing", "I clicked a link in a strange mail and typed my password. Please help now!"],
  ["画面が真っ暗", "ノートパソコンの画面が真っ暗で起動しません。至急お願いします。"],
] as const;

let db: TestDatabase;
let sql: SqlPool;
let gemini: Awaited<ReturnType<typeof createGeminiStandIn>>;
let deps: WorkflowDeps;
let personId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  const [person] = await sql<{ id: string }[]>`
    insert into users (email, name, role, capacity) values ('noor@desk.example', 'Noor', 'admin', 1000) returning id`;
  personId = person?.id ?? "";
  await startMailboxCursor(sql, MAILBOX.mailbox, {
    uidValidity: 1,
    firstUid: 1,
    lastUid: 0,
    since: new Date(0),
  });
  gemini = await createGeminiStandIn({ behaviour: "good", retryAfterMs: 30_000 });
  const local = createLocalClassifier();
  // A service that has been running: connections are open, and what each language needs is compiled.
  await Promise.all(Array.from({ length: AT_ONCE }, () => sql`select pg_sleep(0.05)`));
  for (const [title, text] of TEXTS) separateInstructions({ title, text });
  const input = { ticketId: "0", title: "VPN", text: "It is down.", channel: "email" } as const;
  await local.classify(input, await readDesk(sql));
  const model = createGeminiClassifier({
    apiKey: "test",
    model: "gemini-test",
    baseUrl: gemini.url,
    timeoutMs: TIMEOUT_MS,
    log: SILENT,
  });
  // The stand-in trains its classifier for its first answer: that is not what the time-out is for.
  await createGeminiClassifier({
    apiKey: "test",
    model: "gemini-test",
    baseUrl: gemini.url,
    timeoutMs: 60_000,
    log: SILENT,
  }).classify(input, await readDesk(sql));
  deps = { sql, log: SILENT, model, createLocalClassifier: () => local } as unknown as WorkflowDeps;
  await noteCommits();
});
afterAll(async () => {
  await gemini.stop();
  await db.drop();
});

/** When each ticket's first triage was committed: what the database does last before that. */
async function noteCommits(): Promise<void> {
  await sql`create table first_seen (ticket_id uuid primary key, at timestamptz not null)`;
  await sql`
    create function note_first() returns trigger language plpgsql as $$ begin
      insert into first_seen values (new.ticket_id, clock_timestamp()) on conflict do nothing;
      return null;
    end $$`;
  await sql`
    create constraint trigger note_first after insert on triage_results deferrable initially deferred
    for each row when (new.result is not null) execute function note_first()`;
}

/** An answer that costs the stand-in no time: its first category, and the title as evidence. */
function answerShortly({ title, text, desk }: AskedTicket): object {
  const category = desk.categories[0]?.name ?? "";
  return {
    summary: text.slice(0, 60),
    category,
    priority: "medium",
    skills: [],
    helpfulNotes: "",
    suggestedReply: "",
    language: "en",
    confidence: 0.9,
    evidence: [{ field: "category", quote: title, value: category }],
  };
}

const startedAt = new Map<string, number>();

/** What `triage-ticket` does, step by step. */
async function triage(ticketId: string, inHand: InHand, sweepQueue: () => Promise<void>): Promise<void> {
  startedAt.set(ticketId, Date.now());
  const runId = `run-${ticketId}`;
  const [classified] = await Promise.all([classifyTicket(deps, ticketId, runId, inHand), sweepQueue()]);
  await saveClassified(deps, ticketId, runId, classified);
  await assignTicket(sql, ticketId);
}

async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function recordTickets(from: number, count: number): Promise<string[]> {
  const mails = Array.from({ length: count }, (_, index) => {
    const [subject, text] = TEXTS[(from + index) % TEXTS.length] ?? ["", ""];
    const words = `${text} Number ${from + index}.`;
    return mail({
      subject,
      text: words,
      textTrimmed: words,
      fromAddress: `c${from + index}@customer.example`,
    });
  });
  const results = await recordInboundBatch(
    sql,
    SETTINGS,
    mails.map((message, index) => ({ message, position: { ...MAILBOX, uid: from + index + 1 } })),
  );
  return results.flatMap((result) => ("ticket" in result && result.ticket ? [result.ticket.id] : []));
}

interface Row {
  id: string;
  title: string;
  description: string;
  category: string | null;
  priority: string;
  skills: string[];
  source: string | null;
  provisional: boolean;
  assigneeId: string | null;
  notes: string;
  reply: string;
  summary: string;
  result: Triage | null;
}

async function readAll(): Promise<Row[]> {
  return sql<Row[]>`
    select t.id, t.title, t.description, t.category, t.priority, t.related_skills as skills, t.triage_source as source,
      t.provisional, t.assignee_id as "assigneeId", t.helpful_notes as notes, t.suggested_reply as reply, t.summary,
      (select result from triage_results r where r.ticket_id = t.id and result is not null
        order by created_at desc limit 1) as result
    from tickets t order by t.number`;
}

/** What is wrong with each; one look at the whole list, since a thousand times six looks take seconds. */
async function expectValid(rows: Row[]): Promise<void> {
  const desk = await readDesk(sql);
  const categories = new Set(desk.categories.map(({ name }) => name));
  const skills = new Set(desk.skills.map(({ name }) => name));
  const wrong = rows.flatMap((row) => {
    const said = `${row.notes} ${row.reply} ${row.summary}`;
    const checked = checkEvidence(row.result?.evidence ?? [], { title: row.title, text: row.description });
    const problems = [
      categories.has(row.category ?? "") ? null : `category ${row.category}`,
      ["low", "medium", "high"].includes(row.priority) ? null : `priority ${row.priority}`,
      row.skills.every((skill) => skills.has(skill)) ? null : `skills ${row.skills}`,
      row.assigneeId === null ? "nobody" : null,
      row.summary === "" ? "no summary" : null,
      /evil|Dark arts|<script>/.test(said) ? said : null,
      checked.dropped.length === 0 ? null : `evidence ${JSON.stringify(checked.dropped)}`,
    ].filter((problem) => problem !== null);
    return problems.length === 0 ? [] : [`${row.title}: ${problems.join("; ")}`];
  });
  expect(wrong).toEqual([]);
}

describe("1,000 tickets", () => {
  const inHand: InHand = { calls: 0, tickets: new Set() };
  let callsMade = 0;
  const triageAll = (ticketIds: string[]) => {
    const sweepQueue = createQueueSweep(deps, inHand.tickets);
    return inParallel(ticketIds, (ticketId) => triage(ticketId, inHand, sweepQueue));
  };

  it("all get a valid triage and an assignee, with one call of the model each at most", async () => {
    for (const [index, behaviour] of BEHAVIOURS.entries()) {
      gemini.setBehaviour(behaviour);
      // The pause that the behaviour before has earned is over.
      await sql`delete from model_health`;
      const tickets = await recordTickets(index * EACH, EACH);
      const before = gemini.requests.length;
      await triageAll(tickets);
      callsMade += gemini.requests.length - before;
    }
    const rows = await readAll();
    expect(rows).toHaveLength(1000);
    await expectValid(rows);
    const [tries] = await sql<{ most: number; failures: string[] }[]>`
      select max(n) as most, (select array_agg(distinct failure) from triage_results where failure is not null) as failures
      from (select count(*) filter (where source = 'gemini') as n from triage_results group by ticket_id) counted`;
    expect(tries?.most).toBe(1);
    expect(tries?.failures?.sort()).toEqual(["answer", "away"]);
    expect(rows.some(({ source }) => source === "gemini")).toBe(true);
    expect(rows.filter(({ source }) => source === "local").every(({ provisional }) => provisional)).toBe(
      true,
    );
  });

  it("make no call while the model is paused, and one when the pause is over", async () => {
    gemini.setBehaviour("429");
    await sql`delete from model_health`;
    const tickets = await recordTickets(2000, 30);
    const before = gemini.requests.length;
    const [first = "", ...others] = tickets;
    await triageAll([first]);
    await triageAll(others);
    expect(gemini.requests.length - before).toBe(1);
    const [health] = await sql<{ waits: boolean }[]>`
      select retry_at > now() + interval '20 seconds' as waits from model_health`;
    expect(health?.waits).toBe(true);
    await sql`update model_health set retry_at = now() - interval '1 second'`;
    const more = await recordTickets(2100, 30);
    await triageAll(more);
    expect(gemini.requests.length - before).toBe(2);
  });

  it("are triaged by the model when it heals, but for what people changed, also while it was thinking", async () => {
    const actor = { kind: "admin", userId: personId, name: "Noor", via: "api" } as const;
    const rows = await readAll();
    const provisional = rows.filter((row) => row.provisional);
    const [early, late] = [provisional.slice(0, 20), provisional.slice(20, 40)];
    // Another than the one it has: the same again is no correction.
    const wanted = (row: Row) => ({
      category: row.category === "Billing" ? "Hardware" : "Billing",
      priority: row.priority === "low" ? ("high" as const) : ("low" as const),
    });
    const correct = async (row: Row) => {
      await changePriority(sql, actor, row.id, wanted(row).priority);
      await changeCategory(sql, actor, row.id, wanted(row).category);
    };
    for (const row of early) await correct(row);
    const assignees = new Map(rows.map(({ id, assigneeId }) => [id, assigneeId]));
    gemini.setBehaviour("good");
    gemini.setAnswer(async (request) => {
      const asked = readAsked(request);
      const thinking = late.find(({ description }) => description === asked.text);
      if (thinking) await correct(thinking);
      return JSON.stringify(answerShortly(asked));
    });
    // Time passes: pauses end, and tickets whose answers could not be used may be asked about once more.
    await sql`delete from model_health`;
    await sql`update triage_results set created_at = created_at - interval '1 day'`;
    let rounds = 0;
    for (; rounds < 30; rounds++) {
      const due = await listTicketsToRetriage(sql, 240);
      if (due.length === 0) break;
      await inParallel(due, async (id) => void (await retriageTicket(deps, id, `again-${rounds}`)));
      await sql`delete from model_health`;
      await sql`update triage_results set created_at = created_at - interval '1 day' where failure is not null`;
    }
    gemini.setAnswer(null);
    const after = await readAll();
    await expectValid(after);
    expect(after.filter((row) => row.provisional)).toEqual([]);
    const redone = after.filter(({ id }) => provisional.some((row) => row.id === id));
    expect(redone.every(({ source }) => source === "gemini")).toBe(true);
    for (const row of [...early, ...late]) {
      expect(after.find(({ id }) => id === row.id)).toMatchObject(wanted(row));
    }
    expect(after.every(({ id, assigneeId }) => assigneeId === assignees.get(id))).toBe(true);
    await report(callsMade, provisional.length, rounds);
  });
});

/** Of the first 1,000. No limit is asked for here: whether the machine is busy is not what is tested. */
async function report(callsMade: number, provisional: number, rounds: number): Promise<void> {
  const seen = await sql<{ id: string; seenMs: number; recordedMs: number }[]>`
    select t.id, extract(epoch from f.at)::float8 * 1000 as "seenMs",
      extract(epoch from t.created_at)::float8 * 1000 as "recordedMs"
    from tickets t join first_seen f on f.ticket_id = t.id order by t.number limit 1000`;
  const fromStart = seen.map(({ id, seenMs }) => seenMs - (startedAt.get(id) ?? seenMs));
  const fromRecord = seen.map(({ seenMs, recordedMs }) => seenMs - recordedMs);
  process.stdout.write(
    `1,000 tickets, time-out ${TIMEOUT_MS} ms: first triage after ${describeTimes(fromStart)} of its run, ` +
      `${describeTimes(fromRecord)} of being recorded; ${callsMade} calls; ${provisional} provisional, all redone in ` +
      `${rounds} rounds\n`,
  );
}

function describeTimes(timesMs: number[]): string {
  const sorted = [...timesMs].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return `${at(0.5)} ms (median), ${at(0.99)} ms (p99), ${at(1)} ms (longest)`;
}
