/** Goes through all open tickets that nobody has, the most urgent first, and assigns those that somebody can take now. */
import { type BacklogPosition, listBacklog } from "../db/assignments.ts";
import type { Sql } from "../db/client.ts";
import { assignTickets } from "./assign-tickets.ts";

const TOGETHER = 200;
const TICKETS_MAX = 10_000;
/** A ticket is given away without a triage only where that has not come for so long: its run may be dead. */
const TRIAGE_PATIENCE_MS = 10 * 60_000;

export async function assignBacklog(sql: Sql, now: Date): Promise<{ assigned: number; waiting: number }> {
  const triageDueBefore = new Date(now.getTime() - TRIAGE_PATIENCE_MS);
  let assigned = 0;
  let seen = 0;
  let after: BacklogPosition | null = null;
  while (seen < TICKETS_MAX) {
    const page: BacklogPosition[] = await listBacklog(sql, { after, triageDueBefore, limit: TOGETHER });
    if (page.length === 0) break;
    const outcomes = await assignTickets(
      sql,
      page.map(({ id }) => id),
      now,
    );
    assigned += outcomes.filter(({ state }) => state === "assigned").length;
    seen += page.length;
    after = page.at(-1) ?? null;
    if (page.length < TOGETHER) break;
  }
  return { assigned, waiting: seen - assigned };
}
