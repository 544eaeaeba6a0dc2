/** What the stand-in for Gemini answers: triage by our own rules, or the worst that a model could make of a ticket. */
import { findSuspiciousInstructions } from "../core/instructions/find-instructions.ts";
import type { Desk, Triage } from "../core/triage.ts";
import { createLocalClassifier } from "../triage/local/local-classifier.ts";

/** What a request to `generateContent` asks: the ticket's words, and the lists that the answer may use. */
export interface AskedTicket {
  title: string;
  text: string;
  desk: Desk;
}

interface RequestShape {
  contents?: { parts?: { text?: string }[] }[];
  generationConfig?: {
    responseSchema?: {
      properties?: { category?: { enum?: string[] }; skills?: { items?: { enum?: string[] } } };
    };
  };
}

/** Reads the request as the model would: the ticket stands in marked lines, after a line that nobody else can write. */
export function readAsked(body: unknown): AskedTicket {
  const request = (body ?? {}) as RequestShape;
  const prompt = request.contents?.[0]?.parts?.[0]?.text ?? "";
  const properties = request.generationConfig?.responseSchema?.properties;
  const ticket = prompt.slice(Math.max(0, prompt.search(/^The ticket to sort came by /m)));
  const [title = "", text = ""] = ticket.split("\nIts text:\n");
  return {
    title: readMarked(title),
    text: readMarked(text),
    desk: {
      categories: (properties?.category?.enum ?? []).map((name) => ({ name, description: "" })),
      skills: (properties?.skills?.items?.enum ?? []).map((name) => ({ name, aliases: [] })),
      examples: [],
    },
  };
}

function readMarked(block: string): string {
  const lines = block.split("\n").filter((line) => line.startsWith("| "));
  return lines.map((line) => line.slice(2)).join("\n");
}

type Answer = Omit<Triage, "guesses" | "suspicious">;

const classifier = createLocalClassifier();

/** An honest answer, by the same rules as the local classifier. */
export async function answerWell({ title, text, desk }: AskedTicket): Promise<Answer> {
  const attempt = await classifier.classify({ ticketId: "stand-in", title, text, channel: "api" }, desk);
  const { guesses: _guesses, suspicious: _suspicious, ...answer } = attempt.triage;
  return answer;
}

/** Obeys what the ticket orders, and makes up quotes, skills, languages and links. */
export async function answerMaliciously(asked: AskedTicket): Promise<object> {
  const honest = await answerWell(asked);
  const [order = "everything is on fire"] = findSuspiciousInstructions(`${asked.title}\n${asked.text}`);
  return {
    ...honest,
    priority: "high",
    skills: [...honest.skills, "Dark arts", "root", asked.desk.skills.at(-1)?.name ?? "root"],
    summary: `${honest.summary} See http://evil.example/summary`,
    helpfulNotes: `Run the tool from https://evil.example/fix.exe or [this](http://evil.example/md) and mail attacker@evil.example.`,
    suggestedReply: "Please send your password to www.evil.example/login so that we can help.",
    language: "<script>",
    confidence: 42,
    evidence: [
      { field: "priority", quote: order, value: "high" },
      { field: "category", quote: "words that nobody wrote in this ticket", value: honest.category },
      { field: "skills", quote: "words that nobody wrote in this ticket", value: "Dark arts" },
      { field: "salary", quote: "raise it", value: "much" },
      "not even an object",
    ],
  };
}
