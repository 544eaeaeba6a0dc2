/**
 * The demo's mail server: SMTP in and IMAP out over real sockets on 127.0.0.1, mailboxes on disk.
 * It serves a machine without any mail server; nothing of Deskhand knows that it is not a real one.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import createHoodiecrow, { type HoodiecrowServer } from "hoodiecrow-imap";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import { type MailStore, mailboxOf, openMailStore, type StoredMail } from "./mail-store.ts";

export interface MailEnvelope {
  /** The return path; null for a bounce (`MAIL FROM:<>`). */
  from: string | null;
  to: string[];
}

export interface DemoMailServer {
  /** `smtp://127.0.0.1:<port>`: no TLS, no sign-in. */
  smtpUrl: string;
  /** `imap://user:password@127.0.0.1:<port>/INBOX?tls=none` for one of `imapAddresses`. */
  imapUrl(address: string): string;
  /** Puts a mail into the mailboxes of its recipients, as SMTP does once it has it. */
  deliver(raw: Uint8Array, envelope: MailEnvelope): Promise<void>;
  /** What the address has received so far, in the order of arrival. */
  mailbox(address: string): readonly StoredMail[];
  stop(): Promise<void>;
}

export interface DemoMailServerOptions {
  /** One folder for each mailbox goes in here; it is made at need. */
  dir: string;
  /** Whose INBOX can be opened by IMAP. Everybody else's mail is kept too, and read with `mailbox`. */
  imapAddresses: string[];
}

const HOST_NAME = "mail.deskhand.example";
const MAIL_SIZE_BYTES_MAX = 25 * 1024 * 1024;

/**
 * What imapflow asks for at sign-in and while it idles. No CONDSTORE: hoodiecrow counts its MODSEQ in memory only,
 * and a client that remembered a higher one from before a restart would miss mail.
 */
const IMAP_PLUGINS = [
  "ID",
  "SASL-IR",
  "AUTH-PLAIN",
  "NAMESPACE",
  "LITERALPLUS",
  "UNSELECT",
  "UIDPLUS",
  "IDLE",
];

/** Starts both servers on free ports. Rejects where the folder cannot be written. */
export async function createDemoMailServer(options: DemoMailServerOptions): Promise<DemoMailServer> {
  const store = await openMailStore(options.dir);
  const inboxes = new Map<string, ImapInbox>();
  for (const address of options.imapAddresses) inboxes.set(address, await serveInbox(store, address));

  async function deliver(raw: Uint8Array, envelope: MailEnvelope): Promise<void> {
    const mailboxes = new Set(envelope.to.map((address) => mailboxOf(address) ?? address));
    for (const mailbox of mailboxes) {
      const receivedAt = new Date();
      const trace = traceHeaders(envelope.from, mailbox, receivedAt);
      const mail = await store.append(mailbox, Buffer.concat([Buffer.from(trace), raw]), receivedAt);
      inboxes.get(mailbox)?.announce(mail);
    }
  }

  const smtp = await serveSmtp(deliver);
  return {
    smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
    imapUrl(address) {
      const inbox = inboxes.get(address);
      if (inbox === undefined) throw new Error(`${address} is not one of the demo's IMAP addresses.`);
      return inbox.url;
    },
    deliver,
    mailbox: (address) => store.mailbox(address),
    async stop() {
      await Promise.all([smtp.stop(), ...Array.from(inboxes.values(), (inbox) => inbox.stop())]);
    },
  };
}

/** What a mail server writes on top of a mail that it takes in (RFC 5321, section 4.4). */
function traceHeaders(from: string | null, mailbox: string, receivedAt: Date): string {
  const date = receivedAt.toUTCString().replace("GMT", "+0000");
  return `Return-Path: <${from ?? ""}>\r\nReceived: by ${HOST_NAME} for <${mailbox}>; ${date}\r\n`;
}

async function serveSmtp(
  deliver: DemoMailServer["deliver"],
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = new SMTPServer({
    name: HOST_NAME,
    size: MAIL_SIZE_BYTES_MAX,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    closeTimeout: 500,
    onRcptTo(address, _session, callback) {
      if (mailboxOf(address.address) !== null) callback();
      else
        callback(smtpError(550, `5.1.3 <${address.address}> is not an address that can have a mailbox here`));
    },
    onData(stream, session, callback) {
      readAll(stream)
        .then(async (raw) => {
          if (stream.sizeExceeded) throw smtpError(552, "5.3.4 The mail is too large");
          const { mailFrom, rcptTo } = session.envelope;
          const from = mailFrom === false ? null : mailFrom.address || null;
          await deliver(raw, { from, to: rcptTo.map(({ address }) => address) });
        })
        .then(
          () => callback(null, "2.0.0 Kept"),
          (error: Error) =>
            callback("responseCode" in error ? error : smtpError(451, `4.3.0 ${error.message}`)),
        );
    },
  });
  // A client that hangs up in the middle of a mail is its own trouble, not the server's.
  server.on("error", () => {});
  const port = await listenLocally(server.server);
  return { port, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface ImapInbox {
  url: string;
  announce(mail: StoredMail): void;
  stop(): Promise<void>;
}

/** hoodiecrow gives every user the same mailboxes, so each address has a server of its own. */
async function serveInbox(store: MailStore, address: string): Promise<ImapInbox> {
  const password = randomBytes(12).toString("hex");
  const { uidValidity, mails } = await store.open(address);
  const messages = mails.map(({ uid, raw, receivedAt }) => ({
    uid,
    raw: Buffer.from(raw).toString("latin1"),
    flags: [],
    internaldate: receivedAt,
  }));
  const imap = createHoodiecrow({
    plugins: IMAP_PLUGINS,
    users: { [address]: { password } },
    storage: {
      INBOX: { messages, uidvalidity: uidValidity, uidnext: (mails.at(-1)?.uid ?? 0) + 1 },
      "": { separator: "/", folders: {} },
    },
  });
  imap.setMaxListeners(0);
  const { port, stop } = await serveImap(imap);
  return {
    url: `imap://${encodeURIComponent(address)}:${password}@127.0.0.1:${port}/INBOX?tls=none`,
    announce: (mail) => {
      imap.appendMessage("INBOX", [], mail.receivedAt, Buffer.from(mail.raw).toString("latin1"));
    },
    stop,
  };
}

async function serveImap(imap: HoodiecrowServer): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  imap.server.on("connection", (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const port = await listenLocally(imap.server);
  return {
    port,
    async stop() {
      const closed = once(imap.server, "close");
      imap.server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listenLocally(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}
