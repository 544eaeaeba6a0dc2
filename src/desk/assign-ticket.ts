/** Assigns one ticket; those that are asked for while another assignment is under way go together in the next. */
import { isConnectionFailure, type SqlPool } from "../db/client.ts";
import { type AssignmentOutcome, assignTickets } from "./assign-tickets.ts";

const TOGETHER_MAX = 200;

interface Waiting {
  ticketId: string;
  now: Date;
  resolve(outcome: AssignmentOutcome): void;
  reject(error: unknown): void;
}

/**
 * One queue for each pool, and gone with it. Without it, each of a thousand tickets that arrive at once would hold a
 * connection while it waits for the lock, and keep intake and answers from theirs.
 */
const queues = new WeakMap<SqlPool, Waiting[]>();

export function assignTicket(
  sql: SqlPool,
  ticketId: string,
  now: Date = new Date(),
): Promise<AssignmentOutcome> {
  return new Promise((resolve, reject) => {
    const one = { ticketId, now, resolve, reject };
    const queue = queues.get(sql);
    if (queue !== undefined) queue.push(one);
    else {
      queues.set(sql, [one]);
      void work(sql);
    }
  });
}

/** Until nobody waits. Never rejects: each of the waiting hears of its own failure. */
async function work(sql: SqlPool): Promise<void> {
  for (;;) {
    const together = queues.get(sql)?.splice(0, TOGETHER_MAX) ?? [];
    if (together.length === 0) {
      queues.delete(sql);
      return;
    }
    await assignTogether(sql, together);
  }
}

/** A ticket that cannot be assigned must not keep the others from it: after a failure each is tried by itself. */
async function assignTogether(sql: SqlPool, together: readonly Waiting[]): Promise<void> {
  try {
    const ids = [...new Set(together.map(({ ticketId }) => ticketId))];
    const now = new Date(Math.max(...together.map((one) => one.now.getTime())));
    const outcomes = await assignTickets(sql, ids, now);
    const byId = new Map(ids.map((id, index) => [id, outcomes[index]]));
    const answered = new Set<string>();
    for (const { ticketId, resolve } of together) {
      resolve(repeatOutcome(byId.get(ticketId) ?? { state: "no-ticket" }, answered.has(ticketId)));
      answered.add(ticketId);
    }
  } catch (error) {
    if (together.length === 1 || isConnectionFailure(error)) {
      for (const { reject } of together) reject(error);
      return;
    }
    for (const one of together) await assignTogether(sql, [one]);
  }
}

/** Whoever asks a second time learns that it has been done. */
function repeatOutcome(outcome: AssignmentOutcome, isRepeated: boolean): AssignmentOutcome {
  if (!isRepeated || outcome.state !== "assigned") return outcome;
  return { state: "already-assigned", userId: outcome.userId };
}
