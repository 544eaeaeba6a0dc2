/** Gives tickets their first triage, in time and until the model's comes: what stands there already stays. */
import { inTransaction, type SqlPool } from "../db/client.ts";
import { type FirstTriage, writeFirstTriages } from "../db/first-triages.ts";
import { addOutboxEvents } from "../db/outbox.ts";
import { addTicketEvents } from "../db/ticket-events.ts";

/** Resolves to how many were written. With `waits`, a ticket that somebody is changing is waited for; else left out. */
export async function saveFirstTriages(
  sql: SqlPool,
  firsts: readonly FirstTriage[],
  options: { waits: boolean },
): Promise<number> {
  if (firsts.length === 0) return 0;
  return inTransaction(sql, async (tx) => {
    const written = new Set(await writeFirstTriages(tx, firsts, options));
    const saved = firsts.filter(({ ticketId }) => written.has(ticketId));
    if (saved.length === 0) return 0;
    await addTicketEvents(
      tx,
      saved.map(({ ticketId, attempt: { source, triage } }) => ({
        ticketId,
        type: "triaged" as const,
        actor: { kind: "system" as const, via: "workflow" as const },
        data: { source, category: triage.category, priority: triage.priority, skills: triage.skills },
      })),
    );
    await addOutboxEvents(
      tx,
      saved.map(({ ticketId }) => ({ name: "ticket/changed" as const, data: { ticketId } })),
    );
    return saved.length;
  });
}
