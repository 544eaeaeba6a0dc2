/** What the engine's tables forget, so that they do not grow for ever. */
import type { SqlPool } from "../../db/client.ts";
import { PRUNE_BATCH, pruneEvents, pruneIdempotencyKeys, pruneRuns } from "../../db/engine-retention.ts";
import { firstUlidOf } from "./ulid.ts";

const DAY_MS = 24 * 3_600_000;

/** A dead run waits for somebody who cures its cause and replays it: it is kept for so many times longer. */
export const DEAD_KEPT_LONGER = 12;

/**
 * Deletes runs that finished or were cancelled more than `days` days before `now`, dead ones twelve times as old, and
 * events without runs. Active runs stay, however old. Safe at any time, beside any number of engines.
 */
export async function pruneEngine(
  sql: SqlPool,
  { days, now }: { days: number; now: Date },
): Promise<{ runs: number; deadRuns: number; events: number }> {
  const before = new Date(now.getTime() - days * DAY_MS);
  const deadBefore = new Date(now.getTime() - DEAD_KEPT_LONGER * days * DAY_MS);
  const runs = await pruneAllRuns(sql, ["finished", "cancelled"], before);
  const deadRuns = await pruneAllRuns(sql, ["dead"], deadBefore);
  let events = 0;
  for (let pruned = PRUNE_BATCH; pruned === PRUNE_BATCH; events += pruned) {
    pruned = await pruneEvents(sql, before);
  }
  await pruneIdempotencyKeys(sql, now);
  return { runs, deadRuns, events };
}

async function pruneAllRuns(
  sql: SqlPool,
  states: Parameters<typeof pruneRuns>[1]["states"],
  endedBefore: Date,
): Promise<number> {
  const idBelow = firstUlidOf(endedBefore.getTime());
  let pruned = 0;
  for (let after: string | undefined = ""; after !== undefined; ) {
    const batch = await pruneRuns(sql, { states, endedBefore, idBelow, after });
    pruned += batch.pruned;
    after = batch.after;
  }
  return pruned;
}
