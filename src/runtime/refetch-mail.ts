/** Asks a mailbox again for a mail that it did not hand over whole: for `replay`. */
import { explainImapFailure } from "../channels/email/imap/failure.ts";
import { toUnreadable } from "../channels/email/imap/fetch.ts";
import type { MailboxSettings } from "../channels/email/imap/mailbox-url.ts";
import { createMailboxReader, type MailboxReader, type ParseMail } from "../channels/email/imap/reader.ts";
import type { InboundEmail, InboundUnreadable } from "../core/inbound.ts";

export interface MailRefetcher {
  /** `externalId` is the ledger's: `<uidvalidity>:<uid>`. Never rejects: the reason says why there is no mail. */
  fetch(
    mailbox: string,
    externalId: string,
  ): Promise<{ mail: InboundEmail | InboundUnreadable } | { mail: null; reason: string }>;
  close(): Promise<void>;
}

/** Opens each mailbox once, when it is first asked for. */
export function createMailRefetcher(mailboxes: readonly MailboxSettings[], parse: ParseMail): MailRefetcher {
  const readers = new Map<string, Promise<MailboxReader>>();
  const open = (settings: MailboxSettings): Promise<MailboxReader> => {
    const opened = readers.get(settings.mailbox) ?? createMailboxReader(settings);
    readers.set(settings.mailbox, opened);
    return opened;
  };

  async function fetchFrom(settings: MailboxSettings, uidValidity: number, uid: number) {
    const reader = await open(settings);
    if (reader.uidValidity !== uidValidity) {
      return gone(
        "The server has numbered the mailbox anew since then: the mail was read again under its new number.",
      );
    }
    const fetched = await reader.fetchMail(uid);
    if (fetched === null) return gone("It is not in the mailbox any more.");
    const origin = {
      account: settings.mailbox,
      externalId: `${uidValidity}:${uid}`,
      receivedAt: fetched.receivedAt,
    };
    return {
      mail: fetched.kind === "mail" ? await parse(fetched.raw, origin) : toUnreadable(fetched, origin),
    };
  }

  return {
    async fetch(mailbox, externalId) {
      const [, uidValidity, uid] = /^(\d+):(\d+)$/.exec(externalId) ?? [];
      if (uid === undefined) return gone("It did not come from a mailbox that could be asked again.");
      const settings = mailboxes.find((one) => one.mailbox === mailbox);
      if (settings === undefined) return gone(`The mailbox ${mailbox} is not in the settings any more.`);
      try {
        return await fetchFrom(settings, Number(uidValidity), Number(uid));
      } catch (error) {
        // The next mail gets a connection of its own: this one may have broken it.
        await readers.get(mailbox)?.then(
          (reader) => reader.close(),
          () => {},
        );
        readers.delete(mailbox);
        return gone(explainImapFailure(error, settings).problem);
      }
    },
    async close() {
      await Promise.all(
        [...readers.values()].map((reader) =>
          reader.then(
            (one) => one.close(),
            () => {},
          ),
        ),
      );
    },
  };
}

function gone(reason: string): { mail: null; reason: string } {
  return { mail: null, reason };
}
