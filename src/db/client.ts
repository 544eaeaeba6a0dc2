/**
 * The door to Postgres, for Node and for Cloudflare Workers alike (so: no `node:` import here).
 *
 * How values come back, everywhere in Deskhand:
 * - `int8` (ids, `count(*)`) is a number; a value beyond 2^53 - 1 is an error, never a rounded number.
 * - `timestamptz` is a Date; `numeric` stays a string; `json`/`jsonb` is the parsed value; `bytea` is a Uint8Array.
 * - Arrays of the built-in types are arrays, with `null` for NULL; arrays of our own types would come as text.
 *
 * A pool is several instances of postgres.js, used so that the loss of a connection is an error of the work that needed
 * it and nothing else: `client/plain-pool.ts` and `client/transaction-pool.ts` say what happens otherwise.
 */
import postgres from "postgres";
import { registerArrayTypes } from "./array-types.ts";
import { registerBytea } from "./bytea.ts";
import { createPlainPool } from "./client/plain-pool.ts";
import {
  type Postgres,
  runInTransaction,
  type Sql as SqlBase,
  type SqlPool as SqlPoolBase,
  type SqlTransaction as SqlTransactionBase,
} from "./client/sql.ts";
import { createTransactionPool } from "./client/transaction-pool.ts";

/** What every query function takes first: a pool or a transaction. Both can be called as a template tag. */
export type Sql = SqlBase;

/** A pool of connections: what the roots own, and what can listen and be ended. */
export type SqlPool = SqlPoolBase;

/** One transaction, or a savepoint in it, on one connection. */
export type SqlTransaction = SqlTransactionBase;

export type ConnectOptions = {
  /**
   * Connections at most: half of them for transactions, the rest for single statements, at least one of each; LISTEN
   * takes one more. Default 10.
   */
  max?: number;
  /** Shown in `pg_stat_activity`. Default `deskhand`. */
  applicationName?: string;
  /** Seconds until a connection attempt fails. Default 10. */
  connectTimeoutSeconds?: number;
  /** Seconds after which an unused connection closes. Default: stays open. */
  idleTimeoutSeconds?: number;
  /** Called whenever a connection of the pool has closed, for whatever reason. */
  onclose?: () => void;
  /** Notices are dropped unless somebody wants them: `CREATE … IF NOT EXISTS` is chatty. */
  onnotice?: (notice: postgres.Notice) => void;
};

/** `int8` (oid 20). Ids and counts fit a number with room to spare; anything else is a bug worth hearing about. */
const int8AsNumber = {
  to: 20,
  from: [20],
  serialize: (value: number | bigint | string): string => String(value),
  parse: (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`The database returned ${text}, which is too large for a JavaScript number.`);
    }
    return value;
  },
};

/**
 * Opens a pool. Nothing connects before the first query, so a wrong address shows there.
 * On Workers: one pool per request, ended in `waitUntil`; a pool kept in a global fails the second request.
 */
export function connectDatabase(url: string, options: ConnectOptions = {}): SqlPool {
  const max = options.max ?? 10;
  const transactionsMax = Math.max(1, Math.floor(max / 2));
  const plainMax = Math.max(1, max - transactionsMax);
  const plain = createPlainPool({
    open: (onclose) =>
      openPostgres(url, options, plainMax, () => {
        onclose();
        options.onclose?.();
      }),
    isConnectionFailure,
  });
  const transactions = createTransactionPool({
    max: transactionsMax,
    open: (onclose) => openPostgres(url, options, 1, onclose),
    isConnectionFailure,
  });
  let listener: Postgres | undefined;
  return Object.assign(plain.tag, {
    [runInTransaction]: transactions.run,
    listen: (...args: Parameters<Postgres["listen"]>) => {
      listener ??= openPostgres(url, options, 1, () => {});
      return listener.listen(...args);
    },
    end: async ({ timeout }: { timeout?: number } = {}) => {
      await Promise.all([plain.end(timeout), transactions.end(timeout), listener?.end({ timeout: 0 })]);
    },
  });
}

function openPostgres(url: string, options: ConnectOptions, max: number, onclose: () => void): Postgres {
  const instance = postgres(url, {
    max,
    connect_timeout: options.connectTimeoutSeconds ?? 10,
    ...(options.idleTimeoutSeconds === undefined ? {} : { idle_timeout: options.idleTimeoutSeconds }),
    max_lifetime: null,
    onclose,
    onnotice: options.onnotice ?? (() => {}),
    backoff: reconnectDelaySeconds,
    connection: { application_name: options.applicationName ?? "deskhand", TimeZone: "UTC" },
    types: { bigint: int8AsNumber },
    fetch_types: false,
  });
  registerBytea(instance.options);
  registerArrayTypes(instance.options);
  return instance;
}

/** postgres.js waits up to 20 s after a series of failures; a database that is back should be noticed sooner. */
function reconnectDelaySeconds(failures: number): number {
  return (0.5 + Math.random() / 2) * Math.min(3 ** failures / 100, 2);
}

/**
 * Resolves when the database answers; rejects with its error, or with code `CONNECT_TIMEOUT` after `timeoutMs`.
 * Use it for a first contact and for readiness: what accepts connections and closes them again (an HTTP server on a
 * mistyped port, a proxy whose database is away) makes postgres.js 3.4.9 try for ever, and its own time-out never comes.
 */
export async function pingDatabase(sql: SqlPool, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = `The database gave no answer within ${timeoutMs} ms: is there a Postgres at this address?`;
      reject(Object.assign(new Error(message), { code: "CONNECT_TIMEOUT" }));
    }, timeoutMs);
  });
  try {
    await Promise.race([sql`SELECT 1`, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs `work` in one transaction: a new one when `sql` is a pool, a savepoint when `sql` is a transaction already.
 * Commits when `work` resolves; rolls back (to the savepoint) and rethrows when it rejects.
 *
 * A statement that fails spoils its transaction, as Postgres has it, even when its error is caught: to survive an expected
 * error, run that statement in `inTransaction(tx, …)`, or avoid the error with `ON CONFLICT DO NOTHING`.
 */
export async function inTransaction<T>(sql: Sql, work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
  return sql[runInTransaction](work);
}

/**
 * A value for a `jsonb` column. `undefined` becomes SQL NULL; `null` becomes SQL NULL too.
 * Characters that jsonb cannot hold (NUL, lone surrogates) become U+FFFD, see `storableText`.
 */
export function jsonb(sql: Sql, value: unknown): postgres.Parameter | null {
  if (value === undefined || value === null) return null;
  return sql.json(storableJson(value) as postgres.JSONValue);
}

/**
 * Text as Postgres can store it: NUL (refused by `text`) and lone surrogates (not valid UTF-8) become U+FFFD.
 * Mail contains both; a message must never be lost over one odd character.
 */
export function storableText(text: string): string {
  return ODD.test(text) ? text.replace(UNSTORABLE, "\uFFFD") : text;
}

/** Looked for first, without the `u` flag: nearly no text has any, and with it the search takes some times as long. */
const ODD = /[\0\ud800-\udfff]/;

/** With the `u` flag, a surrogate matches only when it stands alone. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** The same as text, for statements that take many at once (`…::text::jsonb`, `json_to_recordset`). */
export function storableJsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return isStorableJson(text) ? text : JSON.stringify(parseStorable(text));
}

function storableJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return isStorableJson(text) ? value : parseStorable(text);
}

/** JSON.stringify escapes both kinds; a text without these escapes is stored as it is. */
function isStorableJson(text: string): boolean {
  return !/\\u(?:0000|d[89a-f])/.test(text);
}

function parseStorable(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item === "string") return storableText(item);
    if (item === null || typeof item !== "object" || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [storableText(key), inner]));
  });
}

/** SQLSTATE 23505. With `constraint`, only when that constraint or unique index was violated. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (errorCode(error) !== "23505") return false;
  return constraint === undefined || (error as { constraint_name?: string }).constraint_name === constraint;
}

/**
 * True when the database could not be reached or hung up: the same work may succeed later, nothing is wrong with it.
 * A statement whose commit was under way may have taken effect; retried work must be idempotent.
 */
export function isConnectionFailure(error: unknown): boolean {
  const code = errorCode(error);
  if (code === undefined)
    return error instanceof Error && error.cause ? isConnectionFailure(error.cause) : false;
  return CONNECTION_FAILURE_CODES.has(code) || /^08[0-9A-Z]{3}$/.test(code);
}

/** Deadlock or serialization failure: somebody else was served first, and the same transaction may succeed now. */
export function isConflict(error: unknown): boolean {
  const code = errorCode(error);
  return code === "40P01" || code === "40001";
}

/** SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CONNECTION_FAILURE_CODES: ReadonlySet<string> = new Set([
  // the system's
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  // postgres.js
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "CONNECT_TIMEOUT",
  // Postgres: shutting down, crashed, starting up, idle session ended, too many connections
  "57P01",
  "57P02",
  "57P03",
  "57P05",
  "53300",
]);

function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
