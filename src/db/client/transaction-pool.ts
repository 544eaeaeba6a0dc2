/**
 * The connections for transactions: each is a postgres.js instance of its own with a single connection, lent to one
 * transaction at a time and thrown away when it is lost.
 *
 * `sql.begin` of postgres.js 3.4.9 is not used, because of what it does when its connection dies: its ROLLBACK is written
 * to a socket that is gone, which ends the process; and later statements of the dead transaction may run, and commit, in
 * another one that has got the connection (porsager/postgres 1208, 1215, 1216). Here a statement after the loss, or after
 * the end, of its transaction is an error and is never sent.
 */
import {
  connectionError,
  createTag,
  guardStatement,
  type Postgres,
  runInTransaction,
  type Sql,
  type SqlTransaction,
  type StatementGuard,
  waitAtMost,
} from "./sql.ts";

export type TransactionPool = {
  run<T>(work: (tx: SqlTransaction) => Promise<T>): Promise<T>;
  end(timeoutSeconds: number | undefined): Promise<void>;
};

export type TransactionPoolOptions = {
  /** Transactions at once; further ones wait. */
  max: number;
  /** Makes an instance with one connection that calls `onclose` when it has closed. */
  open(onclose: () => void): Postgres;
  isConnectionFailure(error: unknown): boolean;
};

/** A connection: `lost` as soon as anything shows that it is. */
type Line = { postgres: Postgres; lost: boolean; openedAt: number };

/** Long enough to spare reconnects, short enough to give back what a long session piles up on the server. */
const LINE_AGE_MAX_MS = 30 * 60 * 1000;

export function createTransactionPool(options: TransactionPoolOptions): TransactionPool {
  const idle: Line[] = [];
  const lent = new Set<Line>();
  const waiting: Array<(line: Line | null) => void> = [];
  let ended = false;
  let onAllReturned: (() => void) | undefined;

  function openLine(): Line {
    const line: Line = {
      postgres: options.open(() => {
        line.lost = true;
        const at = idle.indexOf(line);
        if (at >= 0) idle.splice(at, 1);
      }),
      lost: false,
      openedAt: Date.now(),
    };
    return line;
  }

  async function borrow(): Promise<Line> {
    let line: Line | null = null;
    if (!ended && lent.size < options.max) line = idle.pop() ?? openLine();
    else if (!ended) line = await new Promise<Line | null>((resolve) => waiting.push(resolve));
    if (line === null) throw connectionError("CONNECTION_ENDED", "The database pool has been ended.");
    lent.add(line);
    return line;
  }

  function giveBack(line: Line): void {
    const usable = !line.lost && !ended && Date.now() - line.openedAt < LINE_AGE_MAX_MS;
    const next = waiting.shift();
    if (!usable) {
      lent.delete(line);
      void line.postgres.end({ timeout: 0 });
      next?.(openLine());
    } else if (next) {
      next(line);
    } else {
      lent.delete(line);
      idle.push(line);
    }
    if (lent.size === 0) onAllReturned?.();
  }

  return {
    run: async (work) => {
      const line = await borrow();
      try {
        return await transact(line, options, work);
      } finally {
        giveBack(line);
      }
    },
    end: async (timeoutSeconds) => {
      ended = true;
      for (const refuse of waiting.splice(0)) refuse(null);
      if (lent.size > 0) {
        const returned = new Promise<void>((resolve) => {
          onAllReturned = resolve;
        });
        await waitAtMost(timeoutSeconds, returned);
      }
      const lines = [...idle.splice(0), ...lent];
      await Promise.all(lines.map((line) => line.postgres.end({ timeout: 0 })));
    },
  };
}

type Failures = Pick<TransactionPoolOptions, "isConnectionFailure">;

async function transact<T>(
  line: Line,
  failures: Failures,
  work: (tx: SqlTransaction) => Promise<T>,
): Promise<T> {
  const control = openScope(line, failures, undefined);
  const scope = openScope(line, failures, control);
  try {
    await control.tx.unsafe("BEGIN");
    const result = await work(scope.tx);
    scope.over = true;
    const { command } = await control.tx.unsafe("COMMIT");
    if (command !== "COMMIT") throw new Error(SWALLOWED);
    return result;
  } catch (error) {
    scope.over = true;
    await undo(control, "ROLLBACK");
    throw error;
  } finally {
    control.over = true;
  }
}

/** Postgres answers the COMMIT of a transaction in which a statement failed with ROLLBACK, and no error. */
const SWALLOWED =
  "Nothing was stored: a statement of this transaction had failed, and its error was caught. " +
  "Run a statement that may fail in inTransaction(tx, …), which undoes it alone.";

/**
 * What statements of one transaction or savepoint go through. `over`: none is sent any more, neither its own nor those of
 * the savepoints in it. Savepoints are named by their depth.
 */
type Scope = {
  line: Line;
  parent: Scope | undefined;
  depth: number;
  over: boolean;
  hasOpenSavepoint: boolean;
  tx: SqlTransaction;
};

async function runSavepoint<T>(
  parent: Scope,
  failures: Failures,
  work: (tx: SqlTransaction) => Promise<T>,
): Promise<T> {
  if (parent.hasOpenSavepoint) {
    throw new Error(
      "Savepoints of one transaction run one after the other: await the first before the second.",
    );
  }
  parent.hasOpenSavepoint = true;
  const scope = openScope(parent.line, failures, parent);
  const name = `s${scope.depth}`;
  try {
    await parent.tx.unsafe(`SAVEPOINT ${name}`);
    const result = await work(scope.tx);
    scope.over = true;
    await parent.tx.unsafe(`RELEASE SAVEPOINT ${name}`);
    return result;
  } catch (error) {
    scope.over = true;
    await undo(parent, `ROLLBACK TO SAVEPOINT ${name}`);
    throw error;
  } finally {
    parent.hasOpenSavepoint = false;
  }
}

function openScope(line: Line, failures: Failures, parent: Scope | undefined): Scope {
  const guard: StatementGuard = {
    obstacle: () => findObstacle(scope),
    onSettled: (error) => {
      if (error !== undefined && failures.isConnectionFailure(error)) line.lost = true;
    },
  };
  const run: Sql[typeof runInTransaction] = (work) => runSavepoint(scope, failures, work);
  const tag = createTag(
    () => line.postgres,
    (query) => guardStatement(query, guard),
  );
  const tx = Object.assign(tag, { [runInTransaction]: run }) as unknown as SqlTransaction;
  const depth = parent ? parent.depth + 1 : 0;
  const scope: Scope = { line, parent, depth, over: false, hasOpenSavepoint: false, tx };
  return scope;
}

/** Why no statement of this scope may be sent now; undefined when it may. */
function findObstacle(scope: Scope): Error | undefined {
  if (scope.line.lost) {
    return connectionError("CONNECTION_CLOSED", "The connection of this transaction was lost.");
  }
  for (let outer: Scope | undefined = scope; outer; outer = outer.parent) {
    if (outer.over) return new Error("This transaction is over: something in it was not awaited.");
  }
  return undefined;
}

/** Rolls back where that is still possible; a line on which even this fails is not used again. */
async function undo(scope: Scope, rollback: string): Promise<void> {
  if (findObstacle(scope)) return;
  try {
    await scope.tx.unsafe(rollback);
  } catch {
    scope.line.lost = true;
  }
}
