/** The message without the sentences that give orders to the machine: what triage may draw conclusions from. */
import { findSuspiciousInstructions } from "../core/evidence.ts";
import type { TriageInput } from "../core/triage.ts";

/** Length that core looks at; what lies behind it is never read by a classifier either. */
const TEXT_LENGTH_MAX = 200_000;
const ROUNDS_MAX = 20;
const SUSPICIOUS_MAX = 10;

export interface HonestMessage {
  title: string;
  text: string;
  /** The sentences left out, at most 10. */
  suspicious: string[];
}

/** Splits a message into what it says and what reads like instructions to a machine. The order of the text stays. */
export function separateInstructions(input: Pick<TriageInput, "title" | "text">): HonestMessage {
  const title = separate(input.title);
  const text = separate(input.text.slice(0, TEXT_LENGTH_MAX));
  const suspicious = [...new Set([...title.suspicious, ...text.suspicious])].slice(0, SUSPICIOUS_MAX);
  return { title: title.rest, text: text.rest, suspicious };
}

/** One look finds a handful of sentences only, so look again until nothing is found. */
function separate(text: string): { rest: string; suspicious: string[] } {
  const suspicious: string[] = [];
  let rest = text;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = findSuspiciousInstructions(rest);
    if (found.length === 0) return { rest, suspicious };
    suspicious.push(...found);
    rest = removeSentences(rest, new Set(found));
  }
  // A text that is orders through and through says nothing that can be trusted.
  return { rest: "", suspicious };
}

/** Drops the sentences that begin with one of `found`, folded as core folds them. */
function removeSentences(text: string, found: Set<string>): string {
  const readable = text.normalize("NFKC").replace(/\p{Cf}+/gu, "");
  const pieces = readable.match(/[^.!?。！？\n]{1,400}[.!?。！？]?|[.!?。！？\n]/gu) ?? [];
  return pieces
    .filter((piece) => {
      const plain = piece.replace(/\s+/g, " ").trim();
      return plain === "" || !found.has(Array.from(plain).slice(0, 200).join(""));
    })
    .join("");
}
