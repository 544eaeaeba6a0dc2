/** Reads mails of an open mailbox by UID: small ones in batches, large ones piece by piece, never one too many. */
import { setTimeout as delay } from "node:timers/promises";
import type { ImapFlow } from "imapflow";
import type { InboundUnreadable } from "../../../core/inbound.ts";
import { type MailOrigin, unreadable } from "../parse/parse-mail.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { HEAD_SIZE_BYTES, type MailFacts, readFacts } from "./mail-facts.ts";
import { readRefusal } from "./refusal.ts";

export type FetchedMail =
  | { kind: "mail"; uid: number; receivedAt: Date; raw: Uint8Array }
  /** It is there, and the server does not hand it over. `raw` is what could be had. */
  | { kind: "unfetchable"; uid: number; receivedAt: Date; reason: string; raw: Uint8Array };

/** What is recorded of a mail that the server does not hand over: `replay` asks for it again. */
export function toUnreadable(
  { raw, reason }: Extract<FetchedMail, { kind: "unfetchable" }>,
  origin: MailOrigin,
): InboundUnreadable {
  return { ...unreadable(raw, origin, reason), incomplete: true };
}

export interface FetchPlan {
  /** UIDs of one batch at most. */
  batchCount(firstUid: number): number;
  /** A reason to give this mail up without asking for it again, or null. */
  giveUp(uid: number): string | null;
  /** Called before UIDs are asked for, and with an empty list once they are there. */
  onAsking(uids: readonly number[]): void;
  /** Room for what is fetched, shared with all who fetch. */
  budget: ByteBudget;
  sizeBytesMax: number;
  /** Between two tries for one mail. */
  retryDelayMs: number;
}

/** `release` gives the room of the mails back: to be called once they are not held any more. */
export interface FetchedBatch {
  mails: FetchedMail[];
  release(): void;
}

/** A larger mail is fetched alone, in pieces of this size. */
const PIECE_SIZE_BYTES = 1024 * 1024;
const BATCH_SIZE_BYTES_MAX = 4 * 1024 * 1024;
const FACTS_COUNT = 200;
/** Where fewer of the mails are small, their beginnings are not asked for: most would be fetched twice. */
const SMALL_SHARE_MIN = 0.75;
const TRIES_MAX = 3;

/**
 * The mails of `uids` (ascending), in that order, in batches. A mail that has been expunged in the meantime is left
 * out. While a batch is worked on, the next is fetched, unless one of them holds a large mail.
 */
export async function* readMails(
  client: ImapFlow,
  uids: readonly number[],
  plan: FetchPlan,
): AsyncGenerator<FetchedBatch> {
  const batches = planBatches(client, uids, plan);
  const fetchNext = async (before: readonly MailFacts[]) => {
    const { value: batch } = await batches.next();
    if (batch === undefined) return null;
    const mustWait = isLarge(before) || isLarge(batch.facts);
    if (!mustWait) return { batch, fetched: await readWithinBudget(client, batch, plan) };
    batch.giveBack();
    return { batch: { facts: withoutSources(batch.facts), giveBack: () => {} }, fetched: null };
  };
  let ahead = fetchNext([]);
  try {
    for (;;) {
      const next = await ahead;
      if (next === null) return;
      const fetched = next.fetched ?? (await readWithinBudget(client, next.batch, plan));
      ahead = fetchNext(next.batch.facts);
      // A failure is met when its turn comes; until then it must not count as unhandled.
      ahead.catch(() => {});
      yield fetched;
    }
  } finally {
    // What was fetched ahead for somebody who has gone.
    ahead.then(
      (next) => next?.fetched?.release(),
      () => {},
    );
  }
}

/** `giveBack` gives back the room of the small mails among them, which are here already. */
interface PlannedBatch {
  facts: readonly MailFacts[];
  giveBack(): void;
}

/**
 * Room is waited for with no mail in hand, or all mailboxes might wait for one another: where it does not suffice for the
 * large ones of the batch too, the small ones are fetched again.
 */
async function readWithinBudget(
  client: ImapFlow,
  { facts, giveBack }: PlannedBatch,
  plan: FetchPlan,
): Promise<FetchedBatch> {
  const sizeBytes = facts.reduce((sum, one) => sum + Math.min(one.sizeBytes, plan.sizeBytesMax), 0);
  giveBack();
  const atOnce = plan.budget.tryTake(sizeBytes);
  const release = atOnce ?? (await plan.budget.take(sizeBytes));
  try {
    return { mails: await readBatch(client, atOnce ? facts : withoutSources(facts), plan), release };
  } catch (error) {
    release();
    throw error;
  }
}

function withoutSources(facts: readonly MailFacts[]): MailFacts[] {
  return facts.map((one) => ({ ...one, raw: null }));
}

/** Small mails come with their sizes, as long as most are small. */
async function* planBatches(
  client: ImapFlow,
  uids: readonly number[],
  plan: FetchPlan,
): AsyncGenerator<PlannedBatch, undefined> {
  let areSmall = true;
  for (let at = 0; at < uids.length; ) {
    const count = Math.min(FACTS_COUNT, plan.batchCount(uids[at] ?? 0));
    const window = uids.slice(at, at + count);
    at += window.length;
    const { facts, giveBack } = await readWindow(client, window, areSmall, plan);
    const small = facts.filter(({ sizeBytes }) => sizeBytes < HEAD_SIZE_BYTES).length;
    areSmall = small >= SMALL_SHARE_MIN * facts.length;
    const [first = [], ...others] = cutBatches(facts);
    yield { facts: first, giveBack };
    for (const batch of others) yield { facts: withoutSources(batch), giveBack: () => {} };
  }
}

/** A UID that the server leaves out of its answer is asked for alone later. */
async function readWindow(
  client: ImapFlow,
  uids: readonly number[],
  withHeads: boolean,
  plan: FetchPlan,
): Promise<PlannedBatch> {
  const wanted = uids.filter((uid) => plan.giveUp(uid) === null);
  const giveBack = withHeads ? await plan.budget.take(wanted.length * HEAD_SIZE_BYTES) : () => {};
  try {
    plan.onAsking(wanted);
    const facts = await readFacts(client, wanted, withHeads);
    plan.onAsking([]);
    const unknown = { sizeBytes: 0, receivedAt: new Date(), raw: null };
    return { facts: uids.map((uid) => facts.get(uid) ?? { uid, ...unknown }), giveBack };
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** It was fetched in pieces, and is best held alone. */
export function isLargeMail({ raw }: FetchedMail): boolean {
  return raw.length > PIECE_SIZE_BYTES;
}

function isLarge(batch: readonly MailFacts[]): boolean {
  return batch.some(({ sizeBytes }) => sizeBytes > PIECE_SIZE_BYTES);
}

function cutBatches(facts: readonly MailFacts[]): MailFacts[][] {
  const batches: MailFacts[][] = [];
  let room = 0;
  for (const mail of facts) {
    const size = Math.max(mail.sizeBytes, 1);
    const current = batches.at(-1);
    if (current === undefined || size > room || mail.sizeBytes > PIECE_SIZE_BYTES) {
      batches.push([mail]);
      room = mail.sizeBytes > PIECE_SIZE_BYTES ? 0 : BATCH_SIZE_BYTES_MAX - size;
    } else {
      current.push(mail);
      room -= size;
    }
  }
  return batches;
}

async function readBatch(
  client: ImapFlow,
  batch: readonly MailFacts[],
  plan: FetchPlan,
): Promise<FetchedMail[]> {
  const sources = new Map<number, Uint8Array>();
  const wanted = batch.filter(
    ({ uid, sizeBytes, raw }) => raw === null && plan.giveUp(uid) === null && sizeBytes <= PIECE_SIZE_BYTES,
  );
  if (wanted.length > 1) {
    plan.onAsking(wanted.map(({ uid }) => uid));
    await readSources(client, wanted, sources);
  }
  const mails: FetchedMail[] = [];
  for (const facts of batch) {
    const raw = facts.raw ?? sources.get(facts.uid);
    const mail = raw === undefined ? await readOne(client, facts, plan) : toMail(facts, raw);
    if (mail !== null) mails.push(mail);
  }
  plan.onAsking([]);
  return mails;
}

function toMail({ uid, receivedAt }: MailFacts, raw: Uint8Array): FetchedMail {
  return { kind: "mail", uid, receivedAt, raw };
}

async function readSources(
  client: ImapFlow,
  batch: MailFacts[],
  sources: Map<number, Uint8Array>,
): Promise<void> {
  const range = batch.map(({ uid }) => uid).join(",");
  try {
    for await (const { uid, source } of client.fetch(range, { uid: true, source: true }, { uid: true }))
      if (source !== undefined) sources.set(uid, source);
  } catch (error) {
    // A refusal concerns one of the mails: they are asked for one by one. Anything else is the connection's end.
    if (readRefusal(error) === null) throw error;
  }
}

/** Null where the mail has gone. Rejects only where the connection fails. */
async function readOne(client: ImapFlow, facts: MailFacts, plan: FetchPlan): Promise<FetchedMail | null> {
  const given = plan.giveUp(facts.uid);
  if (given !== null) return toUnfetchable(facts, given);
  let reason = "";
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    if (tries > 1) await delay(plan.retryDelayMs);
    plan.onAsking([facts.uid]);
    try {
      const source = await readPieces(client, facts, plan.sizeBytesMax);
      if (source?.isWhole) return toMail(facts, source.raw);
      if (source !== null) {
        const megabytes = Math.round(plan.sizeBytesMax / 1024 / 1024);
        return toUnfetchable(facts, `It is larger than ${megabytes} MB, the most that is read.`, source.raw);
      }
      if (!(await isStillThere(client, facts.uid))) return null;
      reason = "The mail server lists it, but does not hand it over.";
    } catch (error) {
      const refused = readRefusal(error);
      if (refused === null) throw error;
      reason = `The mail server refused to hand it over: ${refused.slice(0, 200)}`;
    }
  }
  return toUnfetchable(facts, reason);
}

function toUnfetchable(facts: MailFacts, reason: string, raw: Uint8Array = new Uint8Array()): FetchedMail {
  return { kind: "unfetchable", uid: facts.uid, receivedAt: facts.receivedAt, reason, raw };
}

/**
 * The source, or as much of it as may be read; null where the server answers nothing. It is written into one buffer of
 * the announced size: a large mail stands in memory once. A piece that comes short is no end before that size.
 */
async function readPieces(
  client: ImapFlow,
  { uid, sizeBytes }: MailFacts,
  sizeBytesMax: number,
): Promise<{ raw: Uint8Array; isWhole: boolean } | null> {
  let raw: Buffer = Buffer.allocUnsafe(Math.min(sizeBytes, sizeBytesMax + 1));
  let size = 0;
  for (;;) {
    const query = { uid: true, source: { start: size, maxLength: PIECE_SIZE_BYTES } };
    const message = await client.fetchOne(String(uid), query, { uid: true });
    const piece = message ? message.source : undefined;
    if (piece === undefined && size === 0) return null;
    const pieceSize = piece?.length ?? 0;
    if (size + pieceSize > raw.length) raw = grow(raw, size, size + pieceSize);
    piece?.copy(raw, size);
    size += pieceSize;
    if (size > sizeBytesMax) return { raw: Buffer.from(raw.subarray(0, PIECE_SIZE_BYTES)), isWhole: false };
    const isEnd = pieceSize === 0 || (pieceSize < PIECE_SIZE_BYTES && size >= sizeBytes);
    if (isEnd) return { raw: raw.subarray(0, size), isWhole: true };
  }
}

/** Some servers announce less than they have. */
function grow(raw: Buffer, used: number, neededBytes: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(neededBytes, raw.length * 2));
  raw.copy(larger, 0, 0, used);
  return larger;
}

async function isStillThere(client: ImapFlow, uid: number): Promise<boolean> {
  const found = await client.search({ uid: String(uid) }, { uid: true });
  if (!Array.isArray(found)) throw new Error("The server did not answer the search for one mail.");
  return found.includes(uid);
}
