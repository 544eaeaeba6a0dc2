/** Where reading a mailbox begins. */
import type { ImapFlow, MailboxObject } from "imapflow";
import { createSearch, listUids } from "./uids.ts";

/** The stored cursor of a mailbox. */
export interface MailboxCursorState {
  uidValidity: number;
  /** Mail below this UID was there before we began. */
  firstUid: number;
  lastUid: number;
  /** Mail that the server received before this is left alone when UIDs start anew. */
  since: Date;
}

export type IntakeSince = "now" | "all" | Date;

/** The server's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 5 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const WINDOW = 500;

/**
 * The cursor to go on from: the stored one where it is of this UIDVALIDITY, else a new one, which the caller stores.
 * A first start begins as `since` says. With a new UIDVALIDITY every UID is new, and the mailbox is read again
 * from the moment at which we first began: nothing that came meanwhile is lost, and intake knows what it has already.
 */
export async function decideStart(
  client: ImapFlow,
  mailbox: MailboxObject,
  since: IntakeSince,
  stored: MailboxCursorState | null,
  now: Date,
): Promise<{ cursor: MailboxCursorState; isNew: boolean }> {
  const uidValidity = Number(mailbox.uidValidity);
  if (stored?.uidValidity === uidValidity) return { cursor: stored, isNew: false };
  const from = stored?.since ?? (since === "all" ? new Date(0) : since === "now" ? now : since);
  const firstUid =
    stored === null && since === "now"
      ? await readUidNext(client, mailbox)
      : await findFirstUid(
          client,
          mailbox,
          stored === null ? from : new Date(from.getTime() - CLOCK_SKEW_MS),
        );
  return { cursor: { uidValidity, firstUid, lastUid: firstUid - 1, since: from }, isNew: true };
}

async function readUidNext(client: ImapFlow, mailbox: MailboxObject): Promise<number> {
  if (mailbox.uidNext > 0) return mailbox.uidNext;
  // RFC 3501 lets an old server keep silent on it.
  let last = 0;
  for await (const { uids } of listUids(createSearch(client), 1, 0)) last = uids.at(-1) ?? last;
  return last + 1;
}

/** The lowest UID of a mail that the server received at `from` or later; the next UID where there is none. */
async function findFirstUid(client: ImapFlow, mailbox: MailboxObject, from: Date): Promise<number> {
  if (from.getTime() <= 0) return 1;
  // SINCE knows whole days in the server's own time zone only: ask for a day more, then look at the times.
  const search = createSearch(client, new Date(from.getTime() - DAY_MS));
  for await (const { uids } of listUids(search, 1, mailbox.uidNext)) {
    for (let at = 0; at < uids.length; at += WINDOW) {
      const first = await findFirstReceived(client, uids.slice(at, at + WINDOW), from);
      if (first !== null) return first;
    }
  }
  return readUidNext(client, mailbox);
}

async function findFirstReceived(client: ImapFlow, uids: number[], from: Date): Promise<number | null> {
  let first: number | null = null;
  const query = { uid: true, internalDate: true };
  for await (const { uid, internalDate } of client.fetch(uids.join(","), query, { uid: true }))
    if (internalDate !== undefined && new Date(internalDate) >= from) first = Math.min(first ?? uid, uid);
  return first;
}
