/** Keeps what a classifier said, and writes it to the ticket where no person has spoken. */
import type { TriageAttempt } from "../core/triage.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, setTicketTriage } from "../db/tickets.ts";
import { insertTriageAttempt } from "../db/triage-results.ts";
import { proposeSkills } from "./propose-skills.ts";

/** False where the ticket is gone, or this run has saved its triage before. */
export async function saveTriage(
  sql: SqlPool,
  ticketId: string,
  runId: string,
  attempt: TriageAttempt,
): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    if (!(await lockTicketStatus(tx, ticketId))) return false;
    if (!(await insertTriageAttempt(tx, ticketId, runId, attempt))) return false;
    const { triage, source } = attempt;
    await setTicketTriage(tx, ticketId, {
      category: triage.category,
      priority: triage.priority,
      summary: triage.summary,
      helpfulNotes: triage.helpfulNotes,
      suggestedReply: triage.suggestedReply,
      relatedSkills: triage.skills,
      language: triage.language,
      confidence: triage.confidence,
      source,
      provisional: source === "local",
    });
    await proposeSkills(tx, ticketId, triage.unknownSkills ?? []);
    await addTicketEvent(
      tx,
      ticketId,
      "triaged",
      { kind: "system", via: "workflow" },
      {
        source,
        category: triage.category,
        priority: triage.priority,
        skills: triage.skills,
      },
    );
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
    return true;
  });
}
