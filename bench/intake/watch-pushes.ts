/** The server's own push delay: a bare imapflow client that does nothing but idle. */
import { ImapFlow } from "imapflow";
import { parseMailboxUrl } from "../../src/channels/email/imap/mailbox-url.ts";

export interface Pushes {
  /** When the client heard of the mail with this UID (UIDs are 1, 2, …), in milliseconds since the epoch. */
  at(uid: number): number | undefined;
  stop(): Promise<void>;
}

export async function watchPushes(imapUrl: string): Promise<Pushes> {
  const { host, port, user, password } = parseMailboxUrl(imapUrl, "IMAP_URL");
  const client = new ImapFlow({ host, port, secure: false, auth: { user, pass: password }, logger: false });
  const heardAt = new Map<number, number>();
  client.on("exists", ({ count, prevCount }: { count: number; prevCount: number }) => {
    const at = performance.timeOrigin + performance.now();
    for (let uid = prevCount + 1; uid <= count; uid++) heardAt.set(uid, at);
  });
  await client.connect();
  await client.mailboxOpen("INBOX", { readOnly: true });
  const idling = client.idle().catch(() => {});
  return {
    at: (uid) => heardAt.get(uid),
    async stop() {
      await client.logout().catch(() => client.close());
      await idling;
    },
  };
}
