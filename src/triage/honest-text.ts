/** The message without the sentences that give orders to the machine: what triage may draw conclusions from. */
import { separateInstructions as separate } from "../core/instructions/find-instructions.ts";
import type { TriageInput } from "../core/triage.ts";

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
  const text = separate(input.text);
  const suspicious = [...new Set([...title.suspicious, ...text.suspicious])].slice(0, SUSPICIOUS_MAX);
  return { title: title.rest, text: text.rest, suspicious };
}
