/** Reads a mailbox without watching it: for `reconcile` and `replay`. */
import type { InboundEmail, InboundUnreadable } from "../../../core/inbound.ts";
import { type MailOrigin, PARSE_LIMITS } from "../parse/parse-mail.ts";
import { type ByteBudget, UNLIMITED_BYTES } from "./byte-budget.ts";
import { CONNECTION_TIMINGS, type ConnectionTimings, openMailbox } from "./client.ts";
import { type FetchedMail, type FetchPlan, readMails, toUnreadable } from "./fetch.ts";
import type { MailboxSettings } from "./mailbox-url.ts";
import { decideStart, type IntakeSince, type MailboxCursorState } from "./start.ts";
import { createSearch, listUids } from "./uids.ts";

export interface MailboxReader {
  uidValidity: number;
  /** Null where the mail has gone; `unfetchable` where the server refuses to hand it over. */
  fetchMail(uid: number): Promise<FetchedMail | null>;
  close(): Promise<void>;
}

export type ParseMail = (raw: Uint8Array, origin: MailOrigin) => Promise<InboundEmail | InboundUnreadable>;

const PLAN: FetchPlan = {
  batchCount: () => 1,
  giveUp: () => null,
  onAsking: () => {},
  budget: UNLIMITED_BYTES,
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
    async fetchMail(uid) {
      for await (const { mails } of readMails(client, [uid], PLAN)) return mails[0] ?? null;
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
  /** The mails of these ids that are still there, in batches whose size is bounded. */
  fetchMany(
    externalIds: readonly string[],
  ): AsyncIterable<{ externalId: string; message: InboundEmail | InboundUnreadable }>;
  close(): Promise<void>;
}

export interface MailboxSourceOptions {
  settings: MailboxSettings;
  /** The stored cursor, or null before the first start. */
  cursor: MailboxCursorState | null;
  since: IntakeSince;
  parse: ParseMail;
  /** What is above the stored cursor is left to the watcher of this process, which is on its way to it. */
  onlyBelowCursor?: boolean;
  /** Shared with whoever else holds mails. */
  budget?: ByteBudget;
  timings?: ConnectionTimings;
}

const IDS_COUNT = 1_000;
const BATCH_COUNT = 100;

/** Rejects as `openMailbox`: a mailbox that cannot be opened proves nothing. */
export async function createMailboxSource(options: MailboxSourceOptions): Promise<MailboxSource> {
  const { settings, parse } = options;
  const { client, mailbox } = await openMailbox(settings, options.timings ?? CONNECTION_TIMINGS);
  const { cursor } = await decideStart(client, mailbox, options.since, options.cursor, new Date());
  const lastUid = options.onlyBelowCursor === true ? cursor.lastUid : Number.POSITIVE_INFINITY;
  const budget = options.budget ?? UNLIMITED_BYTES;
  const plan: FetchPlan = { ...PLAN, batchCount: () => BATCH_COUNT, budget };
  const toUid = (externalId: string): number[] => {
    const [uidValidity, uid] = externalId.split(":").map(Number);
    return uidValidity === cursor.uidValidity && uid !== undefined ? [uid] : [];
  };
  async function* fetchMany(externalIds: readonly string[]) {
    const uids = externalIds.flatMap(toUid).sort((a, b) => a - b);
    for await (const { mails, release } of readMails(client, uids, plan)) {
      try {
        for (const mail of mails) {
          const externalId = `${cursor.uidValidity}:${mail.uid}`;
          const origin = { account: settings.mailbox, externalId, receivedAt: mail.receivedAt };
          const message = mail.kind === "mail" ? await parse(mail.raw, origin) : toUnreadable(mail, origin);
          yield { externalId, message };
        }
      } finally {
        release();
      }
    }
  }
  return {
    channel: "email",
    account: settings.mailbox,
    name: settings.mailbox,
    async *listExternalIds() {
      if (lastUid < cursor.firstUid) return;
      for await (const { uids } of listUids(createSearch(client), cursor.firstUid, mailbox.uidNext)) {
        const ours = uids.filter((uid) => uid <= lastUid);
        for (let at = 0; at < ours.length; at += IDS_COUNT)
          yield ours.slice(at, at + IDS_COUNT).map((uid) => `${cursor.uidValidity}:${uid}`);
      }
    },
    async fetch(externalId) {
      for await (const { message } of fetchMany([externalId])) return message;
      return null;
    },
    fetchMany,
    close: () => client.logout().catch(() => client.close()),
  };
}
