/** Which labels of a triage stand without a quote? Said with every triage, whoever made it. */
import type { EvidenceField, Triage } from "../core/triage.ts";

/** The fields that carry a value which no quote supports, in a fixed order. */
export function findGuesses(
  triage: Pick<Triage, "category" | "priority" | "skills" | "helpfulNotes" | "evidence">,
): EvidenceField[] {
  const cited = new Set(triage.evidence.map(({ field }) => field));
  const filled: EvidenceField[] = ["category", "priority"];
  if (triage.skills.length > 0) filled.push("skills");
  if (triage.helpfulNotes !== "") filled.push("helpfulNotes");
  return filled.filter((field) => !cited.has(field));
}
