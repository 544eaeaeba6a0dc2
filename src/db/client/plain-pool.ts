/**
 * The connections for single statements: a postgres.js pool that is replaced as a whole when one of its connections is
 * lost.
 *
 * postgres.js 3.4.9 does not recover a connection reliably: a statement written while its socket dies may never settle,
 * and leftovers of its write buffer spoil the connection that follows (porsager/postgres 1154, 1208, 1215). So a pool that
 * has lost a connection takes no further statements; what it still runs may finish, what hangs is cut off.
 */
import {
  connectionError,
  createTag,
  guardStatement,
  type Postgres,
  type StatementGuard,
  waitAtMost,
} from "./sql.ts";

export type PlainPool = {
  tag: ReturnType<typeof createTag>;
  end(timeoutSeconds: number | undefined): Promise<void>;
};

export type PlainPoolOptions = {
  /** Makes a pool that calls `onclose` whenever one of its connections has closed. */
  open(onclose: () => void): Postgres;
  isConnectionFailure(error: unknown): boolean;
};

/** `running`: statements sent and not settled. */
type Generation = { postgres: Postgres; running: number; onIdle: () => void };

/** How long the statements of a replaced pool may go on. */
const GRACE_SECONDS = 5;

export function createPlainPool(options: PlainPoolOptions): PlainPool {
  const guards = new WeakMap<Postgres, StatementGuard>();
  const retired = new Set<Promise<void>>();
  let ended = false;
  let current = open();

  function open(): Generation {
    const postgres = options.open(() => replace(generation));
    const generation: Generation = { postgres, running: 0, onIdle: () => {} };
    guards.set(postgres, createGuard(generation));
    return generation;
  }

  function replace(generation: Generation): void {
    if (generation !== current || ended) return;
    current = open();
    const end = endWhenIdle(generation, GRACE_SECONDS).finally(() => retired.delete(end));
    retired.add(end);
  }

  function findObstacle(generation: Generation): Error | undefined {
    if (ended) return connectionError("CONNECTION_ENDED", "The database pool has been ended.");
    if (generation === current) return undefined;
    return connectionError("CONNECTION_CLOSED", "The database connection was lost just now.");
  }

  function createGuard(generation: Generation): StatementGuard {
    return {
      obstacle: () => findObstacle(generation),
      onSent: () => {
        generation.running++;
      },
      onSettled: (error) => {
        if (--generation.running === 0) generation.onIdle();
        if (error !== undefined && options.isConnectionFailure(error)) replace(generation);
      },
    };
  }

  function watch(query: object, postgres: Postgres): void {
    const guard = guards.get(postgres);
    if (guard) guardStatement(query, guard);
  }

  return {
    tag: createTag(() => current.postgres, watch),
    end: async (timeoutSeconds) => {
      ended = true;
      await Promise.all([endWhenIdle(current, timeoutSeconds), ...retired]);
    },
  };
}

/** Not `end({timeout})` at once: an ending pool of postgres.js forgets the statements that wait for a connection. */
async function endWhenIdle(generation: Generation, timeoutSeconds: number | undefined): Promise<void> {
  if (generation.running > 0) {
    const idle = new Promise<void>((resolve) => {
      generation.onIdle = resolve;
    });
    await waitAtMost(timeoutSeconds, idle);
  }
  await generation.postgres.end({ timeout: 0 });
}
