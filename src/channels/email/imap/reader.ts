/** Reads a mailbox without watching it: for `reconcile`. */
import type { InboundEmail, InboundUnreadable } from "../../../core/inbound.ts";
import { type MailOrigin, PARSE_LIMITS, unreadable } from "../parse/parse-mail.ts";
import { CONNECTION_TIMINGS, type ConnectionTimings, openMailbox } from "./client.ts";
import { type FetchPlan, readMails, searchUids } from "./fetch.ts";
import type { MailboxSettings } from "./mailbox-url.ts";
import { decideStart, type IntakeSince, type MailboxCursorState } from "./start.ts";

export interface MailboxReader {
  uidValidity: number;
  /** Every UID from `fromUid` on, ascending. */
  listUids(fromUid: number): Promise<number[]>;
  /** Null where the mail has gone. Rejects where the server refuses to hand it over. */
  fetchRaw(uid: number): Promise<{ raw: Uint8Array; receivedAt: Date } | null>;
  close(): Promise<void>;
}

export type ParseMail = (raw: Uint8Array, origin: MailOrigin) => Promise<InboundEmail | InboundUnreadable>;

const PLAN: FetchPlan = {
  batchCount: () => 1,
  giveUp: () => null,
  onAsking: () => {},
  sizeBytesMax: PARSE_LIMITS.sizeBytesMax,
  retryDelayMs: 500,
};

/** Opens the mailbox read-only on a connection of its own. Rejects as `openMailbox`. */
export async function createMailboxReader(
  settings: MailboxSettings,
  timings: ConnectionTimings = CONNECTION_TIMINGS,
): Promise<MailboxReader> {
  const { client, mailbox } = await openMailbox(settings, timings);
  return {
    uidValidity: Number(mailbox.uidValidity),
    listUids: (fromUid) => searchUids(client, fromUid),
    async fetchRaw(uid) {
      for await (const [mail] of readMails(client, [uid], PLAN)) {
        if (mail?.kind === "unfetchable") throw new Error(mail.reason);
        return mail === undefined ? null : { raw: mail.raw, receivedAt: mail.receivedAt };
      }
      return null;
    },
    close: () => client.logout().catch(() => client.close()),
  };
}

/** The mails of a mailbox that are ours to explain, by the ledger's external ids: `<uidvalidity>:<uid>`. */
export interface MailboxSource {
  channel: "email";
  account: string;
  name: string;
  listExternalIds(): AsyncIterable<string[]>;
  fetch(externalId: string): Promise<InboundEmail | InboundUnreadable | null>;
  close(): Promise<void>;
}

export interface MailboxSourceOptions {
  settings: MailboxSettings;
  /** The stored cursor, or null before the first start. */
  cursor: MailboxCursorState | null;
  since: IntakeSince;
  parse: ParseMail;
  timings?: ConnectionTimings;
}

const IDS_COUNT = 1_000;

/** Rejects as `openMailbox`: a mailbox that cannot be opened proves nothing. */
export async function createMailboxSource(options: MailboxSourceOptions): Promise<MailboxSource> {
  const { settings, parse } = options;
  const { client, mailbox } = await openMailbox(settings, options.timings ?? CONNECTION_TIMINGS);
  const { cursor } = await decideStart(client, mailbox, options.since, options.cursor, new Date());
  return {
    channel: "email",
    account: settings.mailbox,
    name: settings.mailbox,
    async *listExternalIds() {
      const uids = await searchUids(client, cursor.firstUid);
      for (let at = 0; at < uids.length; at += IDS_COUNT)
        yield uids.slice(at, at + IDS_COUNT).map((uid) => `${cursor.uidValidity}:${uid}`);
    },
    async fetch(externalId) {
      const [uidValidity, uid] = externalId.split(":").map(Number);
      if (uidValidity !== cursor.uidValidity || uid === undefined) return null;
      for await (const [mail] of readMails(client, [uid], PLAN)) {
        if (mail === undefined) return null;
        const origin = { account: settings.mailbox, externalId, receivedAt: mail.receivedAt };
        return mail.kind === "mail" ? parse(mail.raw, origin) : unreadable(mail.raw, origin, mail.reason);
      }
      return null;
    },
    close: () => client.logout().catch(() => client.close()),
  };
}
