/** What stands for the database in code: a pool or a transaction, both callable as a template tag. */
import type postgres from "postgres";

/** The values that may stand in a query beyond the defaults: `int8` as a number. */
export type CustomTypes = { bigint: number };

/** One instance of postgres.js, never handed out. */
export type Postgres = postgres.Sql<CustomTypes>;

/** How `inTransaction` is done by a pool (a transaction) and by a transaction (a savepoint). */
export const runInTransaction: unique symbol = Symbol("runInTransaction");
/** Tells a transaction from a pool, for the compiler. */
export declare const isTransaction: unique symbol;

export interface Sql extends postgres.ISql<CustomTypes> {
  [runInTransaction]<T>(work: (tx: SqlTransaction) => Promise<T>): Promise<T>;
}

export interface SqlPool extends Sql {
  listen: Postgres["listen"];
  /** Lets running work finish for `timeout` seconds (default: as long as it takes), then cuts the connections. */
  end(options?: { timeout?: number }): Promise<void>;
}

export interface SqlTransaction extends Sql {
  readonly [isTransaction]: true;
}

/** An error as postgres.js makes them, so that callers need to know one kind. */
export function connectionError(code: "CONNECTION_CLOSED" | "CONNECTION_ENDED", message: string): Error {
  return Object.assign(new Error(message), { code });
}

type Tag = postgres.ISql<CustomTypes>;

/**
 * A template tag whose statements go to the postgres.js instance that `pick` names at that moment.
 * `onQuery` sees each statement (and fragment, and helper) before it is run.
 */
export function createTag(pick: () => Postgres, onQuery: (query: object, target: Postgres) => void): Tag {
  const make = (build: (target: Postgres) => object): object => {
    const target = pick();
    const query = build(target);
    onQuery(query, target);
    return query;
  };
  const tag = (...args: [TemplateStringsArray]): object => make((target) => target(...args));
  const members: { [name in keyof Tag]: unknown } = {
    unsafe: (...args: Parameters<Tag["unsafe"]>) => make((target) => target.unsafe(...args)),
    file: (...args: Parameters<Tag["file"]>) => make((target) => target.file(...args)),
    notify: (...args: Parameters<Tag["notify"]>) => pick().notify(...args),
    array: (...args: Parameters<Tag["array"]>) => pick().array(...args),
    json: (...args: Parameters<Tag["json"]>) => pick().json(...args),
    typed: (...args: Parameters<Tag["typed"]>) => pick().typed(...args),
    types: (...args: Parameters<Tag["typed"]>) => pick().typed(...args),
  };
  // The overloads of postgres.js' tag cannot be restated; every call goes to a real one.
  return Object.assign(tag, members) as unknown as Tag;
}

export type StatementGuard = {
  /** Asked when the statement is about to be sent: the error to fail with instead, if any. */
  obstacle(): Error | undefined;
  onSent?(): void;
  /** Told in the moment the statement has succeeded or failed, before anybody who awaits it. */
  onSettled(error?: unknown): void;
};

/**
 * Watches a statement in moments that postgres.js has no hooks for; all are own properties of its queries.
 * - `handler` sends it, a tick after it was awaited: much may have happened since it was written down.
 * - `resolve` and `reject` settle it: a lost connection shows there a tick before its close is reported, and what is
 *   written to it in between never settles.
 */
export function guardStatement(query: object, guard: StatementGuard): void {
  const statement = query as {
    handler?: ((query: object) => void) & { debug?: unknown };
    resolve?: (result: unknown) => void;
    reject?: (error: unknown) => void;
  };
  const { handler, resolve, reject } = statement;
  // Identifiers and value helpers pass here too, and are no statements.
  if (handler === undefined || resolve === undefined || reject === undefined) return;
  statement.resolve = (result) => {
    guard.onSettled();
    resolve(result);
  };
  statement.reject = (error) => {
    guard.onSettled(error);
    reject(error);
  };
  const send = (sent: object): void => {
    const obstacle = guard.obstacle();
    if (obstacle) {
      reject(obstacle);
    } else {
      guard.onSent?.();
      handler(sent);
    }
  };
  statement.handler = Object.assign(send, { debug: handler.debug });
}

/** Waits for `work`, but not longer than `timeoutSeconds`; without a limit, as long as it takes. */
export async function waitAtMost(timeoutSeconds: number | undefined, work: Promise<void>): Promise<void> {
  if (timeoutSeconds === undefined) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutSeconds * 1000);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
