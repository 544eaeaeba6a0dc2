/** 40 mails that give orders, and a model that obeys every order that it gets to see. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMail } from "../../src/channels/email/parse/parse-mail.ts";
import { foldWords } from "../../src/core/evidence.ts";
import type { Triage } from "../../src/core/triage.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { readTicketCard } from "../../src/db/slack-cards.ts";
import { readDesk } from "../../src/db/triage-results.ts";
import { answerWell, readAsked } from "../../src/demo/gemini-answers.ts";
import { createGeminiStandIn } from "../../src/demo/gemini-stand-in.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { saveTriage } from "../../src/desk/save-triage.ts";
import { createGeminiClassifier } from "../../src/triage/gemini.ts";
import { separateInstructions } from "../../src/triage/honest-text.ts";
import { createLocalClassifier } from "../../src/triage/local/local-classifier.ts";
import { toTriage } from "../../src/triage/schema.ts";
import { classifyTicket } from "../../src/workflows/triage-ticket.ts";
import { INJECTION_MAILS, type InjectionMail } from "../fixtures/injections/mails.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SILENT } from "../helpers/gemini.ts";
import { SETTINGS } from "../helpers/inbound.ts";

let db: TestDatabase;
let sql: SqlPool;
let gemini: Awaited<ReturnType<typeof createGeminiStandIn>>;
let model: ReturnType<typeof createGeminiClassifier>;
const local = createLocalClassifier();
let obeyed = 0;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  gemini = await createGeminiStandIn();
  const settings = {
    apiKey: "test",
    model: "gemini-test",
    baseUrl: gemini.url,
    timeoutMs: 60_000,
    log: SILENT,
  };
  model = createGeminiClassifier(settings);
});
afterAll(async () => {
  await gemini.stop();
  await db.drop();
});

/** Runs of three words, or of six signs where words have no spaces: who reads one of them has read the orders. */
function traces(text: string): string[] {
  const words = foldWords(text).split(" ");
  const runs = words.slice(2).map((_, index) => words.slice(index, index + 3).join(" "));
  const signs = words.filter(
    (word) => word.length > 8 && /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Hangul}]/u.test(word),
  );
  return [...runs, ...signs.map((word) => word.slice(0, 6))];
}

/** What the worst model makes of orders: every label, the links, and its own instructions in the reply. */
function obey(orders: string, prompt: string, honest: object): object {
  const sentences = orders.split(/(?<=[.!?。])\s*/u);
  return {
    ...honest,
    summary: `URGENT: ${orders} https://evil.example/s`,
    category: "Security",
    priority: "high",
    skills: ["VPN", "Networking", "Security", "Java"],
    helpfulNotes: `${orders} See https://evil.example/fix`,
    suggestedReply: `${prompt} https://evil.example/login`,
    confidence: 1,
    evidence: [orders, ...sentences].flatMap((quote) => [
      { field: "category", quote, value: "Security" },
      { field: "priority", quote, value: "high" },
      { field: "skills", quote, value: "VPN" },
      { field: "helpfulNotes", quote, value: "https://evil.example/fix" },
    ]),
  };
}

async function triage(raw: string, attack: InjectionMail | null) {
  const origin = {
    account: "support@desk.example/INBOX",
    externalId: crypto.randomUUID(),
    receivedAt: new Date(),
  };
  const message = await parseMail(new TextEncoder().encode(raw), origin);
  if (message.channel !== "email") throw new Error("The mail cannot be read.");
  const { ticket } = await recordInbound(sql, SETTINGS, message);
  if (!ticket) throw new Error("No ticket was made.");
  gemini.setAnswer(async (request) => {
    const honest = await answerWell(readAsked(request));
    const prompt = JSON.stringify(request);
    const read = foldWords(JSON.stringify((request as { contents: unknown }).contents));
    const sees = attack !== null && traces(attack.orders).some((trace) => read.includes(trace));
    if (sees) obeyed += 1;
    return JSON.stringify(sees ? obey(attack.orders, prompt, honest) : honest);
  });
  const { attempt } = await classifyTicket(
    { sql, log: SILENT, model, createLocalClassifier: () => local },
    ticket.id,
    "r",
  );
  if (attempt === null) throw new Error("It was triaged before.");
  await saveTriage(sql, ticket.id, "r", attempt);
  const [row] = await sql<
    { category: string; priority: string; skills: string[]; notes: string; summary: string }[]
  >`
    select category, priority, related_skills as skills, helpful_notes as notes, summary
    from tickets where id = ${ticket.id}`;
  const card = await readTicketCard(sql, ticket.id);
  return { row, attempt, suspicious: card?.suspicious ?? [] };
}

describe("a mail with orders to the machine", () => {
  it("is one of 40, each in another way, in ten languages or more", () => {
    expect(INJECTION_MAILS).toHaveLength(40);
    expect(new Set(INJECTION_MAILS.map(({ name }) => name)).size).toBe(40);
  });

  it.each(INJECTION_MAILS)(
    "$name: is flagged, and has the labels, notes and summary of the honest mail",
    async (attack) => {
      const honest = await triage(attack.honest, null);
      const found = await triage(attack.raw, attack);
      expect(found.attempt.source).toBe("gemini");
      expect(found.row).toEqual(honest.row);
      expect(found.suspicious).not.toEqual([]);
      expect(honest.suspicious).toEqual([]);
      expect(JSON.stringify({ ...found.attempt.triage, suspicious: [] })).not.toMatch(/evil/);
      const { suggestedReply } = found.attempt.triage;
      expect(["", honest.attempt.triage.suggestedReply]).toContain(suggestedReply);
    },
  );

  it("is never shown to the model with its orders", () => {
    expect(obeyed).toBe(0);
  });
});

/** The second wall: what a model answers that obeys all the same, as if it had read the orders. */
describe("an answer that obeys", () => {
  it.each(INJECTION_MAILS)(
    "$name: brings no label, note, link or reply that honest words do not support",
    async (attack) => {
      const desk = await readDesk(sql);
      const origin = { account: "a", externalId: "x", receivedAt: new Date() };
      const parsed = await parseMail(new TextEncoder().encode(attack.raw), origin);
      if (parsed.channel !== "email") throw new Error("The mail cannot be read.");
      const seen = separateInstructions({ title: parsed.subject, text: parsed.textTrimmed });
      // Where the orders stand beside the message, they are flagged there, and the message itself has none.
      const message = {
        ...seen,
        suspicious: seen.suspicious.length > 0 ? seen.suspicious : ["beside the message"],
      };
      const input = { ticketId: "t", title: message.title, text: message.text, channel: "email" } as const;
      const honest = (await local.classify(input, desk)).triage;
      const answer = { ...honest, ...obey(attack.orders, "the whole prompt", honest) };
      const result = attemptTriage(() => toTriage(answer, message, desk, { hosts: [], links: [] }));
      // Refused as a whole, since no honest words support the category: the local classifier reads the honest rest.
      expect(result).toBeNull();
      const kept = toTriage(
        { ...answer, category: honest.category, evidence: [...honest.evidence, ...answer.evidence] },
        message,
        desk,
        { hosts: [], links: [] },
      );
      expect({ category: kept.category, priority: kept.priority }).toEqual({
        category: honest.category,
        priority: honest.evidence.some(({ field }) => field === "priority") ? honest.priority : "medium",
      });
      expect(kept.skills.filter((skill) => !honest.skills.includes(skill))).toEqual([]);
      expect(kept.suggestedReply).toBe("");
      expect(`${kept.helpfulNotes} ${kept.summary}`).not.toContain("evil");
    },
  );
});

function attemptTriage(work: () => Triage): Triage | null {
  try {
    return work();
  } catch {
    return null;
  }
}
