/**
 * Work that is done for many messages in one transaction: the statements of one kind that they come to at the same time
 * are sent as one. The rules stay written for a single message, and every query stands once, for any number of items.
 */
import { runInTransaction, type SqlTransaction } from "./client/sql.ts";
import type { Sql } from "./client.ts";

/** A query for any number of items at once; answers in their order. */
export type QueryMany<Item, Answer> = (sql: Sql, items: readonly Item[]) => Promise<Answer[]>;

const gathering: unique symbol = Symbol("gathering");

interface GatheringSql extends SqlTransaction {
  readonly [gathering]: Gathering;
}

/** The query for one item. Within `runTogether` it waits for the others, and they are asked for together. */
export function gathered<Item, Answer>(
  queryMany: QueryMany<Item, Answer>,
): (sql: Sql, item: Item) => Promise<Answer> {
  return async (sql, item) => {
    if (gathering in sql) return (sql as GatheringSql)[gathering].add(queryMany, item);
    const [answer] = await queryMany(sql, [item]);
    return answer as Answer;
  };
}

/**
 * As `gathered`, for a statement that answers nothing. Within `runTogether` nobody waits for it: it is sent with, and
 * before, the next statement that somebody does wait for, and its failure is that of the whole transaction. `first`: other
 * writes may refer to its rows, and are sent after it.
 */
export function gatheredWrite<Item>(
  writeMany: (sql: Sql, items: readonly Item[]) => Promise<void>,
  { first = false }: { first?: boolean } = {},
): (sql: Sql, item: Item) => Promise<void> {
  return async (sql, item) => {
    if (gathering in sql) (sql as GatheringSql)[gathering].defer(writeMany, item, first);
    else await writeMany(sql, [item]);
  };
}

/**
 * Runs the works side by side in the caller's transaction and resolves to what they resolve to. They must not depend on
 * one another's writes, and may open no savepoint. When one fails, the transaction is spoilt: the caller must let it roll
 * back. Rejects with the first failure once all of them have ended.
 */
export async function runTogether<T>(
  tx: SqlTransaction,
  works: readonly ((tx: SqlTransaction) => Promise<T>)[],
): Promise<T[]> {
  const shared = new Gathering(tx, works.length);
  const sql = shareTransaction(tx, shared);
  const settled = await Promise.allSettled(works.map((work) => work(sql).finally(() => shared.leave())));
  await shared.finish();
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

function shareTransaction(tx: SqlTransaction, shared: Gathering): GatheringSql {
  const tag = (...args: [TemplateStringsArray]): unknown => tx(...args);
  const refuse = () =>
    Promise.reject(new Error("Work that runs together with other work opens no savepoint."));
  return Object.assign(tag, tx, {
    [runInTransaction]: refuse,
    [gathering]: shared,
  }) as unknown as GatheringSql;
}

interface Waiting {
  item: unknown;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

type AnyQuery = QueryMany<unknown, unknown>;
type AnyWrite = (sql: Sql, items: readonly unknown[]) => Promise<void>;

/** Statements are sent when every work that goes on waits for one: none could add to them any more. */
class Gathering {
  readonly #sql: Sql;
  readonly #waiting = new Map<AnyQuery, Waiting[]>();
  readonly #deferredFirst = new Map<AnyWrite, unknown[]>();
  readonly #deferred = new Map<AnyWrite, unknown[]>();
  /** Of the writes that failed, the one sent first: it spoilt the transaction, the others follow from it. */
  #failure: { sentAs: number; error: unknown } | null = null;
  readonly #writing = new Set<Promise<void>>();
  #sentCount = 0;
  #waitingCount = 0;
  #active: number;

  constructor(sql: Sql, active: number) {
    this.#sql = sql;
    this.#active = active;
  }

  add<Item, Answer>(queryMany: QueryMany<Item, Answer>, item: Item): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const query = queryMany as AnyQuery;
      const waiting = this.#waiting.get(query) ?? [];
      waiting.push({ item, resolve: resolve as (answer: unknown) => void, reject });
      this.#waiting.set(query, waiting);
      this.#waitingCount++;
      this.#sendWhenAllWait();
    });
  }

  defer<Item>(
    writeMany: (sql: Sql, items: readonly Item[]) => Promise<void>,
    item: Item,
    isFirst: boolean,
  ): void {
    const write = writeMany as AnyWrite;
    const deferred = isFirst ? this.#deferredFirst : this.#deferred;
    const items = deferred.get(write);
    if (items === undefined) deferred.set(write, [item]);
    else items.push(item);
  }

  /** Once all works have ended. Rejects where a statement failed that nobody waited for. */
  async finish(): Promise<void> {
    this.#sendDeferred();
    await Promise.all(this.#writing);
    if (this.#failure !== null) throw this.#failure.error;
  }

  leave(): void {
    this.#active--;
    this.#sendWhenAllWait();
  }

  #sendWhenAllWait(): void {
    if (this.#waitingCount === 0 || this.#waitingCount < this.#active) return;
    this.#sendDeferred();
    const asked = [...this.#waiting];
    this.#waiting.clear();
    this.#waitingCount = 0;
    for (const [query, waiting] of asked) void this.#send(query, waiting);
  }

  #sendDeferred(): void {
    const deferred = [...this.#deferredFirst, ...this.#deferred];
    this.#deferredFirst.clear();
    this.#deferred.clear();
    for (const [write, items] of deferred) {
      const sentAs = this.#sentCount++;
      const writing = write(this.#sql, items)
        .catch((error: unknown) => {
          if (this.#failure === null || sentAs < this.#failure.sentAs) this.#failure = { sentAs, error };
        })
        .finally(() => this.#writing.delete(writing));
      this.#writing.add(writing);
    }
  }

  async #send(query: AnyQuery, waiting: Waiting[]): Promise<void> {
    try {
      const answers = await query(
        this.#sql,
        waiting.map(({ item }) => item),
      );
      for (const [at, { resolve }] of waiting.entries()) resolve(answers[at]);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
