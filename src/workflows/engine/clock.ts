/**
 * The engine's time. Leases and due times are compared between processes, perhaps on several machines, so the clock
 * follows the database's; a test hands in its own `now` and moves it.
 */
import type { Sql } from "../../db/client.ts";

export type Clock = {
  now(): Date;
  /** Measures how far this machine's clock is off. Nothing to do for an injected one. */
  sync(sql: Sql): Promise<void>;
};

export function createClock(now?: () => Date): Clock {
  if (now) return { now, sync: async () => {} };
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    sync: async (sql) => {
      const before = Date.now();
      const [row] = await sql<{ now: Date }[]>`select clock_timestamp() as now`;
      const after = Date.now();
      // The answer belongs to some moment in between; only what lies outside is a difference of the clocks.
      const theirs = row?.now.getTime() ?? after;
      if (theirs < before) offsetMs = theirs - before;
      else if (theirs > after) offsetMs = theirs - after;
      else offsetMs = 0;
    },
  };
}
