/** The shape that a model has to answer in, and the way from its answer to a triage that can be trusted. */
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import { checkEvidence, saysSomething } from "../core/evidence.ts";
import { normaliseSkill } from "../core/skills.ts";
import { PRIORITIES, type Priority } from "../core/ticket.ts";
import type { Desk, Evidence, EvidenceField, Triage } from "../core/triage.ts";
import { findGuesses } from "./guesses.ts";
import type { HonestMessage } from "./honest-text.ts";
import { type AllowedLinks, removeForeignLinks } from "./links.ts";
import { detectLanguage } from "./local/language.ts";
import { summarise } from "./local/summary.ts";

const SUMMARY_LENGTH_MAX = 300;
const NOTES_LENGTH_MAX = 2000;
const REPLY_LENGTH_MAX = 4000;
const QUOTE_LENGTH_MAX = 300;
const EVIDENCE_MAX = 30;
const SKILLS_MAX = 8;
const OTHER_SKILLS_MAX = 3;
const OTHER_SKILL_LENGTH_MAX = 40;
/** More names than this make the schema too large for the model's constrained decoding; they are checked afterwards. */
const ENUM_SIZE_MAX = 150;
/** How sure a category can be that no words of the message speak for. */
const GUESS_CONFIDENCE_MAX = 0.4;

const EVIDENCE_FIELDS = ["category", "priority", "skills", "helpfulNotes"] as const satisfies EvidenceField[];

/** The part of OpenAPI's schema that Gemini understands. https://ai.google.dev/api/caching#Schema */
export interface ResponseSchema {
  type: "object" | "array" | "string" | "number";
  description?: string;
  format?: "enum";
  enum?: string[];
  items?: ResponseSchema;
  properties?: Record<string, ResponseSchema>;
  required?: string[];
  propertyOrdering?: string[];
}

/** What Gemini is asked to answer with: the desk's own categories and skills are the only ones that it can name. */
export function buildResponseSchema(desk: Desk): ResponseSchema {
  const text: ResponseSchema = { type: "string" };
  const properties: Record<string, ResponseSchema> = {
    language: { type: "string", description: "ISO 639-1" },
    summary: text,
    category: oneOf(desk.categories.map(({ name }) => name)),
    priority: oneOf([...PRIORITIES]),
    skills: { type: "array", items: oneOf(desk.skills.map(({ name }) => name)) },
    otherSkills: { type: "array", items: text },
    helpfulNotes: text,
    suggestedReply: text,
    confidence: { type: "number", description: "0 to 1" },
    evidence: {
      type: "array",
      items: {
        type: "object",
        properties: { field: oneOf([...EVIDENCE_FIELDS]), quote: text, value: text },
        required: ["field", "quote", "value"],
      },
    },
  };
  const names = Object.keys(properties);
  return { type: "object", properties, required: names, propertyOrdering: names };
}

function oneOf(values: string[]): ResponseSchema {
  const fits = values.length > 0 && values.length <= ENUM_SIZE_MAX;
  return fits ? { type: "string", format: "enum", enum: values } : { type: "string" };
}

/** Lenient where a value can be made good, strict where the triage would be worthless without it. */
const answerSchema = z.object({
  category: z.string(),
  priority: z.string(),
  summary: z.string().catch(""),
  skills: z.array(z.unknown()).catch([]),
  otherSkills: z.array(z.unknown()).catch([]),
  helpfulNotes: z.string().catch(""),
  suggestedReply: z.string().catch(""),
  language: z.string().catch(""),
  confidence: z.coerce.number().catch(0),
  evidence: z.array(z.unknown()).catch([]),
});

const evidenceSchema = z.object({ field: z.enum(EVIDENCE_FIELDS), quote: z.string(), value: z.string() });

type Answer = z.infer<typeof answerSchema>;

/**
 * Makes a triage of what a model answered about `message`, the honest part of a ticket. Category and priority must be
 * the desk's, or it rejects with an AppError `unavailable`: the answer is worth nothing. All else is repaired: skills
 * outside the list, quotes that do not stand in the message or say nothing, and links that are not allowed are dropped.
 * What no quote supports is named as a guess: a category then counts as little sure, and a priority cannot be high.
 */
export function toTriage(raw: unknown, message: HonestMessage, desk: Desk, links: AllowedLinks): Triage {
  const parsed = answerSchema.safeParse(raw);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") || "the whole answer";
    throw nonsense(`the answer has not the agreed shape: ${where}`);
  }
  const answer = parsed.data;
  const category = matchCategory(answer.category, desk);
  const priority = matchPriority(answer.priority);
  const evidence = keepHonestEvidence(answer, { category, priority }, message, desk, links);
  const isSuspicious = message.suspicious.length > 0;
  // A guess in the presence of orders may be theirs: the local classifier's, of the honest words, is better.
  if (isSuspicious && !isCited(evidence, "category")) throw nonsense("no honest words support its category");
  const labels = {
    category,
    priority: settlePriority(priority, evidence, isSuspicious),
    skills: settleSkills(answer, evidence, isSuspicious, desk),
    helpfulNotes: settleNotes(answer, evidence, isSuspicious, links),
    evidence,
  };
  const guesses = findGuesses(labels);
  const unknownSkills = findUnknownSkills(
    [...answer.skills, ...answer.otherSkills.slice(0, OTHER_SKILLS_MAX)],
    message,
    desk,
  );
  return {
    ...labels,
    ...(unknownSkills.length === 0 ? {} : { unknownSkills }),
    summary: cleanText(answer.summary, SUMMARY_LENGTH_MAX, links).replace(/\s+/gu, " ") || summarise(message),
    // A draft under the influence of orders in the message is not worth the risk.
    suggestedReply: isSuspicious ? "" : cleanText(answer.suggestedReply, REPLY_LENGTH_MAX, links),
    language: matchLanguage(answer.language) ?? detectLanguage(`${message.title}\n${message.text}`),
    confidence: settleConfidence(answer.confidence, guesses),
    guesses,
    suspicious: message.suspicious,
  };
}

function settleConfidence(said: number, guesses: EvidenceField[]): number {
  const most = guesses.includes("category") ? GUESS_CONFIDENCE_MAX : 1;
  return Math.min(most, Math.max(0, Number.isFinite(said) ? said : 0));
}

function nonsense(reason: string): AppError {
  return new AppError("unavailable", `The model answered nonsense: ${reason}.`);
}

function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function matchCategory(name: string, desk: Desk): string {
  const exact = desk.categories.find((category) => category.name === name);
  const found = exact ?? desk.categories.find((category) => fold(category.name) === fold(name));
  if (found === undefined) throw nonsense("it names a category that the desk does not have");
  return found.name;
}

function matchPriority(name: string): Priority {
  const found = PRIORITIES.find((priority) => priority === fold(name));
  if (found === undefined) throw nonsense("its priority is not one of low, medium, high");
  return found;
}

function matchLanguage(code: string): string | null {
  const primary = code.trim().toLowerCase().split(/[-_]/)[0] ?? "";
  return /^[a-z]{2}$/.test(primary) || primary === "und" ? primary : null;
}

/** The desk's own names for the skills that were answered, each once; others are dropped. */
function matchSkills(names: unknown[], desk: Desk): string[] {
  const canonical = new Map<string, string>();
  for (const { name, aliases } of desk.skills) {
    for (const alias of [name, ...aliases]) {
      if (!canonical.has(normaliseSkill(alias))) canonical.set(normaliseSkill(alias), name);
    }
  }
  const found = names.flatMap((name) => {
    const skill = typeof name === "string" ? canonical.get(normaliseSkill(name)) : undefined;
    return skill === undefined ? [] : [skill];
  });
  return [...new Set(found)].slice(0, SKILLS_MAX);
}

/** Names of skills that the desk does not have and the message does: for an admin to decide on. Never of a message with orders. */
function findUnknownSkills(names: unknown[], message: HonestMessage, desk: Desk): string[] {
  if (message.suspicious.length > 0) return [];
  const words = ` ${fold(`${message.title}\n${message.text}`)} `;
  const unknown = names.filter(
    (name): name is string =>
      typeof name === "string" &&
      name.length <= OTHER_SKILL_LENGTH_MAX &&
      normaliseSkill(name) !== "" &&
      matchSkills([name], desk).length === 0 &&
      words.includes(` ${fold(name)} `),
  );
  return [...new Set(unknown)].slice(0, SKILLS_MAX);
}

/** Quotes that stand in the honest part of the message and speak for a label that was given. */
function keepHonestEvidence(
  answer: Answer,
  { category, priority }: { category: string; priority: Priority },
  message: HonestMessage,
  desk: Desk,
  links: AllowedLinks,
): Evidence[] {
  const skills = new Set(matchSkills(answer.skills, desk));
  const given = answer.evidence.slice(0, EVIDENCE_MAX).flatMap((one): Evidence[] => {
    const parsed = evidenceSchema.safeParse(one);
    if (!parsed.success || parsed.data.quote.length > QUOTE_LENGTH_MAX) return [];
    const { field, quote, value } = parsed.data;
    if (!saysSomething(quote)) return [];
    switch (field) {
      case "category":
        return fold(value) === fold(category) ? [{ field, quote, value: category }] : [];
      case "priority":
        return fold(value) === priority ? [{ field, quote, value: priority }] : [];
      case "skills": {
        const [skill] = matchSkills([value], desk);
        return skill !== undefined && skills.has(skill) ? [{ field, quote, value: skill }] : [];
      }
      default:
        return [{ field, quote, value: cleanText(value, QUOTE_LENGTH_MAX, links) }];
    }
  });
  return checkEvidence(given, message).kept;
}

function isCited(evidence: Evidence[], field: EvidenceField): boolean {
  return evidence.some((one) => one.field === field);
}

/**
 * High without a quote is nobody's word; so is any priority in a message that gives orders to the machine, which may as
 * well have wanted it low.
 */
function settlePriority(priority: Priority, evidence: Evidence[], isSuspicious: boolean): Priority {
  if (isCited(evidence, "priority")) return priority;
  return priority === "high" || isSuspicious ? "medium" : priority;
}

/** Where some skills are cited, those that are not are dropped; where none is, they stay as a guess. */
function settleSkills(answer: Answer, evidence: Evidence[], isSuspicious: boolean, desk: Desk): string[] {
  const skills = matchSkills(answer.skills, desk);
  if (!isSuspicious && !isCited(evidence, "skills")) return skills;
  const cited = new Set(evidence.filter(({ field }) => field === "skills").map(({ value }) => value));
  return skills.filter((skill) => cited.has(skill));
}

function settleNotes(
  answer: Answer,
  evidence: Evidence[],
  isSuspicious: boolean,
  links: AllowedLinks,
): string {
  if (isSuspicious && !isCited(evidence, "helpfulNotes")) return "";
  return cleanText(answer.helpfulNotes, NOTES_LENGTH_MAX, links);
}

/** Without control and invisible characters, without links of the model's own, cut to a length. */
function cleanText(text: string, lengthMax: number, links: AllowedLinks): string {
  const visible = text
    .slice(0, lengthMax * 4)
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]|[^\P{Cf}\u200d]/gu, "");
  const safe = removeForeignLinks(visible, links).trim();
  const characters = Array.from(safe);
  return characters.length <= lengthMax
    ? safe
    : `${characters
        .slice(0, lengthMax - 1)
        .join("")
        .trimEnd()}…`;
}
