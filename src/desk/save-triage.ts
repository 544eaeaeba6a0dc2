/** Keeps what a classifier said, and writes it to the ticket where no person has spoken. */
import type { TriageAttempt } from "../core/triage.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus, setTicketTriage } from "../db/tickets.ts";
import {
  addSuspicion,
  endProvisional,
  insertTriageAttempt,
  readTriageStanding,
} from "../db/triage-results.ts";
import { proposeSkills } from "./propose-skills.ts";

export interface SaveOptions {
  /** The model is to read it yet. Unless said: whatever the local classifier triaged. */
  provisional?: boolean;
  /**
   * What it may replace. `nothing`: only the first triage of a ticket is written. `provisional`: also what stands until
   * the model's comes, unless the ticket was closed with it. Unless said: whatever is there.
   */
  over?: "nothing" | "provisional" | "anything";
}

/**
 * What a person has set stays, however long the classifier thought: that is decided here, under the ticket's lock.
 * False where the ticket is gone, has what may not be replaced, or has the triage of this run.
 */
export async function saveTriage(
  sql: SqlPool,
  ticketId: string,
  runId: string,
  attempt: TriageAttempt,
  { provisional = attempt.source === "local", over = "anything" }: SaveOptions = {},
): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const ticket = await lockTicketStatus(tx, ticketId);
    if (!ticket) return false;
    const standing = over === "anything" ? "none" : await readTriageStanding(tx, ticketId);
    if (over === "nothing" && standing !== "none") return false;
    if (!(await insertTriageAttempt(tx, ticketId, runId, attempt))) return false;
    if (standing === "final" || (standing === "provisional" && ticket.status === "closed")) return false;
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
      provisional,
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

/** The model is not asked about this ticket again: what the local classifier said is its triage, with these flags. */
export async function keepLocalTriage(sql: SqlPool, ticketId: string, flags: string[]): Promise<void> {
  await inTransaction(sql, async (tx) => {
    if (!(await endProvisional(tx, ticketId))) return;
    if (flags.length > 0) await addSuspicion(tx, ticketId, flags);
    await addOutboxEvent(tx, "ticket/changed", { ticketId });
  });
}
