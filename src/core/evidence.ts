/** Does a cited quote stand in the message? And does the message try to give orders to the machine that reads it? */
import { readsLikeInstruction } from "./evidence-patterns.ts";
import type { Evidence } from "./triage.ts";

/** Quotes with fewer letters than this must stand between word boundaries: "vp" is not evidence in "mvp". */
const SHORT_QUOTE_LENGTH = 8;
const SUSPICIOUS_MAX = 5;
const SUSPICIOUS_LENGTH_MAX = 200;
const SCANNED_LENGTH_MAX = 200_000;

/**
 * Keeps the evidence whose quote stands in the title or the text, with case, white space, punctuation and
 * Unicode forms (NFKC) folded. A quote with no letter or digit is dropped.
 */
export function checkEvidence(
  evidence: Evidence[],
  message: { title: string; text: string },
): { kept: Evidence[]; dropped: Evidence[] } {
  const haystacks = [foldWords(message.title), foldWords(message.text)];
  const kept: Evidence[] = [];
  const dropped: Evidence[] = [];
  for (const one of evidence) {
    const quote = foldWords(one.quote);
    const stands = quote !== "" && haystacks.some((haystack) => standsIn(quote, haystack));
    (stands ? kept : dropped).push(one);
  }
  return { kept, dropped };
}

/** Words in lower case with one space between, without punctuation; signs that make a name (c++, c#) stay. */
function foldWords(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/\p{Cf}+/gu, "")
    .replace(/(?<=\p{L})[+#]+/gu, (signs) => signs.replace(/\+/g, "ₚ").replace(/#/g, "ₛ"))
    .replace(/[^\p{L}\p{M}\p{N}ₚₛ]+/gu, " ")
    .trim();
}

function standsIn(quote: string, haystack: string): boolean {
  const isShort = quote.length < SHORT_QUOTE_LENGTH && !isUnspaced(quote);
  if (isShort) return ` ${haystack} `.includes(` ${quote} `);
  return haystack.includes(quote);
}

/** Scripts that put no spaces between words: there is no word boundary to ask for. */
function isUnspaced(text: string): boolean {
  return /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u.test(
    text,
  );
}

/**
 * The sentences that read like instructions to a machine ("ignore all previous instructions", "you are now ..."), in
 * several languages, in the order of the text: at most 5, each cut to 200 characters. The text stays data either way;
 * this only tells the moderator.
 */
export function findSuspiciousInstructions(text: string): string[] {
  return [...new Set(separateInstructions(text).suspicious)].slice(0, SUSPICIOUS_MAX);
}

/**
 * Splits a text into what reads like instructions to a machine and the rest, in the order of the text. The rest is
 * NFKC without invisible signs; each suspicious sentence is one line of at most 200 characters. Looks at the first
 * 200,000 characters; what comes after is left out of both.
 */
export function separateInstructions(text: string): { rest: string; suspicious: string[] } {
  const readable = text
    .slice(0, SCANNED_LENGTH_MAX)
    .normalize("NFKC")
    .replace(/\p{Cf}+/gu, "");
  const pieces = readable.match(/[^.!?。！？\n]{1,400}[.!?。！？]?|[.!?。！？\n]/gu) ?? [];
  const isSuspicious = pieces.map((piece) => isInstruction(piece));
  markWrapped(pieces, isSuspicious);
  const suspicious = pieces.filter((_, index) => isSuspicious[index]).map(cutSentence);
  return { rest: pieces.filter((_, index) => !isSuspicious[index]).join(""), suspicious };
}

/** Sentences that were wrapped read as one: both lines are marked where they are suspicious together only. */
function markWrapped(pieces: string[], isSuspicious: boolean[]): void {
  for (let index = 0; index + 2 < pieces.length; index++) {
    if (pieces[index + 1] !== "\n" || isSuspicious[index] || isSuspicious[index + 2]) continue;
    if (!isInstruction(`${pieces[index]} ${pieces[index + 2]}`)) continue;
    isSuspicious[index] = true;
    isSuspicious[index + 2] = true;
  }
}

function isInstruction(piece: string): boolean {
  return piece.length >= 6 && readsLikeInstruction(piece.replace(/\s+/g, " ").trim());
}

function cutSentence(sentence: string): string {
  return Array.from(sentence.replace(/\s+/g, " ").trim()).slice(0, SUSPICIOUS_LENGTH_MAX).join("");
}
