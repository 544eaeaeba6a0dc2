/**
 * The door to Postgres, for Node and for Cloudflare Workers alike (so: no `node:` import here).
 *
 * How values come back, everywhere in Deskhand:
 * - `int8` (ids, `count(*)`) is a number; a value beyond 2^53 - 1 is an error, never a rounded number.
 * - `timestamptz` is a Date; `numeric` stays a string; `json`/`jsonb` is the parsed value; `bytea` is a Uint8Array.
 * - Arrays of the built-in types are arrays, with `null` for NULL; arrays of our own types would come as text.
 *
 * Never `sql.reserve()`: in postgres.js 3.4.9 it hangs without `fetch_types` (see `array-types.ts` for why that is off).
 *
 * Another trap of postgres.js: an error inside a transaction fails that transaction even when the caller catches it
 * (Postgres has aborted it anyway). To survive an expected error, run the statement in `inTransaction(tx, …)`,
 * which is a savepoint, or avoid it with `ON CONFLICT DO NOTHING`.
 */
import postgres from "postgres";
import { registerArrayTypes } from "./array-types.ts";

/** The values that may stand in a query beyond the defaults: `int8` as a number. */
type CustomTypes = { bigint: number };

/** A pool of connections: what the roots own, and what can LISTEN, begin a transaction and be ended. */
export type SqlPool = postgres.Sql<CustomTypes>;

/** One transaction (or savepoint) on one connection. */
export type SqlTransaction = postgres.TransactionSql<CustomTypes>;

/** What every query function takes first: a pool or a transaction. Both can be called as a template tag. */
export type Sql = postgres.ISql<CustomTypes>;

export type ConnectOptions = {
  /** Connections at most. Default 10; one is plenty for a command, five for a request on Workers. */
  max?: number;
  /** Shown in `pg_stat_activity`. Default `deskhand`. */
  applicationName?: string;
  /** Seconds until a connection attempt fails. Default 10. */
  connectTimeoutSeconds?: number;
  /** Seconds after which an unused connection closes. Default: stays open. */
  idleTimeoutSeconds?: number;
  /** Seconds after which a connection is replaced by a fresh one; `null`: never (for session locks). Default 30 to 60 minutes. */
  maxLifetimeSeconds?: number | null;
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
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: options.connectTimeoutSeconds ?? 10,
    ...(options.idleTimeoutSeconds === undefined ? {} : { idle_timeout: options.idleTimeoutSeconds }),
    ...(options.maxLifetimeSeconds === undefined ? {} : { max_lifetime: options.maxLifetimeSeconds }),
    ...(options.onclose ? { onclose: options.onclose } : {}),
    onnotice: options.onnotice ?? (() => {}),
    backoff: reconnectDelaySeconds,
    connection: { application_name: options.applicationName ?? "deskhand", TimeZone: "UTC" },
    types: { bigint: int8AsNumber },
    fetch_types: false,
  });
  registerArrayTypes(sql.options);
  return sql;
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
 */
export async function inTransaction<T>(sql: Sql, work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
  // postgres.js types the answer of a callback that returns an array of queries; ours returns one promise.
  if (isTransaction(sql)) return (await sql.savepoint(work)) as T;
  if (isPool(sql)) return (await sql.begin(work)) as T;
  throw new TypeError("inTransaction takes a pool from connectDatabase or a transaction of it.");
}

function isTransaction(sql: Sql): sql is SqlTransaction {
  return "savepoint" in sql;
}

function isPool(sql: Sql): sql is SqlPool {
  return "begin" in sql;
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
  return text.replace(UNSTORABLE, "\uFFFD");
}

/** With the `u` flag, a surrogate matches only when it stands alone. */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

function storableJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  // JSON.stringify escapes both kinds; a text without these escapes is stored as it is.
  if (!/\\u(?:0000|d[89a-f])/.test(text)) return value;
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
