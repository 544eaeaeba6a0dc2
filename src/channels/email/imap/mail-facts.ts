/** What is known of mails before they are fetched, and small mails themselves, which come along with it. */
import type { FetchMessageObject, ImapFlow } from "imapflow";
import { readRefusal } from "./refusal.ts";

export interface MailFacts {
  uid: number;
  sizeBytes: number;
  receivedAt: Date;
  /** The whole mail, where it is small and was asked for. */
  raw: Uint8Array | null;
}

/** Of each mail so much is asked for with its size: one answer of the server, instead of two, for most of them. */
export const HEAD_SIZE_BYTES = 40 * 1024;

/**
 * Size and time of arrival of `uids`, which ascend; a mail that the server leaves out of its answer has size 0 and is best
 * asked for alone. `withHeads`: at most `HEAD_SIZE_BYTES` of each are fetched too, unless the server refuses that.
 * Rejects only where the connection fails, or the server refuses to tell their sizes.
 */
export async function readFacts(
  client: ImapFlow,
  uids: readonly number[],
  withHeads: boolean,
): Promise<Map<number, MailFacts>> {
  const facts = new Map<number, MailFacts>();
  if (uids.length === 0) return facts;
  const head = withHeads ? { source: { start: 0, maxLength: HEAD_SIZE_BYTES } } : {};
  const query = { uid: true, size: true, internalDate: true, ...head };
  try {
    for await (const one of client.fetch(uids.join(","), query, { uid: true }))
      facts.set(one.uid, toFacts(one));
  } catch (error) {
    if (!withHeads || readRefusal(error) === null) throw error;
    return readFacts(client, uids, false);
  }
  return facts;
}

function toFacts(one: FetchMessageObject): MailFacts {
  const sizeBytes = one.size ?? 0;
  const source = one.source ?? null;
  const isWhole =
    source !== null && sizeBytes > 0 && source.length >= sizeBytes && source.length < HEAD_SIZE_BYTES;
  return { uid: one.uid, sizeBytes, receivedAt: readArrival(one), raw: isWhole ? source : null };
}

function readArrival(message: FetchMessageObject): Date {
  const date = message.internalDate === undefined ? new Date() : new Date(message.internalDate);
  return Number.isNaN(date.getTime()) ? new Date() : date;
}
