/** Does an answer give away what it was told in confidence: the instructions, their code, other people's tickets? */
import { foldWords } from "../core/evidence.ts";
import type { HonestMessage } from "./honest-text.ts";

/** So many words in a row are no chance: a sentence was copied. */
const COPIED_WORDS = 8;
/** In scripts without spaces a run of this many characters. */
const COPIED_SIGNS = 24;
const CODE_PART_LENGTH = 8;

/** True where the answer holds the code of the system instruction, or half of it, however it is spaced or turned round. */
export function holdsCode(answer: string, code: string): boolean {
  const signs = answer.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
  const wanted = code.toLowerCase();
  const turned = Array.from(wanted).reverse().join("");
  const encoded = btoa(code).replace(/=+$/u, "").toLowerCase();
  return [...partsOf(wanted), ...partsOf(turned), encoded.slice(0, 12)].some((part) => signs.includes(part));
}

function partsOf(code: string): string[] {
  const count = Math.max(1, code.length - CODE_PART_LENGTH + 1);
  return Array.from({ length: count }, (_, start) => code.slice(start, start + CODE_PART_LENGTH));
}

/** True where `written` copies a sentence of `source` that does not stand in `own` as well. */
export function copiesFrom(written: string, source: string, own: string): boolean {
  const ours = foldWords(own);
  const theirs = foldWords(source);
  return runsOf(foldWords(written)).some((run) => theirs.includes(run) && !ours.includes(run));
}

function runsOf(folded: string): string[] {
  const words = folded.split(" ");
  const runs: string[] = [];
  for (let start = 0; start + COPIED_WORDS <= words.length; start++) {
    runs.push(words.slice(start, start + COPIED_WORDS).join(" "));
  }
  for (const word of words) {
    for (let start = 0; start + COPIED_SIGNS <= word.length; start += 4) {
      runs.push(word.slice(start, start + COPIED_SIGNS));
    }
  }
  return runs;
}

/** What a model was told besides the ticket. */
export interface Told {
  rules: string;
  /** Texts of other tickets. */
  others: readonly string[];
}

/** `leak` for an answer that copies its rules; else the answer, with blanks where it copies another ticket. */
export function dropCopies(
  answer: unknown,
  { rules, others }: Told,
  message: HonestMessage,
): unknown | "leak" {
  if (typeof answer !== "object" || answer === null) return answer;
  const own = `${message.title}\n${message.text}`;
  const cleaned: Record<string, unknown> = { ...answer };
  for (const name of ["summary", "helpfulNotes", "suggestedReply"]) {
    const written = cleaned[name];
    if (typeof written !== "string") continue;
    if (copiesFrom(written, rules, own)) return "leak";
    if (others.some((other) => copiesFrom(written, other, own))) cleaned[name] = "";
  }
  return cleaned;
}

/** 16 letters and digits, of 80 bits. */
export function drawCode(): string {
  const letters = "abcdefghjkmnpqrstvwxyz0123456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => letters[byte % 32]).join("");
}
