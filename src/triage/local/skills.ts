/** Which of the desk's skills does a message name? Exactly: "Java" is not in "JavaScript", "C" not in "C++". */
import { normaliseSkill } from "../../core/skills.ts";
import type { Desk } from "../../core/triage.ts";

export interface SkillsFound {
  /** Canonical names, in the order in which the message names them. */
  skills: string[];
  /** The words that name each skill; empty for a guess from the category. */
  quotes: { skill: string; quote: string }[];
}

const READ_LENGTH_MAX = 20_000;
const SKILLS_MAX = 6;
/** A name such as "Hardware repair" or "C++": signs belong to it, spaces and hyphens may come between. */
const CHUNK =
  /[.]?(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}])[\p{L}\p{N}]\p{M}*)+(?:[.'’](?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}])[\p{L}\p{N}])+)*(?:\+\+|[+#](?![\p{L}\p{N}]))?/gu;
const PHRASE_WORDS_MAX = 3;

/**
 * Skills named in the text by name or alias. A name that only tells which thing is concerned ("my laptop was stolen")
 * is left out: it is the usual skill of a category that the ticket is not in. Where nothing is left, the category
 * suggests a skill (from the desk's own list only), without a quote: that is a guess, and whoever shows it says so.
 * `categories` are those that the ticket may be in, the likeliest first.
 */
export function findSkills(
  message: { title: string; text: string },
  categories: string[],
  desk: Pick<Desk, "skills">,
): SkillsFound {
  const names = indexNames(desk);
  const elsewhere = skillsOfOtherCategories(categories, names);
  const quotes = new Map<string, string>();
  for (const part of [message.title, message.text.slice(0, READ_LENGTH_MAX)]) {
    for (const { skill, quote } of [...findNames(part, names), ...findUnspacedNames(part, names)]) {
      if (!quotes.has(skill) && !elsewhere.has(skill)) quotes.set(skill, quote);
    }
  }
  if (quotes.size > 0) {
    const found = [...quotes].slice(0, SKILLS_MAX).map(([skill, quote]) => ({ skill, quote }));
    return { skills: found.map(({ skill }) => skill), quotes: found };
  }
  return { skills: suggestSkills(categories[0] ?? "", names), quotes: [] };
}

function indexNames(desk: Pick<Desk, "skills">): Map<string, string> {
  const names = new Map<string, string>();
  for (const { name, aliases } of desk.skills) {
    for (const written of [name, ...aliases]) {
      const normalised = normaliseSkill(written);
      if (normalised !== "" && !names.has(normalised)) names.set(normalised, name);
    }
  }
  return names;
}

interface Chunk {
  text: string;
  start: number;
  end: number;
}

/** Looks at runs of one to three words; the longest name wins, so "Node.js" is not also "JS". */
function findNames(text: string, names: Map<string, string>): { skill: string; quote: string }[] {
  const chunks: Chunk[] = Array.from(text.matchAll(CHUNK), (match) => trimDot(match[0], match.index));
  const found: { skill: string; quote: string }[] = [];
  let next = 0;
  while (next < chunks.length) {
    const hit = longestName(text, chunks, next, names);
    if (hit !== null) found.push({ skill: hit.skill, quote: hit.quote });
    next += hit?.words ?? 1;
  }
  return found;
}

/** Names in scripts without spaces have no word boundaries to ask for. */
function findUnspacedNames(text: string, names: Map<string, string>): { skill: string; quote: string }[] {
  return [...names]
    .filter(([name]) => name.length > 1 && UNSPACED.test(name) && text.includes(name))
    .map(([name, skill]) => ({ skill, quote: name }));
}

const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u;

/** The dot of ".NET" belongs to the name; the dot of "end.The" does not. */
function trimDot(text: string, start: number): Chunk {
  const keeps = !text.startsWith(".") || /^\.net$/i.test(text);
  return keeps
    ? { text, start, end: start + text.length }
    : { text: text.slice(1), start: start + 1, end: start + text.length };
}

function longestName(
  text: string,
  chunks: Chunk[],
  from: number,
  names: Map<string, string>,
): { skill: string; quote: string; words: number } | null {
  for (let words = Math.min(PHRASE_WORDS_MAX, chunks.length - from); words >= 1; words--) {
    const first = chunks[from] as Chunk;
    const last = chunks[from + words - 1] as Chunk;
    const quote = text.slice(first.start, last.end);
    if (words > 1 && !areNeighbours(text, chunks, from, words)) continue;
    const skill = names.get(normaliseSkill(quote)) ?? (words === 1 ? singular(first.text, names) : undefined);
    if (skill !== undefined && isMeant(quote)) return { skill, quote, words };
  }
  return null;
}

function areNeighbours(text: string, chunks: Chunk[], from: number, words: number): boolean {
  for (let i = from; i < from + words - 1; i++) {
    const between = text.slice((chunks[i] as Chunk).end, (chunks[i + 1] as Chunk).start);
    if (!/^[ \t-]{1,2}$/.test(between)) return false;
  }
  return true;
}

/** "laptops" and "printers" name the skill whose alias is "laptop"; short names such as "ts" have no plural. */
function singular(word: string, names: Map<string, string>): string | undefined {
  return word.length > 4 && /[^s]s$/i.test(word) ? names.get(normaliseSkill(word.slice(0, -1))) : undefined;
}

/** Names of one letter, and names that are everyday words in lower case, count only as they are written by people who mean them. */
function isMeant(quote: string): boolean {
  if (/^\p{L}$/u.test(quote)) return /^\p{Lu}$/u.test(quote) && quote !== "I" && quote !== "A";
  return !EVERYDAY.has(quote);
}

const EVERYDAY = new Set([
  "go",
  "rest",
  "node",
  "teams",
  "accounts",
  "entra",
  "swift",
  "rust",
  "excel",
  "word",
  "access",
  "spring",
]);

/** What a category of the start usually needs, best first; only skills that the desk has are suggested. */
const USUAL_SKILLS: Record<string, string[]> = {
  accessaccounts: ["identity"],
  hardware: ["hardwarerepair", "hardware"],
  software: ["windows", "microsoft365", "macos"],
  network: ["networking", "network", "vpn"],
  emailcalendar: ["microsoft365", "googleworkspace", "email"],
  billing: ["billing"],
  product: ["api", "product"],
  security: ["security"],
};

/** Skills that are usual for some category of the start, but for none of `categories`. */
function skillsOfOtherCategories(categories: string[], names: Map<string, string>): Set<string> {
  const here = new Set(categories.map(normaliseSkill));
  const skillsOf = (wanted: boolean) =>
    Object.entries(USUAL_SKILLS)
      .filter(([category]) => here.has(category) === wanted)
      .flatMap(([, skills]) => skills.map((skill) => names.get(skill) ?? ""));
  const usualHere = new Set(skillsOf(true));
  // A desk with categories of its own: nothing is known about what belongs where.
  if (usualHere.size === 0) return new Set();
  return new Set(skillsOf(false).filter((skill) => skill !== "" && !usualHere.has(skill)));
}

function suggestSkills(category: string, names: Map<string, string>): string[] {
  const normalised = normaliseSkill(category);
  const named = names.get(normalised);
  if (named !== undefined) return [named];
  const usual = (USUAL_SKILLS[normalised] ?? []).map((skill) => names.get(skill));
  const first = usual.find((skill) => skill !== undefined);
  return first === undefined ? [] : [first];
}
