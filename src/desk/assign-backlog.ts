/** Goes through all open tickets that nobody has, the most urgent first, and assigns those that somebody can take now. */
import { type BacklogPosition, listBacklog } from "../db/assignments.ts";
import type { Sql } from "../db/client.ts";
import { assignTickets } from "./assign-tickets.ts";

const TOGETHER = 200;
const TICKETS_MAX = 10_000;

export async function assignBacklog(sql: Sql, now: Date): Promise<{ assigned: number; waiting: number }> {
  let assigned = 0;
  let seen = 0;
  let after: BacklogPosition | null = null;
  while (seen < TICKETS_MAX) {
    const page: BacklogPosition[] = await listBacklog(sql, after, TOGETHER);
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
