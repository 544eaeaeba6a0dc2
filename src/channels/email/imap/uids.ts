/** Which UIDs a mailbox has, in portions: no answer is as long as a large mailbox. */
import type { ImapFlow } from "imapflow";

export interface UidPortion {
  /** Ascending; may be empty. */
  uids: number[];
  /** Nothing above these was there. */
  isLast: boolean;
}

/** How a search is asked; the watcher adds a deadline. Rejects where the server does not answer it. */
export type SearchUids = (range: string) => Promise<number[]>;

export function createSearch(client: ImapFlow, since?: Date): SearchUids {
  return async (range) => {
    const found = await client.search(
      { uid: range, ...(since === undefined ? {} : { since }) },
      { uid: true },
    );
    if (!Array.isArray(found)) throw new Error("The server did not answer the search for mail.");
    return found;
  };
}

const SPAN_FIRST = 10_000;
const COUNT_FEW = 2_500;
const COUNT_MANY = 10_000;
const UID_MAX = 2 ** 32 - 1;

/**
 * All UIDs from `fromUid` on. UIDs have gaps, often wide ones: the span of a search grows where few are found and
 * shrinks where many are. `uidNext` is the one that the server named when the mailbox was opened: from there on one
 * open-ended search finds what has come since.
 */
export async function* listUids(
  search: SearchUids,
  fromUid: number,
  uidNext: number,
): AsyncGenerator<UidPortion> {
  let span = SPAN_FIRST;
  for (let from = fromUid; from <= UID_MAX; ) {
    const isLast = from + span >= uidNext;
    const found = await search(`${from}:${isLast ? "*" : from + span - 1}`);
    // `n:*` names the last mail even if its UID is below n: RFC 3501, 6.4.8.
    const least = from;
    const uids = found.filter((uid) => uid >= least).sort((a, b) => a - b);
    yield { uids, isLast };
    if (isLast) return;
    from += span;
    if (uids.length < COUNT_FEW) span *= 4;
    else if (uids.length > COUNT_MANY) span = Math.ceil(span / 2);
  }
}
