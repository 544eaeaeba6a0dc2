/** One connection of the watcher: reads everything new in the order of UIDs, then waits for more. */
import type { ImapFlow } from "imapflow";
import type { InboundMail } from "../../../core/inbound.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { type FetchedMail, isLargeMail, readMails, toUnreadable } from "./fetch.ts";
import type { ParseMail } from "./reader.ts";
import type { MailboxCursorState } from "./start.ts";
import { createSearch, listUids, type SearchUids } from "./uids.ts";

export interface SessionTimings {
  /** A server without IDLE is asked for new mail this often. */
  pollMs: number;
  /** IDLE is ended, answered for and begun again this often; RFC 2177 wants it within 29 minutes. */
  checkMs: number;
  /** A search or NOOP that is not answered for this long: the connection is dead. */
  commandMs: number;
  retryDelayMs: number;
}

export interface SessionOptions {
  client: ImapFlow;
  mailbox: string;
  cursor: MailboxCursorState;
  /** As the server named it when the mailbox was opened. */
  uidNext: number;
  /** Of the whole watcher: which mails broke a connection. */
  troubles: FetchTroubles;
  parse: ParseMail;
  /**
   * Resolves once they are recorded, however long the database is away; rejects when stopped, and where `before`, the
   * recording of the mails before these, does.
   */
  record(mails: readonly InboundMail[], before: Promise<void>): Promise<void>;
  /** How many mails wait; 0 once everything is read. */
  onBacklog(count: number): void;
  budget: ByteBudget;
  sizeBytesMax: number;
  timings: SessionTimings;
}

const BATCH_COUNT = 100;
const FAILURES_MAX = 3;

/** Remembers over connections which mails were being fetched when one broke, to find the one to blame. */
export class FetchTroubles {
  readonly #failures = new Map<number, number>();
  #asking: readonly number[] = [];
  /** Up to this UID mails are fetched one by one: one of them broke a connection. */
  #carefulUntil = 0;

  onAsking(uids: readonly number[]): void {
    this.#asking = uids;
  }

  /** A connection broke. Tells the mails that were being fetched apart, or counts it against the one that was. */
  onBroken(): void {
    const [first, ...others] = this.#asking;
    if (first !== undefined && others.length === 0)
      this.#failures.set(first, (this.#failures.get(first) ?? 0) + 1);
    this.#carefulUntil = Math.max(this.#carefulUntil, this.#asking.at(-1) ?? 0);
    this.#asking = [];
  }

  batchCount(firstUid: number): number {
    return firstUid <= this.#carefulUntil ? 1 : BATCH_COUNT;
  }

  giveUp(uid: number): string | null {
    const failures = this.#failures.get(uid) ?? 0;
    return failures < FAILURES_MAX ? null : `The connection broke ${failures} times while it was fetched.`;
  }

  onRecorded(uid: number): void {
    this.#failures.delete(uid);
  }

  /** UIDs name other mails from now on. */
  clear(): void {
    this.#failures.clear();
    this.#asking = [];
    this.#carefulUntil = 0;
  }
}

/** Runs until the connection ends, which rejects. The cursor's `lastUid` moves with what is recorded. */
export async function runSession(options: SessionOptions): Promise<never> {
  const { client, timings } = options;
  const wake = new Wake();
  client.on("exists", () => wake.set());
  client.on("close", () => wake.set());
  let canIdle = client.capabilities.has("IDLE");
  for (;;) {
    wake.clear();
    await readNew(options);
    assertOpen(client);
    if (!canIdle) await wake.wait(timings.pollMs);
    else if ((await idleUntil(client, wake, timings.checkMs)) === "refused") canIdle = false;
    assertOpen(client);
    // Some servers show a search no mail that they have not announced, which a NOOP lets them do.
    if (!wake.isSet) await withDeadline(client, timings.commandMs, client.noop());
  }
}

/** Idles until mail is announced, the connection ends, or `ms` are over. The next command ends the server's IDLE. */
async function idleUntil(client: ImapFlow, wake: Wake, ms: number): Promise<"done" | "refused"> {
  if (wake.isSet) return "done";
  const startedAt = performance.now();
  const ended = client.idle().then(
    () => "ended",
    () => "ended",
  );
  const why = await Promise.race([ended, wake.wait(ms)]);
  const isAtOnce = performance.now() - startedAt < Math.min(1_000, ms / 2);
  return why === "ended" && isAtOnce && client.usable && !wake.isSet ? "refused" : "done";
}

/** A flag that can be waited for: what happens before the wait is not missed. */
class Wake {
  #isSet = false;
  #resolve: (() => void) | null = null;

  get isSet(): boolean {
    return this.#isSet;
  }

  set(): void {
    this.#isSet = true;
    this.#resolve?.();
  }

  clear(): void {
    this.#isSet = false;
  }

  async wait(ms: number): Promise<void> {
    if (this.#isSet) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.#resolve = null;
  }
}

/** Reads until a search from the cursor on finds nothing. */
async function readNew(options: SessionOptions): Promise<void> {
  const { client, cursor, timings } = options;
  const ask = createSearch(client);
  const search: SearchUids = (range) => withDeadline(client, timings.commandMs, ask(range));
  for (let hasFound = true; hasFound; ) {
    hasFound = false;
    for await (const { uids, isLast } of listUids(search, cursor.lastUid + 1, options.uidNext)) {
      hasFound ||= uids.length > 0;
      // More may wait above this portion: it does not count as all read.
      const behind = isLast ? 0 : 1;
      options.onBacklog(uids.length + behind);
      await readPortion(options, uids, behind);
      // All of the last ones were expunged: they are not asked for again.
      cursor.lastUid = Math.max(cursor.lastUid, uids.at(-1) ?? 0);
      if (isLast) options.onBacklog(0);
    }
  }
}

/**
 * While one batch is recorded, the originals of the next are stored, the one after it is parsed and the one after that
 * is fetched: what is held is bounded by four batches, and by one where mails are large. `behind` mails wait above these.
 */
async function readPortion(options: SessionOptions, uids: number[], behind: number): Promise<void> {
  const { client, troubles, timings } = options;
  const plan = {
    batchCount: (uid: number) => troubles.batchCount(uid),
    giveUp: (uid: number) => troubles.giveUp(uid),
    onAsking: (asked: readonly number[]) => troubles.onAsking(asked),
    budget: options.budget,
    sizeBytesMax: options.sizeBytesMax,
    retryDelayMs: timings.retryDelayMs,
  };
  let left = uids.length + behind;
  let recording = Promise.resolve();
  let next = Promise.resolve();
  let releaseLast = (): void => {};
  try {
    for await (const { mails, release } of readMails(client, uids, plan)) {
      releaseLast = release;
      const isLarge = mails.some(isLargeMail);
      if (isLarge) await next;
      const parsed = mails.map((mail) => toMessage(options, mail));
      // A failure is met when its turn comes; until then it must not count as unhandled.
      for (const one of parsed) one.catch(() => {});
      await recording;
      left -= mails.length;
      recording = next;
      next = recordBatch(options, mails, parsed, left, recording).finally(release);
      next.catch(() => {});
      if (isLarge) await next;
    }
  } finally {
    await Promise.allSettled([recording, next]);
    releaseLast();
    await next;
  }
}

/** In the order of UIDs, after those `before`. `left` mails wait behind them. */
async function recordBatch(
  options: SessionOptions,
  batch: FetchedMail[],
  parsed: Promise<InboundMail["message"]>[],
  left: number,
  before: Promise<void>,
): Promise<void> {
  const { cursor, mailbox, troubles } = options;
  const messages = await Promise.all(parsed);
  const { uidValidity } = cursor;
  await options.record(
    messages.map((message, at) => {
      const { uid } = batch[at] as FetchedMail;
      return { message, position: { mailbox, uidValidity, uid } };
    }),
    before,
  );
  for (const { uid } of batch) {
    cursor.lastUid = uid;
    troubles.onRecorded(uid);
  }
  options.onBacklog(left);
}

async function toMessage(options: SessionOptions, mail: FetchedMail): Promise<InboundMail["message"]> {
  const { cursor, mailbox } = options;
  const externalId = `${cursor.uidValidity}:${mail.uid}`;
  const origin = { account: mailbox, externalId, receivedAt: mail.receivedAt };
  return mail.kind === "mail" ? options.parse(mail.raw, origin) : toUnreadable(mail, origin);
}

function assertOpen(client: ImapFlow): void {
  if (!client.usable) throw new Error("The server closed the connection.");
}

/** A half-open connection answers nothing and reports nothing: only a missing answer tells. */
async function withDeadline<T>(client: ImapFlow, ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      client.close();
      reject(new Error(`The server did not answer within ${ms / 1000} s.`));
    }, ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => {});
  }
}
