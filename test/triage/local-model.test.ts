/** The desk's own model: learned from its tickets, stored, followed by every process, and done without where it is broken. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Log } from "../../src/core/log.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { setCategoryByPerson, setPriorityByPerson } from "../../src/db/corrections.ts";
import { insertModel, listStoredModels, readLearningState } from "../../src/db/local-models.ts";
import { findSimilarSolved } from "../../src/db/similar-tickets.ts";
import { readDesk } from "../../src/db/triage-results.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { rebuildLocalModel } from "../../src/runtime/local-models/rebuild-local-model.ts";
import { trainInSlices } from "../../src/runtime/local-models/train-in-slices.ts";
import { trainInThread } from "../../src/runtime/local-models/train-in-thread.ts";
import { createLocalTriage, type LocalTriage } from "../../src/runtime/local-triage.ts";
import { packDeskModel } from "../../src/triage/local/stored-model.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";

let db: TestDatabase;
let sql: SqlPool;
let userId: string;
let errors: string[];
let told: unknown[];

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  const [user] = await sql<{ id: string }[]>`
    insert into users (email, name, role) values ('ada@desk.example', 'Ada', 'moderator') returning id`;
  userId = user?.id ?? "";
});
afterAll(() => db.drop());
beforeEach(async () => {
  errors = [];
  told = [];
  await sql`truncate local_models`;
  await sql`truncate tickets cascade`;
});

const log = {
  debug: () => undefined,
  info: (...args: unknown[]) => told.push(args),
  warn: () => undefined,
  error: (_fields: unknown, message: string) => errors.push(message),
} as unknown as Log;

async function open(subject: string, text: string): Promise<string> {
  const { ticket } = await recordInbound(sql, SETTINGS, mail({ subject, text }));
  return ticket?.id ?? "";
}

/** Zebras are of no category of the built-in start; this desk calls them hardware. */
async function correctZebras(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const id = await open(`Zebra ${i}`, `The zebra in lane ${i} has swallowed the yellow stickers.`);
    await setCategoryByPerson(sql, id, userId, { was: null, became: "Hardware" });
    await setPriorityByPerson(sql, id, userId, { was: "medium", became: "high" });
  }
}

const rebuild = (always = false) => rebuildLocalModel({ sql, train: trainInSlices }, { always });
const openProcess = (): LocalTriage => createLocalTriage({ sql, log, train: trainInSlices });

async function triage(process: LocalTriage, title: string, text: string) {
  const input = { ticketId: "t", title, text, channel: "email" as const };
  return (await process.createClassifier().classify(input, await readDesk(sql))).triage;
}

describe("the desk's own model", () => {
  it("learns from corrections, and every running process follows it", async () => {
    const [one, other] = [openProcess(), openProcess()];
    const zebra = ["Zebra", "The zebra wants stickers"] as const;
    for (const process of [one, other]) {
      expect((await triage(process, ...zebra)).confidence).toBeLessThan(0.6);
    }
    await correctZebras(8);
    expect(await rebuild()).toMatchObject({ state: "stored", rows: 8 });
    for (const process of [one, other]) {
      const found = await triage(process, ...zebra);
      expect(found.category).toBe("Hardware");
      const quotes = found.evidence.filter(({ field }) => field === "category").map(({ quote }) => quote);
      expect(quotes.map((quote) => quote.toLowerCase())).toContain("zebra");
    }
  });

  it("is trained again after a further correction, and not when nothing is new", async () => {
    expect(await rebuild()).toMatchObject({ state: "unchanged" });
    await correctZebras(1);
    expect(await rebuild()).toMatchObject({ state: "stored" });
    expect(await rebuild()).toMatchObject({ state: "unchanged" });
    await correctZebras(1);
    expect(await rebuild()).toMatchObject({ state: "stored", rows: 2 });
    expect(await rebuild(true)).toMatchObject({ state: "stored", rows: 2 });
  });

  it("learns from tickets that were closed as they had been triaged, also where no model ever reads them, and from open ones not", async () => {
    const closed = await open("Turnstile", "The turnstile squeaks.");
    const opened = await open("Barrier", "The barrier squeaks.");
    await sql`update tickets set category = 'Hardware', provisional = true where id in (${closed}, ${opened})`;
    await sql`update tickets set status = 'closed' where id = ${closed}`;
    expect(await rebuild(true)).toMatchObject({ rows: 1 });
  });

  it("counts what there is to learn from as training does: each ticket once, and none that says nothing", async () => {
    const [corrected, both, closed, gone, status] = await Promise.all(
      ["A", "B", "C", "D", "E"].map((subject) => open(subject, "The barrier squeaks.")),
    );
    for (const id of [corrected, both]) {
      await setCategoryByPerson(sql, id ?? "", userId, { was: null, became: "Hardware" });
    }
    await sql`update tickets set category = 'Hardware', status = 'closed' where id in (${both ?? ""}, ${closed ?? ""})`;
    await sql`update tickets set category = null, person_changed = '{category}' where id = ${gone ?? ""}`;
    await sql`update tickets set person_changed = '{status}' where id = ${status ?? ""}`;
    const { rowCount } = await readLearningState(sql);
    expect(rowCount).toBe(3);
    expect(await rebuild(true)).toMatchObject({ rows: 3 });
  });

  it("is named by the tickets that it triaged, and by each process that takes it up", async () => {
    const process = openProcess();
    const input = { ticketId: "t", title: "Zebra", text: "zebra", channel: "email" as const };
    const ask = async () => (await process.createClassifier().classify(input, await readDesk(sql))).model;
    expect(await ask()).toBe("local-1, built-in start");
    await correctZebras(1);
    const { version } = await rebuild();
    for (let i = 0; i < 2; i++) expect(await ask()).toBe(`local-1, version ${version}`);
    expect(told).toEqual([[{ version }, expect.stringContaining("in use")]]);
  });

  it("is trained again after an update that no longer reads the stored form", async () => {
    await correctZebras(1);
    const { version } = await rebuild();
    await sql`update local_models set learned_from = regexp_replace(learned_from, '^[0-9]+', '0')`;
    expect(await rebuild()).toMatchObject({ state: "stored", version: (version ?? 0) + 1 });
  });

  it("sets priorities as this desk does, once it has decided enough of them", async () => {
    for (let i = 0; i < 20; i++) {
      const calm = await open(`Coffee ${i}`, `The coffee machine on floor ${i} is empty.`);
      await setPriorityByPerson(sql, calm, userId, { was: "medium", became: "low" });
    }
    await correctZebras(20);
    await rebuild();
    const process = openProcess();
    const found = await triage(process, "Zebra", "The zebra has swallowed stickers again");
    expect(found.priority).toBe("high");
    expect(found.guesses).not.toContain("priority");
    expect((await triage(process, "Coffee", "The coffee machine is empty")).priority).toBe("low");
  });

  it("keeps three versions", async () => {
    for (let i = 0; i < 5; i++) await rebuild(true);
    expect(await listStoredModels(sql)).toHaveLength(3);
  });

  it.each([
    ["no model at all", new TextEncoder().encode("broken")],
    ["empty", new Uint8Array()],
  ])("that is %s leaves the built-in start, with one word to the operator", async (_what, content) => {
    await insertModel(sql, { learnedFrom: "x", rowCount: 0, figures: {}, content });
    const process = openProcess();
    for (let i = 0; i < 2; i++) {
      expect((await triage(process, "Invoice", "We were charged twice on our invoice")).category).toBe(
        "Billing",
      );
    }
    expect(errors).toEqual([expect.stringContaining("deskhand model rebuild")]);
  });

  it("is not used for categories that it does not know", async () => {
    await correctZebras(2);
    await rebuild();
    const process = openProcess();
    await triage(process, "Zebra", "zebra");
    await sql`insert into categories (name, description, position) values ('Zebras', 'Zebras of any sort', 99)`;
    try {
      expect((await triage(process, "Zebra", "All zebras are gone")).category).toBe("Zebras");
    } finally {
      await sql`delete from categories where name = 'Zebras'`;
    }
  });
});

describe("training in a thread", () => {
  it("gives the same model as in slices, and says how far it is", async () => {
    const categories = [
      { name: "Hardware", description: "" },
      { name: "Forklifts", description: "Forks and batteries of forklifts" },
    ];
    const job = { categories, examples: [] };
    const heard: number[] = [];
    const threaded = await trainInThread(job, (done) => heard.push(done));
    expect(packDeskModel(threaded)).toEqual(packDeskModel(await trainInSlices(job)));
    expect(heard.length).toBeGreaterThan(3);
    expect(heard.every((done, i) => done >= (heard[i - 1] ?? 0) && done <= 1)).toBe(true);
  });
});

describe("similar solved tickets", () => {
  it("are those that read alike, before those that share more words of no weight", async () => {
    const close = await open("Printer jams", "Paper jams in the printers of floor two, tray three.");
    const far = await open(
      "Floor plan",
      "Please print the plan of floor two with tray tables and paper names.",
    );
    const own = await open("Printer jam", "The printer on floor two jams, paper is stuck in its tray.");
    await sql`update tickets set status = 'resolved' where id in (${close}, ${far})`;
    const process = openProcess();
    await process.warmUp((await readDesk(sql)).categories);
    const words = ["printer", "floor", "paper", "tray", "plan", "tables", "names"];
    const found = await findSimilarSolved(sql, own, words, 2, process.rankSimilar);
    expect(found.map(({ title }) => title)).toEqual(["Printer jams", "Floor plan"]);
    const byWords = await findSimilarSolved(sql, own, words, 2);
    expect(byWords.map(({ title }) => title)).toEqual(["Floor plan", "Printer jams"]);
  });

  it("are found among all tickets by a rare word, however old", async () => {
    const old = await open("Turbo encabulator", "The lunar waneshaft of the encabulator rattles.");
    await sql`update tickets set status = 'closed' where id = ${old}`;
    await sql`
      insert into tickets (title, description, status, channel, requester_id, closed_at)
      select 'Invoice ' || i, 'invoice of month ' || i, 'closed', 'email', requester_id, now()
      from tickets, generate_series(1, 3200) i where id = ${old}`;
    await sql`analyze tickets`;
    const own = await open("Encabulator again", "The waneshaft rattles.");
    const found = await findSimilarSolved(sql, own, ["encabulator", "waneshaft", "invoice"], 3);
    expect(found.map(({ title }) => title)).toEqual(["Turbo encabulator"]);
  });
});
