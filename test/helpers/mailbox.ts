/** A mailbox over real sockets on 127.0.0.1, that can be made to misbehave. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AddressInfo, Server, Socket } from "node:net";
import createHoodiecrow from "hoodiecrow-imap";
import { type MailboxSettings, parseMailboxUrl } from "../../src/channels/email/imap/mailbox-url.ts";

interface StoredMessage {
  raw: string;
  uid: number;
  flags: string[];
  internaldate: Date | string;
}

interface ImapCommand {
  tag: string;
  command: string;
  attributes?: { value: string; partial?: unknown[] }[];
}

interface ImapConnection {
  socket: Socket | null;
  send(response: object, description: string, parsed: ImapCommand, data: string): void;
  expungeDeleted(mailbox: Folder): void;
}

type CommandHandler = (
  connection: ImapConnection,
  parsed: ImapCommand,
  data: string,
  done: () => void,
) => void;

interface Folder {
  messages: StoredMessage[];
  uidvalidity: number;
  uidnext: number;
}

/** What of hoodiecrow is used here beyond its declared types. */
interface Hoodiecrow {
  server: Server;
  setMaxListeners(count: number): void;
  getMailbox(path: string): Folder;
  getCommandHandler(command: string): CommandHandler;
  setCommandHandler(command: string, handler: CommandHandler): void;
  appendMessage(
    mailbox: string,
    flags: string[],
    internaldate: Date,
    raw: string,
  ): { message: StoredMessage };
  notify(command: object, mailbox: Folder): void;
}

/** How the server answers a FETCH that asks for a certain UID. */
export type FetchTrouble = "refuse" | "leave-out" | "drop-connection";

export interface TestMailboxOptions {
  /** Default true. */
  hasIdle?: boolean;
  /** PEM; with them the server speaks TLS from the first byte. */
  tls?: { key: string; cert: string };
  /** PEM; with them the server offers STARTTLS. */
  startTls?: { key: string; cert: string };
  /** Takes access tokens that `acceptToken` named, by XOAUTH2, and no password. */
  oauth?: boolean;
}

export class TestMailbox {
  readonly user = "support@desk.example";
  readonly password = "p@ss:w/rd%";
  /** Every command that clients sent, in order, without its tag. */
  readonly commands: string[] = [];
  /** UIDs whose FETCH goes wrong, and how. */
  readonly troubles = new Map<number, FetchTrouble>();
  /** Connections that were accepted so far. */
  connectionCount = 0;
  readonly #imap: Hoodiecrow;
  readonly #sockets = new Set<Socket>();
  readonly #isTls: boolean;
  readonly #oauth = { accessToken: "" };
  #port = 0;

  private constructor(options: TestMailboxOptions) {
    this.#isTls = options.tls !== undefined;
    const plugins = ["ID", "SASL-IR", "AUTH-PLAIN", "NAMESPACE", "LITERALPLUS", "UNSELECT", "UIDPLUS"];
    if (options.hasIdle !== false) plugins.push("IDLE");
    if (options.oauth) plugins.splice(plugins.indexOf("AUTH-PLAIN"), 1, "XOAUTH2", "LOGINDISABLED");
    if (options.startTls !== undefined) plugins.push("STARTTLS");
    this.#imap = createHoodiecrow({
      plugins,
      users: { [this.user]: { password: this.password, xoauth2: this.#oauth } },
      storage: {
        INBOX: { messages: [], uidvalidity: 11, uidnext: 1 },
        "": { separator: "/", folders: {} },
      },
      ...(options.startTls === undefined ? {} : { credentials: options.startTls }),
      ...(options.tls === undefined ? {} : { secureConnection: true, credentials: options.tls }),
    } as Parameters<typeof createHoodiecrow>[0]) as unknown as Hoodiecrow;
    this.#imap.setMaxListeners(0);
    this.#imap.server.on(options.tls ? "secureConnection" : "connection", (socket: Socket) => {
      this.connectionCount++;
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#recordCommands();
    this.#troubleFetches();
  }

  static async start(options: TestMailboxOptions = {}): Promise<TestMailbox> {
    const mailbox = new TestMailbox(options);
    mailbox.#port = await listen(mailbox.#imap.server, 0);
    return mailbox;
  }

  get url(): string {
    const [user, password] = [this.user, this.password].map(encodeURIComponent);
    const end = this.#isTls ? "" : "?tls=none";
    return `${this.#isTls ? "imaps" : "imap"}://${user}:${password}@127.0.0.1:${this.#port}/INBOX${end}`;
  }

  get settings(): MailboxSettings {
    return parseMailboxUrl(this.url, "IMAP_URL");
  }

  get port(): number {
    return this.#port;
  }

  /** The one access token that is taken from now on. */
  acceptToken(accessToken: string): void {
    this.#oauth.accessToken = accessToken;
  }

  get uidValidity(): number {
    return this.#inbox.uidvalidity;
  }

  get logins(): number {
    return this.commands.filter((command) => /^(?:LOGIN|AUTHENTICATE)/i.test(command)).length;
  }

  get flags(): string[] {
    return this.#inbox.messages.flatMap(({ flags }) => flags);
  }

  get #inbox(): Folder {
    return this.#imap.getMailbox("INBOX");
  }

  /** Delivers a mail and tells who idles; its UID. */
  append(raw: Uint8Array | string, receivedAt: Date = new Date(), flags: string[] = []): number {
    const source = typeof raw === "string" ? raw : Buffer.from(raw).toString("latin1");
    return this.#imap.appendMessage("INBOX", flags, receivedAt, source).message.uid;
  }

  /** Removes mails and tells nobody: how another client's expunge looks between two commands. */
  expunge(...uids: number[]): void {
    const inbox = this.#inbox;
    inbox.messages = inbox.messages.filter(({ uid }) => !uids.includes(uid));
  }

  /** The server numbers its mails anew, as after a restore from a backup; live connections end. */
  renumber(): void {
    const inbox = this.#inbox;
    inbox.uidvalidity++;
    inbox.uidnext = 1;
    for (const message of inbox.messages) message.uid = inbox.uidnext++;
    this.dropConnections();
  }

  /** Puts the UIDs of new mails further up, as after many expunges. */
  skipUids(count: number): void {
    this.#inbox.uidnext += count;
  }

  /** New mail is not announced any more. */
  muteNotifications(): void {
    this.#imap.notify = () => {};
  }

  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Live connections stay open and never answer again, as when a router forgot them. */
  muteConnections(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners("data");
      socket.resume();
      socket.write = () => true;
    }
  }

  /** Nothing is accepted until `resume`; live connections end. */
  async pause(): Promise<void> {
    const closed = once(this.#imap.server, "close");
    this.#imap.server.close();
    this.dropConnections();
    await closed;
  }

  async resume(): Promise<void> {
    await listen(this.#imap.server, this.#port);
  }

  async stop(): Promise<void> {
    if (this.#imap.server.listening) await this.pause();
  }

  #recordCommands(): void {
    for (const command of [
      "LOGIN",
      "AUTHENTICATE PLAIN",
      "AUTHENTICATE XOAUTH2",
      "SELECT",
      "EXAMINE",
      "UID FETCH",
      "UID SEARCH",
      "UID STORE",
      "STORE",
      "NOOP",
      "IDLE",
    ]) {
      const handler = this.#imap.getCommandHandler(command);
      if (!handler) continue;
      this.#imap.setCommandHandler(command, (connection, parsed, data, done) => {
        this.commands.push(data.slice(data.indexOf(" ") + 1));
        handler(connection, parsed, data, done);
      });
    }
  }

  #troubleFetches(): void {
    const handler = this.#imap.getCommandHandler("UID FETCH");
    this.#imap.setCommandHandler("UID FETCH", (connection, parsed, data, done) => {
      for (const item of [parsed.attributes?.[1] ?? []].flat()) keepRange(item);
      const asked = expandRange(parsed.attributes?.[0]?.value ?? "");
      const trouble = [...this.troubles].find(([uid]) => data.includes("BODY") && asked.includes(uid));
      if (trouble === undefined) return handler(connection, parsed, data, done);
      const [uid, kind] = trouble;
      if (kind === "drop-connection") {
        connection.socket?.destroy();
        return done();
      }
      if (kind === "refuse") {
        const attributes = [{ type: "TEXT", value: "[SERVERBUG] Index corrupted" }];
        connection.send({ tag: parsed.tag, command: "NO", attributes }, "UID FETCH FAILED", parsed, data);
        return done();
      }
      const inbox = this.#inbox;
      const all = inbox.messages;
      inbox.messages = all.filter((message) => message.uid !== uid);
      handler(connection, parsed, data, done);
      inbox.messages = all;
    });
  }
}

/** hoodiecrow takes the range of `BODY[]<start.length>` apart at the first mail that is shorter, and has none for those after it. */
function keepRange(item: { partial?: unknown[] }): void {
  const { partial } = item;
  if (partial !== undefined) Object.defineProperty(item, "partial", { get: () => [...partial] });
}

function expandRange(range: string): number[] {
  return range.split(",").flatMap((part) => {
    const [from = 0, to = from] = part.split(":").map(Number);
    return Array.from({ length: to - from + 1 }, (_none, index) => from + index);
  });
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A self-signed certificate for `localhost`, long expired. */
export function expiredCertificate(): { key: string; cert: string } {
  const require = createRequire(import.meta.url);
  const file = (name: string) => readFileSync(require.resolve(`hoodiecrow-imap/cert/${name}`), "utf8");
  return { key: file("server.key"), cert: file("server.crt") };
}

/** Asks again until the condition holds; rejects with what it was waiting for. */
export async function until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
