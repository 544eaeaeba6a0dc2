/** Where each IMAP mailbox has been read to. */
import type { MailboxPosition } from "../core/inbound.ts";
import type { Sql } from "./client.ts";
import { gatheredWrite } from "./gather.ts";

export interface MailboxCursor {
  uidValidity: number;
  /** Mail below this UID was there before we began. */
  firstUid: number;
  lastUid: number;
  /** After a change of UIDVALIDITY, mail that the server received before this is left alone. */
  since: Date;
}

export async function readMailboxCursor(sql: Sql, mailbox: string): Promise<MailboxCursor | null> {
  const [row] = await sql<MailboxCursor[]>`
    select uid_validity as "uidValidity", first_uid as "firstUid", last_uid as "lastUid", since
    from mailbox_cursors where mailbox = ${mailbox}`;
  return row ?? null;
}

/** Sets the cursor at a first start, or after the server gave the mailbox a new UIDVALIDITY. */
export async function startMailboxCursor(sql: Sql, mailbox: string, cursor: MailboxCursor): Promise<void> {
  await sql`
    insert into mailbox_cursors (mailbox, uid_validity, first_uid, last_uid, since)
    values (${mailbox}, ${cursor.uidValidity}, ${cursor.firstUid}, ${cursor.lastUid}, ${cursor.since})
    on conflict (mailbox) do update set
      uid_validity = excluded.uid_validity, first_uid = excluded.first_uid, last_uid = excluded.last_uid, updated_at = now()
    where mailbox_cursors.uid_validity <> excluded.uid_validity`;
}

/** Moves the cursor forward; never back, and never for a UIDVALIDITY that is not the current one. */
export const moveMailboxCursor = gatheredWrite(moveMailboxCursors);

async function moveMailboxCursors(sql: Sql, positions: readonly MailboxPosition[]): Promise<void> {
  for (const { mailbox, uidValidity, uid } of positions)
    await sql`
      update mailbox_cursors set last_uid = ${uid}, updated_at = now()
      where mailbox = ${mailbox} and uid_validity = ${uidValidity} and last_uid < ${uid}`;
}
